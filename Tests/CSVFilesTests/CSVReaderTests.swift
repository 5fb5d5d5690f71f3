import CSVFiles
import Testing

@Suite struct CSVReaderTests {
    @Test(arguments: ["\n", "\r\n", "\r"]) func `rows end with any line end, and know their first line`(end: String) {
        let read = CSVReading(["a;b", "1;\"x", "y\"", "", "2;z", ""].joined(separator: end))

        #expect(read.faults.isEmpty)
        #expect(read.rows == [["a", "b"], ["1", "x\(end)y"], ["2", "z"]])
        #expect(read.lines == [1, 2, 5])
        #expect(read.numbers == [1, 2, 4])
    }

    @Test func `an empty cell is no value, two quotes are an empty text`() {
        #expect(CSVReading("a;b;c\n;\"\";x\n").rows[1] == [nil, "", "x"])
    }

    @Test(arguments: [
        ("a;b,c\n1;2", ";"), ("a,b\n1,2;3", ","), ("a\tb,c\n1\t2", "\t"), ("\"a;b\",c\n1,2", ","), ("a\n1", ";"),
        ("\n\na,b\n", ","), ("sep=,\r\na;b,c\r\n1,2", ","), ("SEP=|\na|b\n1|2", "|"), ("sep=,", ","), ("", ";"),
    ])
    func `the separator is that of the titles, or the named one`(text: String, separator: String) {
        #expect(CSVReading(text).separator == Character(separator))
    }

    @Test func `the line that names the separator is no row`() {
        let read = CSVReading("sep=,\r\na,b\r\n1,2\r\n")

        #expect(read.rows == [["a", "b"], ["1", "2"]])
        #expect(read.lines == [2, 3])
        #expect(read.numbers == [1, 2])
    }

    @Test func `empty cells at the end are left out or too many, as spreadsheets do it`() {
        let read = CSVReading("a;b;c;;\n1\n1;2;3;;;;\n;;;;\n4;5;6\n")

        #expect(read.faults.isEmpty)
        #expect(read.rows == [["a", "b", "c"], ["1"], ["1", "2", "3"], ["4", "5", "6"]])
    }

    @Test(arguments: [
        ("a;b\n1;\"x\n2;y\n3;z\n", CSVFault(.quoteNotClosed, line: 2, column: 3, cell: 1)),
        (
            "a;b\n1;\"x\n2;\"y\"\n",
            CSVFault(.textAfterQuote(openedLine: 2, openedColumn: 3), line: 3, column: 4, cell: 1)
        ),
        ("a;b\nè;\"x\" \n", CSVFault(.textAfterQuote(openedLine: 2, openedColumn: 3), line: 2, column: 6, cell: 1)),
        ("a;b\nè;x \"y\"\n", CSVFault(.strayQuote, line: 2, column: 5, cell: 1)),
        ("a;b\n\n1;2;;3\n", CSVFault(.tooManyCells(4, expected: 2), line: 3, column: 6, cell: 3)),
        ("a;b;c\n1;2;3\n1;2", CSVFault(.cutOff(2, expected: 3), line: 3, column: 4, cell: 1)),
        ("a;b\n1;2;\"3\n\"\n", CSVFault(.tooManyCells(3, expected: 2), line: 2, column: 5, cell: 2)),
        ("a;b\n1;x\0y\n", CSVFault(.nulByte, line: 2, column: 4, cell: 1)),
        ("a;b\n1;\"x\n\0y\"\n", CSVFault(.nulByte, line: 3, column: 1, cell: 1)),
        ("a;b\n1;12345678901\n", CSVFault(.cellTooLarge(bytes: 11), line: 2, column: 3, cell: 1)),
        ("a;b\n1;\"1234567890\n\"\n", CSVFault(.cellTooLarge(bytes: 11), line: 2, column: 3, cell: 1)),
        ("a;\"b\n", CSVFault(.quoteNotClosed, line: 1, column: 3, cell: 1)),
    ])
    func `a fault has its line and column`(text: String, fault: CSVFault) {
        #expect(CSVReading(text, cellBytesMaximum: 10).faults == [fault])
    }

    @Test func `all faults of a file are told, and what is between them is read`() {
        let read = CSVReading("a;b\n\"1\"x;2\"\n3;4\n5;6;7\n8;\"9\n10;11\n")

        #expect(read.faults.map(\.line) == [2, 2, 4, 5])
        #expect(read.rows[1] == ["\"1\"x", "2\""])
        #expect(read.rows.contains(["3", "4"]))
        #expect(read.rows.contains(["10", "11"]))
    }

    @Test func `a cell of 2 MB is refused, and one line of many faults is read through`() {
        let large = [UInt8]("a;b\n1;".utf8) + [UInt8](repeating: 0x78, count: 2 << 20) + Array("\n2;y\n".utf8)
        let read = CSVReading(large)

        #expect(read.faults == [CSVFault(.cellTooLarge(bytes: 2 << 20), line: 2, column: 3, cell: 1)])
        #expect(read.rows.last == ["2", "y"])

        let faulty = [UInt8]("a\n".utf8) + [[UInt8]](repeating: Array("\"a\"b;".utf8), count: 20_000).joined()
        #expect(CSVReading(faulty).faults.count == 20_000)
    }
}
