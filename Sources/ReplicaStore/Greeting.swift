import GRDB
import SQLiteAccess
import SyncCore
package import SyncWire

extension ReplicaStore {
    /// What this file says of itself when a conversation begins.
    package func greeting(answering nonce: [UInt8]) throws(ReplicaStoreError) -> ClientGreeting {
        try read { database in
            let state = try ReplicaState(database)
            return ClientGreeting(
                nonce: nonce, certificate: state.certificate, number: state.number,
                formerNumbers: try Self.formerNumbers(database), incarnation: state.incarnation,
                acknowledgedCounter: state.acknowledgedCounter, acknowledgedHash: state.acknowledgedHash,
                cursor: state.cursor, logHash: try Self.lastLogHash(database) ?? state.logHash,
                oldest: try Self.oldestContext(database), schemaVersion: state.schemaVersion,
                compares: state.rescueEpoch != nil, wantsLogHashes: true)
        }
    }

    /// The hub's log hash when the last page that waits in the inbox was made. A pull that was cut goes on only with
    /// the hub that began it: one that was put back in between shows other records under the same `seq`. A page that
    /// cannot be read proves nothing.
    private static func lastLogHash(_ database: Database) throws -> [UInt8]? {
        let read = try RawStatement(database, "SELECT bytes FROM zona_inbox ORDER BY position DESC LIMIT 1")
        guard try read.step() else { return nil }
        guard let frame = try? Frame(reading: read.blob(0), kind: .page) else { return nil }
        return try? PageHeader(reading: frame).logHash
    }
}
