package import ReplicaStore
package import SyncCore
package import SyncWire

/// Asks the hub what became of one record: one greeting, one question. Sends and applies nothing.
package struct HistoryAsking: Sendable {
    private let store: ReplicaStore
    private let key: SigningKey
    private let settings: SyncSettings

    package init(store: ReplicaStore, key: SigningKey, settings: SyncSettings = SyncSettings()) {
        self.store = store
        self.key = key
        self.settings = settings
    }

    package func run(_ record: RecordKey) async throws(SyncFault) -> HistoryAnswer {
        let lock = try SyncLock(path: store.path + ".lock")
        defer { lock.release() }
        let (hub, session) = try await BriefConversation(store: store, key: key, settings: settings).begin()
        let question = HistoryRequest(session: session, record: record)
        return try await hub.history(question.frame(key: key), session: session)
    }
}
