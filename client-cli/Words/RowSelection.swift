import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// The options by which `list` and `export` choose rows.
struct RowSelection: ParsableArguments {
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            localized("Only rows of which this holds; may be repeated, then all must hold."), valueName: "col=value"))
    var conditions: [String] = []

    @Option(
        help: ArgumentHelp(
            localized("Only rows that hold these letters in a text or in a related name."), valueName: "text"))
    var search: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            localized("Order by these columns, separated by commas; with - before it the largest first."),
            valueName: "col,-col"))
    var order: String?

    @Flag(help: ArgumentHelp(localized("Only rows that belong to this replica's comune.")))
    var mine = false

    @Flag(help: ArgumentHelp(localized("Only rows that are not synced yet.")))
    var pending = false

    @Flag(help: ArgumentHelp(localized("Only rows in an open conflict.")))
    var conflicts = false

    @Flag(help: ArgumentHelp(localized("Only rows in a conflict that somebody must decide.")))
    var contested = false

    /// Whether any option was given.
    var isGiven: Bool { !conditions.isEmpty || search != nil || order != nil || !marks.isEmpty }

    private var marks: [RowQuery.Mark] {
        (mine ? [.mine] : []) + (pending ? [.pending] : []) + (conflicts ? [.conflict] : [])
            + (contested ? [.contested] : [])
    }

    func query(_ table: TableDescription, in store: ReplicaStore) throws -> RowQuery {
        guard !mine || table.ownerColumn != nil else {
            throw CommandFailure(
                .badValue, "bad-value",
                localized("the rows of \(table.name) belong to the whole ambito: leave --mine out"))
        }
        var query = RowQuery()
        let filter = RowFilter(store: store, table: table)
        query.conditions = try conditions.map(filter.read)
        query.search = search.flatMap { $0.isEmpty ? nil : $0 }
        query.marks = marks
        query.order = try (order ?? "").split(separator: ",").map { word in
            let word = String(word).trimmed
            let isDescending = word.hasPrefix("-")
            let name = isDescending ? String(word.dropFirst()) : word
            return RowQuery.Order(column: try FieldNames.find(name, in: table), isDescending: isDescending)
        }
        return query
    }
}
