import CSVFiles
import SyncCore
import Testing

@Suite struct PeopleCSVTests {
    private func cell(_ value: Value, _ format: ColumnDescription.Format?, name: String? = nil) -> String {
        let column = ColumnDescription(name: "c", type: .any, format: format)
        var bytes: [UInt8] = []
        CSVText.appendLine([PeopleCSV.cell(value, column, name: name)], to: &bytes)
        return String(decoding: bytes.dropLast(2), as: UTF8.self)
    }

    @Test func `values stand as an Italian office writes them`() {
        #expect(cell(.integer(125_000), .cent) == "1250,00")
        #expect(cell(.integer(-5), .cent) == "-0,05")
        #expect(cell(.integer(.min), .cent) == "-92233720368547758,08")
        #expect(cell(.integer(1), .boolean) == "sì")
        #expect(cell(.integer(7), .boolean) == "7")
        #expect(cell(.integer(2026), .year) == "2026")
        #expect(cell(.real(1.5), nil) == "1,5")
        #expect(cell(.text("2026-11-26"), .date) == "26/11/2026")
        #expect(cell(.text("=2026"), .date) == "'=2026")
        #expect(cell(.null, .cent) == "")
        #expect(cell(.text(""), nil) == "\"\"")
        #expect(cell(.text("0190f3c2"), nil, name: "=Narni") == "'=Narni")
    }

    @Test(arguments: ["=1+1", "+39 0744 1", "-", "@x", "\tx", "\rx", "'=x", "''+x", "'", "'x", "x=1", "", "''", "è"])
    func `a text that would run as a formula is kept from it, and comes back as it was`(text: String) {
        let guarded = FormulaGuard.guarded(Array(text.utf8))

        #expect(FormulaGuard.unguarded(guarded) == Array(text.utf8))
        let first = guarded.first.map { Character(Unicode.Scalar($0)) }
        #expect(!"=+-@\t\r\n".contains { $0 == first })
    }

    @Test func `two columns with one label are titled by their names`() {
        let table = TableDescription(
            name: "t", number: 1,
            columns: [
                ColumnDescription(name: "a", label: "Nota", type: .text),
                ColumnDescription(name: "b", label: "Nota", type: .text),
                ColumnDescription(name: "c", label: "Titolo", type: .text),
            ])
        #expect(PeopleCSV.titles(table, columns: [0, 1, 2]) == ["id", "a", "b", "Titolo"].map { .text($0) })
        #expect(PeopleCSV.titles(table, columns: [1]) == ["id", "Nota"].map { .text($0) })
    }
}
