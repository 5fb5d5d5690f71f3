package import SyncCore
package import SyncSession
package import SyncWire

/// STUB of the API while it is being written.
package final class HubStore: Sendable {
    package let identity: HubIdentity
    package init(path: String, key: SigningKey) throws(HubStoreError) { throw HubStoreError(.notAHub, "stub") }
    package func nonceFrame(nonce: [UInt8], now: Int64) -> Frame { fatalError() }
    package func enrol(_ bytes: [UInt8], now: Int64) throws(Problem) -> Frame { throw Problem(.hubFault, "") }
    package func greet(_ bytes: [UInt8], now: Int64, session: [UInt8], isOurNonce: ([UInt8]) -> Bool) throws(Problem) -> (peer: HubSession.Peer, answer: Frame) { throw Problem(.hubFault, "") }
    package func accept(_ bytes: [UInt8], from peer: HubSession.Peer, offset: Int64, now: Int64) throws(Problem) -> Frame { throw Problem(.hubFault, "") }
    package func page(for peer: HubSession.Peer, after: UInt64, sizeBytes: Int, now: Int64) throws(Problem) -> Frame { throw Problem(.hubFault, "") }
    package func problemFrame(_ problem: Problem) -> Frame { fatalError() }
    package func figures() throws(HubStoreError) -> HubFigures { fatalError() }
}
package struct HubIdentity: Sendable { package let ambito: RecordID; package let code: String; package let name: String; package let incarnation: Incarnation; package let key: VerifyingKey }
package struct HubFigures: Sendable { package let seq: UInt64; package let records: Int; package let openConflicts: Int; package let refusals: Int; package let batches: Int; package let replicas: Int }
package struct HubStoreError: Error, Sendable { package enum Code: String, Sendable { case notAHub, tooNew, database, exists, unknown }; package let code: Code; package let context: String; package init(_ code: Code, _ context: String) { self.code = code; self.context = context } }
