import ArgumentParser
import ReplicaStore
import ReplicaSync

/// `zona bundle export`.
struct BundleExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a bundle for the hub: all that this file does not know the hub to have.",
        discussion: """
            It also tells the hub how far this file is, so that what comes back goes on from there; so it is worth \
            taking along when nothing was written here. At the hub `zona-server bundle import` takes it in. What it \
            holds waits here until the hub has said that it has it; a later bundle holds it again.

            EXAMPLES
              zona bundle export /media/stick
              zona bundle export /media/stick/narni-lunedi.zona --json
            """)

    @Argument(help: ArgumentHelp("A folder, or the name of the file.", valueName: "file|folder"))
    var place: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let work = try Workplace(options)
        let runner = StickRunner(store: work.store, key: try ReplicaKey.load(for: work.store.path))
        let place = place
        let progress = StickProgressLine(isQuiet: options.json, verb: "written")
        let done = try await Interruption.cancels {
            defer { progress.end() }
            return try runner.export(to: place, now: Moment.now(), onProgress: { progress.show($0) })
        }
        work.answer.give(
            .object([
                "file": .text(done.path), "bytes": .integer(done.bytes), "batches": .integer(done.batches),
                "given_back": .integer(done.givenBack), "captured_changes": .integer(done.captured.changes),
            ])
        ) {
            let givenBack = done.givenBack > 0 ? ", \(done.givenBack) of them given back to a restored hub" : ""
            return """
                written    \(SafeText.line(done.path)), \(Words.bytes(done.bytes))
                holds      \(Words.count(done.batches, "batch", "batches"))\(givenBack)
                next       take it to the hub: `zona-server bundle import`
                """
        }
    }
}
