import ArgumentParser
import Platform
import ReplicaStore
import SyncCore
import Texts

/// `zona history [TABLE] ID`.
struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized(
            "Tell a record's changes: who wrote what, when, in the place of what, and what was decided."),
        discussion: Help.discussion(
            localized(
                """
                Asks the hub, which remembers every value that was replaced until it is told to let go of old ones. \
                Offline, or with --offline, it tells what this replica knows by itself, and since when. A record that \
                was deleted is named by its table and its whole id.
                """),
            examples: """
                  zona history 0190f3c2-5a1e
                  zona history soggetto 0190f3c2-5a1e-7001-8000-000000000003
                  zona history 0190f3c2-5a1e --offline --json
                """))

    @Argument(help: ArgumentHelp(localized("The table, if you like, and the record's id.")))
    var words: [String]

    @Flag(help: ArgumentHelp(localized("Do not ask the hub.")))
    var offline = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let work = try Workplace(options)
        let (table, id) = try RecordReference.findEvenGone(words, in: work.store)
        let story = try await RecordStory.tell(table, id, work, network: network, isOffline: offline)
        let history = HistoryText(story: story)
        try work.answer.give(try history.json()) { try history.text(width: Terminal.lineLength) }
    }
}
