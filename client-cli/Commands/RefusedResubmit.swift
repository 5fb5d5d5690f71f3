import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona refused resubmit ID … [col=value …]`.
struct RefusedResubmit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resubmit",
        abstract: localized(
            "Write refused changes into the tables again, all of them or none; the next sync sends them."),
        discussion: Help.discussion(
            localized(
                """
                Of an update only the columns are written that were changed. A record that was refused as a whole is \
                added again; what went wrong must have been mended before, here or with `zona refused edit`. Several \
                changes are one command for the hub, too: it takes all of them or none.
                """),
            examples: """
                  zona refused resubmit 12
                  zona refused resubmit 12 data=2026-02-28
                  zona refused resubmit 12 13 17
                """))

    @Argument(
        help: ArgumentHelp(
            localized("The numbers that `zona refused list` shows; of a single one also new values."),
            valueName: "words"))
    var words: [String]

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let (ids, assignments) = CommandWords.split(words)
        guard !ids.isEmpty, ids.count == 1 || assignments.isEmpty else {
            throw CommandFailure(
                .usage, "usage",
                localized("name the refused changes; new values belong to a single one: zona refused resubmit 12")
            )
        }
        let work = try Workplace(options)
        let changes = try work.store.refusedChanges()
        let chosen = try ids.map { try RefusedReference.find($0, among: changes) }
        if let only = chosen.first, !assignments.isEmpty {
            try RefusedReference.mend(only, assignments, in: work.store)
        }
        let written = try work.store.resubmit(chosen.map(\.dot), by: work.author, now: Moment.now())
        let isCaptured = work.captureOwnWrite()
        work.answer.give(
            .object([
                "resubmitted": .array(
                    written.map {
                        .object([
                            "id": .text($0.dot.description), "table": .text($0.table.name),
                            "record_id": .text($0.id.description),
                        ])
                    }),
                "captured": .bool(isCaptured),
            ])
        ) {
            written.map { localized("written again: \($0.table.name) \($0.id)") }.joined(separator: "\n")
                + "\n" + localized(written.count, one: "`zona sync` sends it", other: "`zona sync` sends them")
        }
    }
}
