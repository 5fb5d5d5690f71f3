import ArgumentParser
import Consolidation
import ReplicaStore
import SyncCore
import Texts

/// `zona consolidate`.
struct Consolidate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Publish the ambito's picture as a dated folder, from the capofila's replica."),
        discussion: Help.discussion(
            localized(
                """
                Syncs first. The folder holds one SQLite file, one CSV a table and the summary, and appears whole or \
                not at all. Rows that the hub does not have yet are left out, and named. When each comune was last \
                heard of is known to the hub alone: its nightly consolidation says it.
                """),
            examples: """
                  zona consolidate --into /srv/pubblicati
                """))

    @Option(
        help: ArgumentHelp(localized("The folder for the dated folders; made if it is not there."), valueName: "dir"))
    var into = "pubblicati"

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let work = try Workplace(options)
        guard try work.store.state().isCapofila else {
            throw CommandFailure(
                .badValue, "not-capofila",
                localized(
                    """
                    this replica sees one comune only: consolidate on a replica of the capofila, or at the hub
                    """))
        }
        _ = try await SyncRun(store: work.store, settings: network.settings, isQuiet: options.json).run()
        let token = String(UInt64.random(in: 1...UInt64.max), radix: 36)
        let publication = try Consolidation.publish(
            work.store, PublishRequest(folder: into, time: Moment.now(), contacts: [], token: token))
        work.answer.give(Self.json(publication)) { Self.text(publication) }
    }

    private static func json(_ publication: Publication) -> JSONValue {
        .object([
            "folder": .text(publication.folder), "date": .text("\(publication.date)"),
            "rows": .integer(publication.rows), "open_conflicts": .integer(publication.openConflicts.count),
            "contested": .integer(publication.contestedConflicts), "comuni": .integer(publication.comuni),
            "missing": .array(publication.missingComuni.map(JSONValue.text)),
            "unsynced": .array(
                publication.unsynced.map {
                    .object([
                        "table": .text($0.table), "id": .text($0.id.description), "author": .text($0.author),
                        "changed_at": .integer($0.changedAt),
                    ])
                }),
        ])
    }

    private static func text(_ publication: Publication) -> String {
        localized("published \(SafeText.line(publication.folder))") + "\n\n\(SafeText.lines(publication.text))"
    }
}
