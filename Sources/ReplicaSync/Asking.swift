package import ReplicaStore
package import SyncCore
import SyncSession
import Texts
package import SyncWire

/// Asks the hub something beside a sync: one greeting, then questions. Sends and applies nothing, and holds the lock of
/// a sync meanwhile, so that the file stays at its place.
package struct Asking: Sendable {
    private let store: ReplicaStore
    private let key: SigningKey
    private let settings: SyncSettings

    package init(store: ReplicaStore, key: SigningKey, settings: SyncSettings = SyncSettings()) {
        self.store = store
        self.key = key
        self.settings = settings
    }

    /// In which records this file differs from the hub.
    package func differences() async throws(SyncFault) -> RecordComparison {
        let lock = try SyncLock(path: store.path + ".lock")
        defer { lock.release() }
        var comparison: RecordComparison
        do throws(ReplicaStoreError) { comparison = try RecordComparison(store) } catch { throw SyncFault(error) }
        let (hub, session) = try await begin()
        while let question = comparison.next(session: session) {
            let answer = try await hub.compare(question.frame(key: key), session: session)
            do throws(ReplicaStoreError) { try comparison.receive(answer) } catch { throw SyncFault(error) }
        }
        return comparison
    }

    /// What became of one record.
    package func history(of record: RecordKey) async throws(SyncFault) -> HistoryAnswer {
        let lock = try SyncLock(path: store.path + ".lock")
        defer { lock.release() }
        let (hub, session) = try await begin()
        let question = HistoryRequest(session: session, record: record)
        return try await hub.history(question.frame(key: key), session: session)
    }

    /// The connection, and the name of the session for the questions that follow.
    private func begin() async throws(SyncFault) -> (hub: HubConnection, session: [UInt8]) {
        let state = try stored { () throws(ReplicaStoreError) in try store.state() }
        let hub = try HubConnection(state, settings)
        let (nonce, _) = try await hub.nonce()
        guard nonce.incarnation == state.incarnation else {
            throw SyncFault(
                .incarnationChanged, localized("the hub was restored since the last sync: `zona sync` first"))
        }
        let greeting = try stored { () throws(ReplicaStoreError) in try store.greeting(answering: nonce.nonce) }
        return (hub, try await hub.greet(greeting.frame(key: key)).greeting.session)
    }
}
