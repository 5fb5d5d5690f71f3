import HubStore
import Synchronization
import SyncCore
import SyncSession
import SyncWire

@testable import HubService

/// A hub without a database, for what the service does around the store: it believes real greetings, remembers batches,
/// makes pages of any size, and fails when it is told to.
final class HubDouble: AmbitoHub {
    struct State {
        var accepted: [(bytes: [UInt8], offset: Int64)] = []
        var problem: Problem?
        var condition: AmbitoCondition? = AmbitoCondition(
            seq: 7, records: 5, openConflicts: 2, refusals: 1, batches: 3, replicas: 4)
        var pages = 0
    }

    let ambito: RecordID
    let code: String
    let key: SigningKey
    /// The secret that `enrol` knows.
    let secret: [UInt8]
    let state = Mutex(State())
    /// Called on the store's thread in the middle of `accept`.
    let duringAccept: @Sendable () -> Void

    init(_ code: String, id: UInt64, duringAccept: @escaping @Sendable () -> Void = {}) {
        self.code = code
        self.duringAccept = duringAccept
        ambito = RecordID(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0000 | id)
        secret = [UInt8](repeating: UInt8(id), count: EnrolmentCode.secretSize)
        key = SigningKey(seed: [UInt8](repeating: UInt8(id), count: 32))!
    }

    var accepted: [(bytes: [UInt8], offset: Int64)] { state.withLock { $0.accepted } }
    var path: String { "/v1/\(ambito)" }

    func fail(with problem: Problem?) {
        state.withLock { $0.problem = problem }
    }

    func nonceFrame(nonce: [UInt8], now: Int64) -> Frame {
        Nonce(ambito: ambito, incarnation: Incarnation(rawValue: 1), nonce: nonce, hubTime: now).frame(key: key)
    }

    func enrol(_ bytes: [UInt8], now: Int64) throws(Problem) -> Frame {
        guard let frame = try? Frame(reading: bytes, kind: .enrolmentRequest),
            let request = try? EnrolmentRequest(reading: frame)
        else { throw Problem(.malformed, "no request") }
        guard request.secret == secret else { throw Problem(.codeUnknown, "not mine") }
        return EnrolmentAnswer(
            certificate: [1], ambitoKey: key.publicKey, ambito: ambito, ambitoCode: code, ambitoName: code,
            comuneName: "c",
            incarnation: Incarnation(rawValue: 1), schemaVersion: 1
        ).frame(key: key)
    }

    func greet(
        _ bytes: [UInt8], now: Int64, session: [UInt8], isOurNonce: ([UInt8]) -> Bool
    ) throws(Problem) -> (peer: HubSession.Peer, answer: Frame) {
        let conversation = HubSession(ambito: ambito, ambitoKey: key.publicKey, schemaVersion: 1)
        let peer = try conversation.identify(bytes, isOurNonce: isOurNonce)
        let greeting = HubGreeting(state: hubState(peer.greeting.number), session: session, schemaVersion: 1)
        return (peer, greeting.frame(key: key))
    }

    func accept(_ bytes: [UInt8], from peer: HubSession.Peer, offset: Int64, now: Int64) throws(Problem) -> Frame {
        duringAccept()
        let problem = state.withLock { $0.problem }
        if let problem { throw problem }
        state.withLock { $0.accepted.append((bytes, offset)) }
        return Acknowledgement(state: hubState(peer.greeting.number)).frame(key: key)
    }

    func hasStored(_ hash: [UInt8], of peer: HubSession.Peer) throws(Problem) -> Bool {
        accepted.contains { (try? Frame(reading: $0.bytes, kind: .batch).hash) == hash }
    }

    func page(for peer: HubSession.Peer, after: UInt64, sizeBytes: Int, now: Int64) throws(Problem) -> Frame {
        state.withLock { $0.pages += 1 }
        let header = [UInt8](repeating: UInt8(truncatingIfNeeded: after), count: sizeBytes)
        return Frame(.page, header: header, key: key)
    }

    func forecast(for peer: HubSession.Peer, after: UInt64) throws(Problem) -> PullForecast {
        PullForecast(seq: 7, pages: 1, records: Int(after), bytes: 100)
    }

    func seq() throws(Problem) -> UInt64 { 7 }

    func compare(_ bytes: [UInt8], from peer: HubSession.Peer, session: [UInt8]) throws(Problem) -> Frame {
        let problem = state.withLock { $0.problem }
        if let problem { throw problem }
        return ComparisonAnswer(
            incarnation: Incarnation(rawValue: 1), cursor: UInt64(bytes.count), moved: [], content: .tables([:])
        ).frame(key: key)
    }

    func isQuiet(_ bytes: [UInt8], now: Int64) throws(Problem) -> Bool {
        if let problem = state.withLock({ $0.problem }) { throw problem }
        return bytes.isEmpty
    }

    func exchangeKeys(_ bytes: [UInt8], with peer: HubSession.Peer) throws(Problem) -> Frame {
        KeyCard(ambito: ambito, of: key).frame(key: key)
    }

    func history(
        _ bytes: [UInt8], from peer: HubSession.Peer, session: [UInt8], now: Int64
    ) throws(Problem) -> Frame {
        if let problem = state.withLock({ $0.problem }) { throw problem }
        return HistoryAnswer(
            incarnation: Incarnation(rawValue: 1), at: Int64(bytes.count), record: .unknown
        ).frame(key: key)
    }

    func problemFrame(_ problem: Problem) -> Frame {
        problem.frame(key: key)
    }

    func condition() throws -> AmbitoCondition {
        guard let condition = state.withLock({ $0.condition }) else { throw HubStoreError(.database, "broken") }
        return condition
    }

    private func hubState(_ number: ReplicaNumber) -> HubState {
        HubState(
            ambito: ambito, incarnation: Incarnation(rawValue: 1), number: number, foldedCounter: 0, storedCounter: 0,
            storedHash: Hash.none, durableCounter: 0)
    }
}
