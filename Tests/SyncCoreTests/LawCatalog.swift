import SyncCore

/// More tables for the laws: columns with rules of their own under both kinds of table, and declared groups of two columns.
enum LawCatalog {
    /// Under `fields`: one column for each rule that a column may have, and a plain one.
    static let ruledFields = TableDescription(name: "percorso", number: 20, rule: .fields, columns: ruled)
    /// The same columns in a table whose rule makes one group of what is left of the row.
    static let ruledRow = TableDescription(name: "intervento", number: 21, rule: .lastWriterWins, columns: ruled)
    /// Two declared groups of two columns and a column alone, under `fields` and under a record rule.
    static let pairs = TableDescription(name: "accesso", number: 22, rule: .fields, columns: paired)
    static let pairsInRow = TableDescription(name: "spesa", number: 23, rule: .manual, columns: paired)

    static let all = SampleCatalog.all + [ruledFields, ruledRow, pairs, pairsInRow]

    private static var ruled: [ColumnDescription] {
        [
            ColumnDescription(name: "a", type: .integer, rule: .manual),
            ColumnDescription(
                name: "b", type: .integer, rule: .ordered,
                orderedValues: SampleCatalog.order.map { ValueCoding.bytes(of: .integer($0)) }),
            ColumnDescription(name: "c", type: .integer, rule: .capofila),
            ColumnDescription(name: "d", type: .integer, rule: .owner),
            ColumnDescription(name: "e", type: .integer),
        ]
    }

    private static var paired: [ColumnDescription] {
        [
            ColumnDescription(name: "a", type: .integer, groupName: "da-a"),
            ColumnDescription(name: "b", type: .integer, groupName: "da-a"),
            ColumnDescription(name: "c", type: .integer, groupName: "ore"),
            ColumnDescription(name: "d", type: .integer, groupName: "ore"),
            ColumnDescription(name: "e", type: .integer),
        ]
    }
}
