import ArgumentParser
import ReplicaStore
import SyncCore

/// `zona show [TABLE] ID`.
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one record with all its values, and its open conflicts.",
        discussion: """
            The id may be shortened as long as no other record's begins like it. With --touch the record counts as on \
            your screen for an hour, or until you write it: a sync leaves it as it is, and if somebody else has \
            changed it meanwhile your change is not taken for one that had seen his.

            EXAMPLES
              zona show 0190f3c2-5a1e
              zona show incontro 0190f3c2 --touch
            """)

    @Argument(help: "The table, if you like, and the record's id.")
    var words: [String]

    @Flag(help: "Note that the record is on your screen.")
    var touch = false

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let (table, id) = try RecordReference.find(words, in: work.store)
        // First touched, then read: what is on screen is what the touch stands for.
        if touch { try work.store.touch(id, of: table, now: Moment.now()) }
        guard let row = try work.store.row(id, of: table) else {
            throw CommandFailure(.notFound, "not-found", "there is no row \(id) in \(table.name)")
        }
        let conflicts = try row.openConflicts == 0 ? [] : work.store.openConflicts(about: id)
        try work.answer.give(Self.json(row, table, conflicts)) {
            try Self.text(row, table, conflicts, store: work.store)
        }
    }

    private static func json(_ row: StoredRow, _ table: TableDescription, _ conflicts: [Conflict]) -> JSONValue {
        var members = row.json(table)
        members["table"] = .text(table.name)
        members["conflicts"] = .array(conflicts.map { ConflictText.json($0, table) })
        return .object(members)
    }

    private static func text(
        _ row: StoredRow, _ table: TableDescription, _ conflicts: [Conflict], store: ReplicaStore
    ) throws -> String {
        let names = RelatedNames(store)
        let nameWidth = table.columns.reduce(2) { max($0, $1.name.count) }
        var lines = ["\(SafeText.line(table.label)) (\(table.name))", ""]
        func add(_ name: String, _ value: String) {
            let indent = String(repeating: " ", count: nameWidth + 2)
            let wrapped = TextTable.wrap(SafeText.lines(value), width: max(40, Terminal.width - nameWidth - 2))
            let heading = name + String(repeating: " ", count: nameWidth + 2 - name.count)
            for (index, line) in wrapped.enumerated() { lines.append((index == 0 ? heading : indent) + line) }
        }
        add("id", row.id.description)
        for (column, value) in zip(table.columns, row.values) {
            var text = ValueText.human(value, column)
            if let related = try names.related(value, column) {
                let short = String(related.id.description.prefix(ShortIDs.shortest))
                text = related.name.map { "\($0)  [\(column.parent ?? "") \(short)]" } ?? text
            }
            add(column.name, text + row.mark(of: column))
        }
        lines.append("")
        if row.isPending { lines.append("Not synced yet: `zona sync` sends it.") }
        if row.isBehind { lines.append("Behind: a change of somebody else comes with a sync after yours is sent.") }
        for conflict in conflicts {
            lines.append(
                "\(conflict.isContested ? "Contested" : "In conflict"): \(ConflictText.subject(conflict)); "
                    + "`zona conflicts show \(conflict.id.description.prefix(ShortIDs.shortest))`")
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
