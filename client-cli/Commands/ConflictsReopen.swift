import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona conflicts reopen ID`.
struct ConflictsReopen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen",
        abstract: localized("Open a conflict again that was decided or closed."),
        discussion: Help.discussion(
            localized(
                """
                What was decided stays in the record until somebody decides anew. The conflict is open again for \
                everybody when the hub has it, and only a decision closes it then.
                """),
            examples: """
                  zona conflicts list --all
                  zona conflicts reopen 3f2a91c0 --note 'la fattura dice altro'
                """))

    @Argument(help: ArgumentHelp(localized("The conflict's id, or its beginning.")))
    var id: String

    @Option(help: ArgumentHelp(localized("Why, for whoever reads it later.")))
    var note = ""

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let conflict = try work.store.conflict(startingWith: id.lowercased())
        try work.store.reopen(conflict, note: note, by: work.author, now: Moment.now())
        let isCaptured = work.captureOwnWrite()
        work.answer.give(
            .object([
                "conflict": .text(conflict.id.description), "table": .text(conflict.table),
                "record_id": .text(conflict.recordID.description), "choice": .text("reopen"),
                "captured": .bool(isCaptured),
            ])
        ) { localized("reopened") + "\n" + Words.syncTells }
    }
}
