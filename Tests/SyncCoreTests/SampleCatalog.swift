import SyncCore
import Testing

/// A tiny catalogue: one table per rule, each with columns `a` and `b`, and some that show what a column may declare.
enum SampleCatalog {
    /// The values of an ordered column, in an order that is neither that of the numbers nor that of time.
    static let order: [Int64] = Array(0..<100).sorted { ($0 * 37 % 101, $0) < ($1 * 37 % 101, $1) }

    static let lastWriterWins = table("nota", 1, .lastWriterWins)
    static let fields = table("voce", 2, .fields)
    static let manual = table("importo", 3, .manual)
    static let capofila = table("quota", 4, .capofila)
    static let owner = table("sede", 5, .owner)
    static let appendOnly = table("movimento", 6, .appendOnly)
    static let set = table("appartenenza", 7, .set)
    /// Column `a` only goes forward in its declared order; `b` is part of the row.
    static let ordered = TableDescription(
        name: "bisogno", number: 8, rule: .lastWriterWins,
        columns: [
            ColumnDescription(
                name: "a", type: .integer, rule: .ordered,
                orderedValues: order.map { ValueCoding.bytes(of: .integer($0)) }),
            ColumnDescription(name: "b", type: .integer),
        ])
    /// Under `fields`, `a` and `b` are one declared group and `c` stands alone.
    static let grouped = TableDescription(
        name: "periodo", number: 9, rule: .fields,
        columns: [
            ColumnDescription(name: "a", type: .integer, groupName: "da-a"),
            ColumnDescription(name: "b", type: .integer, groupName: "da-a"),
            ColumnDescription(name: "c", type: .integer),
        ])
    /// A record rule; a second schema version added `b` and `c`, with defaults.
    static let appended = TableDescription(
        name: "utente", number: 10, rule: .lastWriterWins,
        columns: [
            ColumnDescription(name: "a", type: .integer),
            ColumnDescription(name: "b", type: .integer, defaultValue: ValueCoding.bytes(of: .integer(5)), since: 2),
            ColumnDescription(name: "c", type: .integer, defaultValue: ValueCoding.bytes(of: .integer(6)), since: 2),
        ])

    static let all = [
        lastWriterWins, fields, manual, capofila, owner, appendOnly, set, ordered, grouped, appended,
    ]

    private static func table(_ name: String, _ number: Int, _ rule: MergeRule) -> TableDescription {
        TableDescription(
            name: name, number: number, rule: rule,
            columns: [ColumnDescription(name: "a", type: .integer), ColumnDescription(name: "b", type: .integer)])
    }
}

/// Short forms for what the tests name all the time.
func dot(_ number: UInt64, _ counter: UInt64) -> Dot {
    Dot(number: ReplicaNumber(rawValue: number), counter: counter)
}

func vector(_ dots: Dot...) -> VersionVector {
    VersionVector(dots)
}

func encoded(_ values: Int64...) -> [UInt8] {
    ValueCoding.bytes(of: values.map { Value.integer($0) })
}

extension TableDescription: CustomTestStringConvertible {
    public var testDescription: String { "\(name), \(rule.rawValue)" }
}
