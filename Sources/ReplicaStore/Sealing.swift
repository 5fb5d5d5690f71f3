import GRDB
import SQLiteAccess
package import SyncCore
package import SyncWire

// Keys and batches for the stick.
extension ReplicaStore {
    /// Whom to seal for at the hub, and whether hub and file have each other's key in this life of the hub.
    package func hubSealingKey() throws(ReplicaStoreError) -> (key: SealingKey?, isExchanged: Bool) {
        try read { database in
            let read = try RawStatement(
                database, "SELECT hub_sealing_key, keys_incarnation IS incarnation FROM zona_state")
            guard try read.step(), !read.isNull(0), let key = SealingKey(read.blob(0)) else { return (nil, false) }
            return (key, read.integer(1) == 1)
        }
    }

    /// Keeps the hub's sealing key.
    ///
    /// - Parameter incarnation: of the hub that was given this file's key, too; nothing when it came on a stick.
    package func keepHubSealingKey(
        _ key: SealingKey, exchangedWith incarnation: Incarnation? = nil
    ) throws(ReplicaStoreError) {
        try write { database in
            let keep = try RawStatement(
                database,
                """
                UPDATE zona_state SET hub_sealing_key = ?1, keys_incarnation = coalesce(?2, keys_incarnation)
                WHERE hub_sealing_key IS NOT ?1 OR (?2 IS NOT NULL AND keys_incarnation IS NOT ?2)
                """)
            keep.bind(1, blob: key.bytes)
            if let incarnation {
                keep.bind(2, Int64(bitPattern: incarnation.rawValue))
            } else {
                keep.bindNull(2)
            }
            try keep.run()
        }
    }

    /// The next batch of a former number, in the order in which they were captured: what a restored hub may lack.
    ///
    /// - Parameter place: that of the one before; 0 for the first.
    package func formerBatch(after place: Int64) throws(ReplicaStoreError) -> (place: Int64, bytes: [UInt8])? {
        try read { database in
            let read = try RawStatement(
                database,
                """
                SELECT rowid, bytes FROM zona_outbox
                WHERE rowid > ?1 AND number <> (SELECT number FROM zona_state) ORDER BY rowid LIMIT 1
                """)
            read.bind(1, place)
            guard try read.step() else { return nil }
            return (read.integer(0), read.blob(1))
        }
    }

    /// Goes back to a cursor at which this file was before, so that a pull from there fits: it holds all that a pull
    /// from the present cursor would. What a pull that was cut had left is dropped.
    ///
    /// The hub's log hash there is not known any more; the next complete page tells it anew.
    package func goBack(to cursor: UInt64) throws(ReplicaStoreError) {
        try write { database in
            let back = try RawStatement(
                database, "UPDATE zona_state SET cursor = ?1, log_hash = zeroblob(32) WHERE cursor > ?1")
            back.bind(1, Int64(clamping: cursor))
            try back.run()
            try database.execute(sql: "DELETE FROM zona_inbox")
        }
    }
}
