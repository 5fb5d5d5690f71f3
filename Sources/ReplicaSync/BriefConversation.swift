import ReplicaStore
import SyncSession
import SyncWire

/// The beginning of a conversation that asks and sends nothing: a nonce and a greeting. Its caller holds the lock of a
/// sync, so that the file stays at its place.
struct BriefConversation {
    let store: ReplicaStore
    let key: SigningKey
    let settings: SyncSettings

    /// The connection, and the name of the session for the questions that follow.
    func begin() async throws(SyncFault) -> (hub: HubConnection, session: [UInt8]) {
        let state: ReplicaState
        let oldest: UInt64
        do throws(ReplicaStoreError) {
            state = try store.state()
            oldest = try store.oldestContext()
        } catch {
            throw SyncFault(error)
        }
        let hub = try HubConnection(state, settings)
        let (nonce, _) = try await hub.nonce()
        guard nonce.incarnation == state.incarnation else {
            throw SyncFault(.incarnationChanged, "the hub was restored since the last sync: `zona sync` first")
        }
        let greeting = ClientGreeting(state, nonce: nonce.nonce, former: [], oldest: oldest)
        return (hub, try await hub.greet(greeting.frame(key: key)).greeting.session)
    }
}
