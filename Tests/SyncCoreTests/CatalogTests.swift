import SyncCore
import Testing

@Suite struct CatalogTests {
    @Test func `a record rule makes one group of the row`() {
        #expect(SampleCatalog.lastWriterWins.groups.map(\.index) == [ColumnGroup.wholeRow])
        #expect(SampleCatalog.lastWriterWins.groups.map(\.columns.columns) == [[0, 1]])
    }

    @Test func `fields makes a group of each column or declared group, numbered by its first column`() {
        #expect(SampleCatalog.fields.groups.map(\.index) == [2, 3])
        #expect(SampleCatalog.grouped.groups.map(\.index) == [2, 4])
        #expect(SampleCatalog.grouped.groups.map(\.columns.columns) == [[0, 1], [2]])
    }

    @Test func `a column with a rule of its own stands alone under a record rule`() {
        #expect(SampleCatalog.ordered.groups.map(\.index) == [ColumnGroup.wholeRow, 2])
        #expect(SampleCatalog.ordered.groups.map(\.rule) == [.lastWriterWins, .ordered])
    }

    @Test func `columns that a schema version appended stand alone, and the others keep their index`() {
        #expect(SampleCatalog.appended.groups.map(\.index) == [ColumnGroup.wholeRow, 3, 4])
        #expect(SampleCatalog.appended.groups.map(\.columns.columns) == [[0], [1], [2]])
    }

    @Test func `the columns of a table that came late are no appended columns`() {
        let table = TableDescription(
            name: "nuova", number: 11,
            columns: [
                ColumnDescription(name: "a", type: .integer, since: 2),
                ColumnDescription(name: "b", type: .integer, since: 2),
                ColumnDescription(name: "c", type: .integer, since: 3),
            ], since: 2)

        #expect(table.groups.map(\.columns.columns) == [[0, 1], [2]])
    }

    @Test func `set and append-only rows are never taken apart`() {
        for rule in [MergeRule.set, .appendOnly] {
            let table = TableDescription(
                name: "t", number: 1, rule: rule,
                columns: [
                    ColumnDescription(name: "a", type: .integer, groupName: "g"),
                    ColumnDescription(name: "b", type: .integer, rule: .ordered),
                ])

            #expect(table.groups.map(\.columns.columns) == [[0, 1]])
        }
    }

    @Test func `tables are found by number and by name, whatever order they came in`() {
        let catalog = Catalog(tables: SampleCatalog.all.reversed())

        for table in SampleCatalog.all {
            #expect(catalog.table(table.number)?.name == table.name)
            #expect(catalog.table(named: table.name)?.number == table.number)
        }
        #expect(catalog.table(0) == nil && catalog.table(99) == nil && catalog.table(named: "nessuna") == nil)
        #expect(catalog.version == 2)
    }

    @Test func `names are compared as bytes`() {
        let table = TableDescription(
            name: "t", number: 1, columns: [ColumnDescription(name: "caff\u{E9}", type: .text)])

        #expect(table.column(named: "caff\u{E9}") == 0)
        #expect(table.column(named: "cafe\u{301}") == nil)
    }
}
