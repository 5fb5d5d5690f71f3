import Schema
import Testing

@Suite struct CSVTableTests {
    @Test func `Quotes, doubled quotes, line breaks in cells, CRLF and a byte order mark are read`() throws {
        let table = try CSVTable("\u{FEFF}a,b\r\n\"x, \"\"y\"\"\",\"due\nrighe\"\r\n,\r\n")

        #expect(table.header == ["a", "b"])
        #expect(table.rows == [["x, \"y\"", "due\nrighe"], ["", ""]])
    }

    @Test func `A file with semicolons is read too`() throws {
        #expect(try CSVTable("a;b\n1,5;2\n").rows == [["1,5", "2"]])
    }

    @Test func `A last line without an end counts`() throws {
        #expect(try CSVTable("a,b\n1,2").rows == [["1", "2"]])
    }

    @Test func `A line with another number of cells is refused by its number`() {
        #expect { _ = try CSVTable("a,b\n1,2\n3\n") } throws: { ($0 as? CSVTable.Fault)?.line == 3 }
    }

    @Test func `An empty file and an open quote are refused`() {
        #expect(throws: CSVTable.Fault.self) { try CSVTable("") }
        #expect(throws: CSVTable.Fault.self) { try CSVTable("a\n\"b\n") }
    }
}
