import HubStore
import SyncCore
import SyncSession
import SyncWire

/// What the service needs of the store of one ambito. All of it may wait for the disk: call it off the event loops.
protocol AmbitoHub: Sendable {
    var ambito: RecordID { get }
    var code: String { get }

    func nonceFrame(nonce: [UInt8], now: Int64) -> Frame
    func enrol(_ bytes: [UInt8], now: Int64) throws(Problem) -> Frame
    func greet(
        _ bytes: [UInt8], now: Int64, session: [UInt8], isOurNonce: ([UInt8]) -> Bool
    ) throws(Problem) -> (peer: HubSession.Peer, answer: Frame)
    func accept(_ bytes: [UInt8], from peer: HubSession.Peer, offset: Int64, now: Int64) throws(Problem) -> Frame
    func hasStored(_ hash: [UInt8], of peer: HubSession.Peer) throws(Problem) -> Bool
    func page(for peer: HubSession.Peer, after: UInt64, sizeBytes: Int, now: Int64) throws(Problem) -> Frame
    func forecast(for peer: HubSession.Peer, after: UInt64) throws(Problem) -> PullForecast
    func seq() throws(Problem) -> UInt64
    func compare(_ bytes: [UInt8], from peer: HubSession.Peer, session: [UInt8]) throws(Problem) -> Frame
    func history(
        _ bytes: [UInt8], from peer: HubSession.Peer, session: [UInt8], now: Int64
    ) throws(Problem) -> Frame
    func isQuiet(_ bytes: [UInt8], now: Int64) throws(Problem) -> Bool
    func exchangeKeys(_ bytes: [UInt8], with peer: HubSession.Peer) throws(Problem) -> Frame
    func problemFrame(_ problem: Problem) -> Frame
    func condition() throws -> AmbitoCondition
}

/// What one ambito says of itself to whoever watches the service: counts, never contents.
struct AmbitoCondition: Sendable, Equatable {
    var seq: UInt64
    var records: Int
    var openConflicts: Int
    var refusals: Int
    var batches: Int
    var replicas: Int
}

extension HubStore: AmbitoHub {
    func greet(
        _ bytes: [UInt8], now: Int64, session: [UInt8], isOurNonce: ([UInt8]) -> Bool
    ) throws(Problem) -> (peer: HubSession.Peer, answer: Frame) {
        try greet(bytes, now: now, session: session, names: HubStore.randomName, isOurNonce: isOurNonce)
    }

    var ambito: RecordID { identity.ambito }
    var code: String { identity.code }

    func condition() throws -> AmbitoCondition {
        let figures = try figures()
        return AmbitoCondition(
            seq: figures.seq, records: figures.records, openConflicts: figures.openConflicts,
            refusals: figures.refusals,
            batches: figures.batches, replicas: figures.replicas)
    }
}
