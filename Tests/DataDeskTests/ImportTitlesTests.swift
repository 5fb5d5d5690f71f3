import DataDesk
import SyncCore
import Testing

/// What the first line of a file means.
@Suite struct ImportTitlesTests {
    private let table = TableDescription(
        name: "quota_comune", number: 9,
        columns: [
            ColumnDescription(name: "comune_id", label: "Comune", type: .text),
            ColumnDescription(name: "importo_cent", label: "Importo", type: .integer, format: .cent),
            ColumnDescription(name: "note", label: "Nota", type: .text),
            ColumnDescription(name: "criterio", label: "Nota", type: .text),
            ColumnDescription(name: "importo", label: "Altro importo", type: .text),
        ])

    private func titles(_ titles: String...) -> ImportTitles { ImportTitles(titles, of: table) }

    @Test func `columns go by name or label, whatever the case, accents and spaces`() {
        let read = titles("COMUNE", " importo  cent", "Àltro Importo", "criterio", "ID", "", "errori (zona)")

        #expect(
            read.meanings == [.column(0), .column(1), .column(4), .column(3), .id, .nothing, .remarks])
        #expect(read.faults.isEmpty)
        #expect(read.cell(of: 4) == 2)
        #expect(read.cell(of: 2) == nil)
        #expect(read.id == 4)
        #expect(read.columns == [0, 1, 4, 3])
    }

    @Test func `labels are known in English, too`() {
        #expect(titles("Municipality", "Amount").meanings == [.column(0), .column(1)])
    }

    @Test func `a name goes before the label of another column`() {
        #expect(titles("Importo").meanings == [.column(4)])
    }

    @Test(arguments: [
        ("Comunee", "“Comune”"), ("Nota", "note, criterio"), ("xyz", "“Municipality”, “Amount”"),
        ("comune", "“Comune” and"),
    ])
    func `what is no column, or one twice, is told with what may be meant`(title: String, hint: String) {
        let read = titles("Comune", title)

        #expect(read.faults.map(\.cell) == [1])
        #expect(read.faults.first?.fault.kind == .title)
        #expect(read.faults.first?.fault.message.contains(hint) == true)
    }

    @Test func `a column that has one value for all rows is not given by the file as well`() {
        #expect(ImportTitles(["Comune"], of: table, fixed: [0]).faults.map(\.fault.kind) == [.title])
    }

    @Test func `the exact form is that of ids and names alone`() {
        #expect(titles("id", "comune_id", "importo_cent").isExact)
        #expect(!titles("comune_id", "importo_cent").isExact)
        #expect(!titles("id", "Comune").isExact)
        #expect(!titles("id", "COMUNE_ID").isExact)
    }
}
