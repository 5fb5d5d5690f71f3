import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona conflicts review`.
struct ConflictsReview: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: localized("Go through the conflicts one by one, deciding each with a key."),
        discussion: Help.discussion(
            localized(
                """
                The options choose and order, as of `zona conflicts list`. Each decision is kept at once: leave \
                whenever you like, by q, Ctrl-C or by closing the window, and the next review goes on with what is \
                left. u takes the last decision back. They are made ready to send when you leave.

                \(ReviewScreen.help)

                Where the input is no terminal the keys are read from it, so that a script can press them; new values \
                and notes end with a line feed. With --json the conflicts are shown on stderr, and a summary is \
                printed at the end.
                """),
            examples: """
                  zona conflicts review
                  zona conflicts review --mine --order amount
                  printf 'sso' | zona conflicts review --table soggetto
                """))

    @OptionGroup var selection: ConflictSelection
    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let filter = try selection.filter(work.store, now: Moment.now())
        let items = try work.store.inbox(filter, order: selection.order)
        guard !items.isEmpty else {
            work.answer.give(Self.json(0, 0, isCaptured: false)) {
                filter.isNarrow ? localized("no conflict is like this") : localized("no conflict waits for a decision")
            }
            return
        }
        let screen = ReviewScreen(isOnError: options.json)
        screen.say(InboxText.summary(items) + ". " + localized("? shows the keys."))
        let desk = ReviewDesk(items, work, screen)
        let outcome = Result { try desk.run() }
        // However it ended: what was decided is made ready to send.
        let isCaptured = desk.decidedCount == 0 || work.captureOwnWrite()
        let isInterrupted = try outcome.get()
        let left = items.count - desk.decidedCount
        work.answer.give(Self.json(desk.decidedCount, left, isCaptured: isCaptured)) {
            let rest =
                left == 0
                ? localized("nothing is left of these") : localized("\(left) left: `zona conflicts review` goes on")
            let said =
                localized("decided \(desk.decidedCount), \(rest)")
                + (desk.decidedCount > 0 ? "\n" + Words.syncTells : "")
            return TextTable.wrap(said, width: screen.width).joined(separator: "\n")
        }
        if isInterrupted {
            throw CommandFailure(.interrupted, "cancelled", localized("left by an interruption; all is kept"))
        }
    }

    private static func json(_ decided: Int, _ left: Int, isCaptured: Bool) -> JSONValue {
        .object(["decided": .integer(decided), "left": .integer(left), "captured": .bool(isCaptured)])
    }
}
