import ArgumentParser
import ReplicaStore
import ReplicaSync

/// `zona sync`.
struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send what was written here, and bring what the others have written.",
        discussion: """
            May be stopped at any moment, by Ctrl-C or by a cut line, and run again: what was sent is kept and \
            nothing is sent twice. Meanwhile everybody may go on working in the same file.

            EXAMPLES
              zona sync
              zona sync --file narni.sqlite --proxy http://proxy.comune.it:3128
              zona sync --hub https://hub.nuovo.it:8443
              zona sync --json
            """)

    @Option(
        help: ArgumentHelp(
            "The hub's new address. Kept for the next time once the hub there has proved its key.", valueName: "url"))
    var hub: String?

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let work = try Workplace(options)
        var settings = network.settings
        settings.hubURL = hub
        let summary = try await SyncRun(
            store: work.store, settings: settings, isQuiet: options.json
        ).run()
        let report = SyncReport(summary, try work.store.status())
        work.answer.give(report.json) { report.text }
    }
}
