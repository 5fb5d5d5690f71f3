import GRDB
import SQLiteAccess
import SyncCore
package import SyncWire

extension ReplicaStore {
    /// How long the hub may go without a whole conversation: it measures the clock, and tells what backups hold.
    private static let presenceDay: Int64 = 24 * 3_600_000

    /// What this file may say instead of a whole conversation; nothing when it has something to send, to ask, or to
    /// find out, or when a row here is older than its cursor: who says it has passed all up to there.
    ///
    /// - Parameter now: the PC's clock, Unix milliseconds.
    package func presence(now: Int64) throws(ReplicaStoreError) -> Presence? {
        try read { database in
            let state = try ReplicaState(database)
            let busy = try RawStatement(
                database,
                """
                SELECT EXISTS (SELECT 1 FROM zona_pending) OR EXISTS (SELECT 1 FROM zona_inbox)
                    OR keys_incarnation IS NOT incarnation
                    OR EXISTS (SELECT 1 FROM zona_outbox WHERE number = ?1 AND last_counter > ?2) FROM zona_state
                """)
            busy.bind(1, Int64(bitPattern: state.number.rawValue))
            busy.bind(2, Int64(clamping: state.acknowledgedCounter))
            guard try busy.step(), busy.integer(0) == 0, state.cursor > 0, state.rescueEpoch == nil, !state.isStale,
                state.lastFault == nil, try Self.oldestContext(database) >= state.cursor, let pulled = state.lastPull,
                (0..<Self.presenceDay).contains(now - pulled)
            else { return nil }
            return Presence(
                ambito: state.ambito, number: state.number, incarnation: state.incarnation,
                time: now &+ state.clockOffset, acknowledgedCounter: state.acknowledgedCounter,
                acknowledgedHash: state.acknowledgedHash, cursor: state.cursor, logHash: state.logHash,
                schemaVersion: state.schemaVersion)
        }
    }

    /// After the hub said that it has nothing new: compares the file with what the hub has, as a pull does at its end.
    /// Writes that went past the triggers are found here too.
    package func compareAgain(now: Int64) throws(ReplicaStoreError) {
        let catalog = catalog
        try write { database in
            let state = try ReplicaState(database)
            let last = try DigestComparison(database)
            guard let hub = last.hub, last.seq == state.cursor else { return }
            try FileDigest(database, catalog: catalog, version: state.schemaVersion)
                .compare(with: hub.bytes, seq: last.seq, now: now)
        }
    }
}
