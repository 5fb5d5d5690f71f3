import GRDB
import SQLiteAccess
import Texts
package import SyncCore

/// The row of `zona_state`, as a value.
package struct ReplicaState: Sendable {
    package let ambito: RecordID
    package let ambitoCode: String
    package let ambitoName: String
    package let comune: RecordID
    package let comuneName: String
    package let isCapofila: Bool
    package let number: ReplicaNumber
    package let incarnation: Incarnation
    package let schemaVersion: Int
    package var nextCounter: UInt64
    package var capturedHash: [UInt8]
    package var acknowledgedCounter: UInt64
    package var acknowledgedHash: [UInt8]
    package var durableCounter: UInt64
    package var cursor: UInt64
    package var logHash: [UInt8]
    package var epoch: Int64
    package var clockOffset: Int64
    package var floor: HybridTime
    package let hubURL: String
    package let pin: [UInt8]
    package let ambitoKey: [UInt8]
    package let certificate: [UInt8]
    package let lastContact: Int64?
    package let lastPull: Int64?
    package let lastFault: String?
    /// The stable word of the last fault's cause, and when the last attempt was, well or not.
    package let lastCause: String?
    package let lastAttempt: Int64?
    /// How far the hub was when it was last met; nothing when it has not said.
    package let hubSeq: UInt64?
    /// The epoch of what this file knew when it met a restored hub; nothing once it has compared itself with it.
    package let rescueEpoch: Int64?
    /// Whether this file starts again from a fresh pull, because it was away for too long.
    package let isStale: Bool

    init(_ database: Database) throws {
        let row = try RawStatement(
            database,
            """
            SELECT ambito, comune, number, incarnation, schema_version, next_counter, captured_hash,
                acknowledged_counter, acknowledged_hash, durable_counter, cursor, log_hash, epoch, clock_offset, floor,
                hub_url, hub_pin, ambito_key, certificate, is_capofila, last_contact, last_pull, last_fault,
                ambito_code, ambito_name, comune_name, rescue_epoch, is_stale, last_cause, last_attempt,
                hub_seq
            FROM zona_state
            """)
        guard try row.step(), let ambito = row.id(0), let comune = row.id(1) else {
            throw ReplicaStoreError(.notAReplica, localized("the file has no state of a replica"))
        }
        self.ambito = ambito
        self.comune = comune
        number = ReplicaNumber(rawValue: UInt64(bitPattern: row.integer(2)))
        incarnation = Incarnation(rawValue: UInt64(bitPattern: row.integer(3)))
        schemaVersion = Int(row.integer(4))
        nextCounter = UInt64(bitPattern: row.integer(5))
        capturedHash = row.blob(6)
        acknowledgedCounter = UInt64(bitPattern: row.integer(7))
        acknowledgedHash = row.blob(8)
        durableCounter = UInt64(bitPattern: row.integer(9))
        cursor = UInt64(bitPattern: row.integer(10))
        logHash = row.blob(11)
        epoch = row.integer(12)
        clockOffset = row.integer(13)
        floor = HybridTime(rawValue: UInt64(bitPattern: row.integer(14)))
        hubURL = row.text(15)
        pin = row.blob(16)
        ambitoKey = row.blob(17)
        certificate = row.blob(18)
        isCapofila = row.integer(19) == 1
        lastContact = row.isNull(20) ? nil : row.integer(20)
        lastPull = row.isNull(21) ? nil : row.integer(21)
        lastFault = row.isNull(22) ? nil : row.text(22)
        ambitoCode = row.text(23)
        ambitoName = row.text(24)
        comuneName = row.text(25)
        rescueEpoch = row.isNull(26) ? nil : row.integer(26)
        isStale = row.integer(27) == 1
        lastCause = row.isNull(28) ? nil : row.text(28)
        lastAttempt = row.isNull(29) ? nil : row.integer(29)
        hubSeq = row.isNull(30) ? nil : UInt64(bitPattern: row.integer(30))
    }
}

extension ReplicaStore {
    package func state() throws(ReplicaStoreError) -> ReplicaState {
        try read { try ReplicaState($0) }
    }
}
