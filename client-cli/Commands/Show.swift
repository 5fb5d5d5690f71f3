import ArgumentParser
import Platform
import ReplicaStore
import SyncCore
import Texts

/// `zona show [TABLE] ID`.
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Show one record with all its values, what belongs to it, and its open conflicts."),
        discussion: localized(
            """
            The id may be shortened as long as no other record's begins like it. With --touch the record counts as on \
            your screen for an hour, or until you write it: a sync leaves it as it is, and if somebody else has \
            changed it meanwhile your change is not taken for one that had seen his.

            EXAMPLES
              zona show 0190f3c2-5a1e
              zona show incontro 0190f3c2 --touch
              zona show comune 0190f3c2 --children 20
            """))

    @Argument(help: ArgumentHelp(localized("The table, if you like, and the record's id.")))
    var words: [String]

    @Flag(help: ArgumentHelp(localized("Note that the record is on your screen.")))
    var touch = false

    @Option(help: ArgumentHelp(localized("How many of the records that belong to it are named, by table.")))
    var children = 5

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard children >= 0 else { throw ValidationError(localized("--children must be at least 0")) }
    }

    func run() throws {
        let work = try Workplace(options)
        let (table, id) = try RecordReference.find(words, in: work.store)
        // First touched, then read: what is on screen is what the touch stands for.
        if touch { try work.store.touch(id, of: table, now: Moment.now()) }
        let page = try RecordPage(table, id, work.store, children: children)
        try work.answer.give(page.json) { try page.text(width: Terminal.lineLength) }
    }
}
