import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona refused edit ID col=value …`.
struct RefusedEdit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: localized(
            """
            Mend the values of a refused change, where it is kept. Nothing is written into the tables yet.
            """),
        discussion: Help.discussion(
            Add.valueHelp,
            examples: """
                  zona refused edit 12 data=2026-02-28
                  zona refused edit 12 codice_fiscale:null
                """))

    @Argument(
        help: ArgumentHelp(
            localized("The number that `zona refused list` shows, and the new values."), valueName: "words"))
    var words: [String]

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let (ids, assignments) = CommandWords.split(words)
        guard ids.count == 1, !assignments.isEmpty else {
            throw CommandFailure(
                .usage, "usage",
                localized("name one refused change and its new values: zona refused edit 12 telefono='0744 1'"))
        }
        let work = try Workplace(options)
        let changes = try work.store.refusedChanges()
        let change = try RefusedReference.find(ids[0], among: changes)
        try RefusedReference.mend(change, assignments, in: work.store)
        let name = RefusedReference.name(change, among: changes)
        let mended = try work.store.refusedChanges().first { $0.dot == change.dot } ?? change
        work.answer.give(RefusedText.json(mended)) { localized("mended; to write it: zona refused resubmit \(name)") }
    }
}
