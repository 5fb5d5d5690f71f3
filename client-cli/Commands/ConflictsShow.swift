import ArgumentParser
import Platform
import ReplicaStore
import SyncCore
import Texts

/// `zona conflicts show ID`.
struct ConflictsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: localized("Show both sides of a conflict, what they began from, who wrote them and when."),
        discussion: Help.discussion(
            localized(
                """
                What differs stands in brackets, in colour too on a terminal (NO_COLOR switches that off). Decisions \
                about it are shown with their notes.
                """),
            examples: """
                  zona conflicts show 3f2a91c0-77b1
                """))

    @Argument(help: ArgumentHelp(localized("The conflict's id, or its beginning.")))
    var id: String

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let conflict = try work.store.conflict(startingWith: id.lowercased())
        let page = try ConflictPage(conflict, store: work.store)
        try work.answer.give(page.json) {
            try page.text(width: Terminal.lineLength, isColoured: Terminal.isColoured) + "\n\n" + page.advice
        }
    }
}
