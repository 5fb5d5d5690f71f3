import ArgumentParser
import Platform
import ReplicaStore
import ReplicaSync
import Texts

/// `zona sync`.
struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Send what was written here, and bring what the others have written."),
        discussion: Help.discussion(
            localized(
                """
                May be stopped at any moment, by Ctrl-C or by a cut line, and run again: what was sent is kept and \
                nothing is sent twice. Meanwhile everybody may go on working in the same file.

                On a metered line --max-bytes and --max-time stop it between parts, with exit code 10; what has gone \
                and come is kept, and the next sync goes on there. It goes over the limit by the smallest part at \
                most: 4 kB of a batch, a page of 8 kB or of one record, and the few hundred bytes of the conversation \
                itself.
                """),
            examples: """
                  zona sync
                  zona sync --dry-run
                  zona sync --max-bytes 500kB
                  zona sync --max-time 90s
                  zona sync --file narni.sqlite --proxy http://proxy.comune.it:3128
                  zona sync --hub https://hub.nuovo.it:8443
                  zona sync --json
                """))

    @Option(
        help: ArgumentHelp(
            localized("The hub's new address. Kept for the next time once the hub there has proved its key."),
            valueName: "url"))
    var hub: String?

    @Option(help: ArgumentHelp(localized("Stop when so much has gone and come: 500kB, 2MB."), valueName: "bytes"))
    var maxBytes: ByteAmount?

    @Option(help: ArgumentHelp(localized("Stop after so long: 90s, 5m."), valueName: "time"))
    var maxTime: TimeAmount?

    @Flag(
        help: ArgumentHelp(
            localized("Only say what would go and come. Changes neither this file nor the hub's records.")))
    var dryRun = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard !dryRun || (maxBytes == nil && maxTime == nil) else {
            throw ValidationError(
                localized(
                    """
                    --dry-run sends nothing that a limit could stop: leave --max-bytes and --max-time out
                    """))
        }
    }

    func run() async throws {
        let work = try Workplace(options)
        var settings = network.settings
        settings.hubURL = hub
        guard !dryRun else { return try await forecast(work, settings) }
        if let maxTime {
            // A line on which nothing moves must not outlast the limit by a minute.
            settings.stallTimeout = min(settings.stallTimeout, .seconds(max(5, maxTime.seconds)))
        }
        let summary = try await SyncRun(
            store: work.store, settings: settings, isQuiet: options.json,
            budget: SyncBudget(bytes: maxBytes?.bytes, time: maxTime.map { .seconds($0.seconds) })
        ).run()
        let report = SyncReport(summary, try work.store.status())
        work.answer.give(report.json) { report.text }
        if let limit = summary.stoppedBy {
            throw CommandFailure(
                .budget, "budget",
                localized(
                    """
                    stopped at --\(limit.rawValue): what was done is kept; run `zona sync` again to go on
                    """))
        }
    }

    private func forecast(_ work: Workplace, _ settings: SyncSettings) async throws {
        let store = work.store
        let key = try ReplicaKey.load(for: store.path)
        let captured = try store.captureForecast(key: key, now: Moment.now())
        let waiting = try store.waiting()
        let answer = try await Interruption.cancels {
            try await HubCheck(store: store, settings: settings, bound: .seconds(60), forecasts: true).run()
        }
        let forecast = SyncForecast(captured: captured, waiting: waiting, hub: answer)
        work.answer.give(forecast.json) { forecast.text }
    }
}
