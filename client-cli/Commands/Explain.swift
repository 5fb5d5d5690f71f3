import ArgumentParser
import Platform
import ReplicaStore
import SyncCore
import Texts

/// `zona explain [TABLE] ID [COLUMN]`.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Say why a value is what it is: who wrote it, against what, by which rule, and what lost."),
        discussion: Help.discussion(
            localized(
                """
                Asks the hub. Offline, or with --offline, it tells what this replica knows by itself, and since when.
                """),
            examples: """
                  zona explain 0190f3c2-5a1e telefono
                  zona explain soggetto 0190f3c2
                  zona explain 0190f3c2-5a1e telefono --offline
                """))

    @Argument(
        help: ArgumentHelp(localized("The table, if you like, the record's id, and the column, if it is about one.")))
    var words: [String]

    @Flag(help: ArgumentHelp(localized("Do not ask the hub.")))
    var offline = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let work = try Workplace(options)
        let isTable = words.first.map { work.store.catalog.table(named: $0) != nil } ?? false
        let reference = Array(words.prefix(isTable ? 2 : 1))
        let rest = words.dropFirst(reference.count)
        guard rest.count < 2 else {
            throw CommandFailure(
                .usage, "usage", localized("name one record and one column: `zona help explain` has examples"))
        }
        let (table, id) = try RecordReference.findEvenGone(reference, in: work.store)
        let columns = try rest.first.map { [try Names.column($0, of: table)] } ?? Array(table.columns.indices)
        let story = try await RecordStory.tell(table, id, work, network: network, isOffline: offline)
        let explained = ExplainText(story: story, columns: columns)
        try work.answer.give(try explained.json()) { try explained.text(width: Terminal.lineLength) }
    }
}
