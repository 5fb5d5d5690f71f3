import ArgumentParser
import Platform
import ReplicaStore
import ReplicaSync
import Texts

/// `zona bundle export`.
struct BundleExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: localized("Write a bundle for the hub: all that this file does not know the hub to have."),
        discussion: Help.discussion(
            localized(
                """
                It also tells the hub how far this file is, so that what comes back goes on from there; so it is worth \
                taking along when nothing was written here. At the hub `zona-server bundle import` takes it in. What \
                it holds waits here until the hub has said that it has it; a later bundle holds it again.
                """),
            examples: """
                  zona bundle export /media/stick
                  zona bundle export /media/stick/narni-lunedi.zona --json
                """))

    @Argument(help: ArgumentHelp(localized("A folder, or the name of the file."), valueName: "file|folder"))
    var place: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let work = try Workplace(options)
        let runner = StickRunner(store: work.store, key: try ReplicaKey.load(for: work.store.path))
        let place = place
        let progress = StickProgressLine(isQuiet: options.json, verb: localized("written"))
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
            let back = done.givenBack
            let givenBack = back > 0 ? ", " + localized("\(back) of them given back to a restored hub") : ""
            var facts = Facts()
            facts.add(localized("written"), "\(SafeText.line(done.path)), \(Words.bytes(done.bytes))")
            facts.add(localized("holds"), Words.batches(done.batches) + givenBack)
            facts.add(localized("next"), localized("take it to the hub: `zona-server bundle import`"))
            return facts.text
        }
    }
}
