import Foundation
package import ReplicaStore
import SyncCore
import SyncSession
package import SyncWire

/// Asks the hub in which records a file differs from it: one greeting, then a few questions. Sends and applies nothing.
package struct Comparing: Sendable {
    private let store: ReplicaStore
    private let key: SigningKey
    private let settings: SyncSettings

    package init(store: ReplicaStore, key: SigningKey, settings: SyncSettings = SyncSettings()) {
        self.store = store
        self.key = key
        self.settings = settings
    }

    /// Holds the lock of a sync meanwhile, so that the file stays at its place.
    package func run() async throws(SyncFault) -> RecordComparison {
        let lock = try SyncLock(path: store.path + ".lock")
        defer { lock.release() }
        var comparison: RecordComparison
        do throws(ReplicaStoreError) { comparison = try RecordComparison(store) } catch { throw SyncFault(error) }
        let (hub, session) = try await BriefConversation(store: store, key: key, settings: settings).begin()
        while let question = comparison.next(session: session) {
            let answer = try await hub.compare(question.frame(key: key), session: session)
            do throws(ReplicaStoreError) { try comparison.receive(answer) } catch { throw SyncFault(error) }
        }
        return comparison
    }
}
