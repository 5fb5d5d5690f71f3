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
        let hub = HubConnection(
            url: settings.hubURL ?? state.hubURL, pin: state.pin, ambito: state.ambito,
            ambitoKey: VerifyingKey(state.ambitoKey), settings: settings)
        let (nonce, _) = try await hub.nonce()
        guard nonce.incarnation == state.incarnation else {
            throw SyncFault(.incarnationChanged, "the hub was restored since the last sync: `zona sync` first")
        }
        let greeting = ClientGreeting(
            nonce: nonce.nonce, certificate: state.certificate, number: state.number, incarnation: state.incarnation,
            acknowledgedCounter: state.acknowledgedCounter, acknowledgedHash: state.acknowledgedHash,
            cursor: state.cursor, logHash: state.logHash, oldest: oldest, schemaVersion: state.schemaVersion)
        return (hub, try await hub.greet(greeting.frame(key: key)).session)
    }
}
