import ArgumentParser
import ReplicaStore
import SyncCore

/// `zona conflicts list`.
struct ConflictsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the open conflicts, the oldest first.",
        discussion: """
            C marks the contested ones: the consolidation waits for a decision. d marks those that were decided here, \
            r those reopened here, which the hub has not confirmed yet.

            EXAMPLES
              zona conflicts list
              zona conflicts list --all --json
            """)

    @Flag(help: "Also those that are closed.")
    var all = false

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let conflicts = try work.store.conflicts(onlyOpen: !all)
        try work.answer.give(
            .object([
                "conflicts": .array(
                    conflicts.map { ConflictText.json($0, work.store.catalog.table(named: $0.table)) })
            ])
        ) {
            guard !conflicts.isEmpty else { return all ? "there are no conflicts" : "no conflict is open" }
            return try text(conflicts, work.store)
        }
    }

    private func text(_ conflicts: [Conflict], _ store: ReplicaStore) throws -> String {
        let ids = ShortIDs(conflicts.map(\.id))
        let names = RelatedNames(store)
        let now = Moment.now()
        var columns: [TextTable.Column] = [
            .init("", isWhole: true), .init("id", isWhole: true), .init("record"), .init("fields"), .init("shown by"),
            .init("other by"),
            .init("listed"),
        ]
        if all { columns.append(.init("state")) }
        var table = TextTable(columns)
        for conflict in conflicts {
            let marks =
                (conflict.isContested ? "C" : "") + (conflict.decidedHere ? "d" : "")
                + (conflict.reopenedHere ? "r" : "")
            let described = store.catalog.table(named: conflict.table)
            let name = try described.flatMap { try names.name(of: conflict.recordID, in: $0) }
            let record = "\(conflict.table) \(name ?? String(conflict.recordID.description.prefix(ShortIDs.shortest)))"
            var cells = [
                marks, ids.text(conflict.id), record, ConflictText.fields(conflict),
                ConflictText.writer(conflict.shown), ConflictText.writer(conflict.other),
                Moment.distance(conflict.listedAt, now),
            ]
            if all { cells.append(conflict.state) }
            table.append(cells.map(SafeText.line))
        }
        return table.text(width: Terminal.width)
    }
}
