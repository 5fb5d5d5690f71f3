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
              zona sync --json
            """)

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let work = try Workplace(options)
        let summary = try await SyncRun(
            store: work.store, settings: network.settings, isQuiet: options.json
        ).run()
        let report = SyncReport(summary, try work.store.status())
        work.answer.give(report.json) { report.text }
    }
}
