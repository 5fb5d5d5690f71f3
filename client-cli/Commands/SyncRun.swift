import Platform
import ReplicaStore
import ReplicaSync
import Texts

/// One sync as the commands run it: with the progress on stderr, and Ctrl-C that ends it cleanly.
struct SyncRun {
    let store: ReplicaStore
    let settings: SyncSettings
    let isQuiet: Bool
    var budget = SyncBudget()

    func run() async throws -> SyncSummary {
        let runner = SyncRunner(store: store, key: try ReplicaKey.load(for: store.path), settings: settings)
        let progress = SyncProgressLine(isQuiet: isQuiet)
        defer { progress.end() }
        do {
            return try await Interruption.cancels {
                try await runner.run(pulls: true, budget: budget, onProgress: { progress.show($0) })
            }
        } catch let fault as SyncFault where fault.code == .cancelled {
            throw CommandFailure(
                .interrupted, "cancelled",
                localized("interrupted: what was sent is kept; run `zona sync` again to go on"))
        }
    }
}
