import ArgumentParser
import Platform
import ReplicaStore
import ReplicaSync
import SyncCore
import Texts

/// `zona status`.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Say whose replica this is, when it last met the hub and why not since, and what waits."),
        discussion: Help.discussion(
            localized(
                """
                Needs no network. --check also looks whether a sync would reach the hub now, and names the cause when \
                it would not, within ten seconds; its exit code is then the one that `zona sync` would have.
                """),
            examples: """
                  zona status
                  zona status --check
                  zona status --file narni.sqlite --json
                """))

    @Flag(help: ArgumentHelp(localized("Ask the hub, too. Sends and changes nothing.")))
    var check = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let work = try Workplace(options)
        let status = try work.store.status()
        let checked = check ? await ask(work.store) : nil
        let report = StatusReport(
            status: status, path: work.store.path, author: work.author.name, check: checked,
            service: ServiceLock.holder(of: work.store.path), now: Moment.now())
        work.answer.give(report.json) { report.text }
        if case .failure(let fault) = checked { throw CommandFailure(fault) }
    }

    /// Shorter waits than a sync has, so that the cause is named in time.
    private func ask(_ store: ReplicaStore) async -> Result<HubCheck.Answer, SyncFault> {
        var settings = network.settings
        settings.connectTimeout = .seconds(6)
        settings.stallTimeout = .seconds(6)
        let asked = settings
        do {
            return .success(try await Interruption.cancels { try await HubCheck(store: store, settings: asked).run() })
        } catch {
            return .failure((error as? SyncFault) ?? SyncFault(.cancelled, "\(error)"))
        }
    }
}
