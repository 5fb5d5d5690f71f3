import ArgumentParser
import Consolidation
import HubService
import HubStore

struct Consolidate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish the ambito's picture now, as the nightly run does.",
        discussion: """
            A dated folder with one SQLite file, one CSV a table and the summary (riepilogo.txt, riepilogo.json).

            Example:
              zona-server consolidate --data /srv/zona --ambito UMB-11 --publish /srv/pubblicati
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Option(help: "Where to publish; the data folder's published/ when left out.")
    var publish: String?

    func run() throws {
        try answering {
            let data = DataFolder(try common.folder())
            let work = try HubConsolidation(
                store: ambito.open(common), data: data, publish: publish ?? data.publishedFolder)
            let publication = try work.run(now: Answer.now)
            if common.json {
                try Answer.show([
                    "folder": publication.folder, "date": "\(publication.date)", "rows": publication.rows,
                    "open_conflicts": publication.openConflicts.count, "contested": publication.contestedConflicts,
                    "missing": publication.missingComuni, "comuni": publication.comuni,
                ])
            } else {
                Answer.show("Published \(publication.folder)\n")
                Answer.show(publication.text)
            }
        }
    }
}
