import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// The batches that this file has captured. Those acknowledged stay until every backup of the hub holds them.
enum Outbox {
    /// Calls `body` with each captured change of `number` whose counter lies in `(after, through]`, in order.
    static func forEachChange(
        _ database: Database, number: ReplicaNumber, after: UInt64, through: UInt64, _ body: (Change) throws -> Void
    ) throws {
        let read = try RawStatement(
            database,
            """
            SELECT bytes, context, first_counter, unit FROM zona_outbox
            WHERE number = ?1 AND last_counter > ?2 AND first_counter <= ?3 ORDER BY last_counter
            """)
        read.bind(1, Int64(number.rawValue))
        read.bind(2, Int64(clamping: after))
        read.bind(3, Int64(clamping: through))
        while try read.step() {
            let frame = try Frame(reading: read.blob(0), kind: .batch)
            var context = ByteReader(read.blob(1))
            var header = frame.header
            // The stored context stands in for that of the batch before: the difference to itself is what the
            // header needs.
            let parsed = try BatchHeader(reading: &header, after: try context.vector())
            var changes = try BatchReader(frame, header: parsed)
            while let change = try changes.next() {
                if change.dot.counter > after && change.dot.counter <= through { try body(change) }
            }
        }
    }
}

/// A batch as it waits: its frame, and its last counter.
package struct OutboxBatch: Sendable {
    package let lastCounter: UInt64
    package let hash: [UInt8]
    package let bytes: [UInt8]
}

extension ReplicaStore {
    /// The first waiting batch beyond what the hub has stored.
    package func batch(after stored: UInt64) throws(ReplicaStoreError) -> OutboxBatch? {
        try read { database in
            let state = try ReplicaState(database)
            let read = try RawStatement(
                database,
                """
                SELECT last_counter, hash, bytes FROM zona_outbox
                WHERE number = ?1 AND last_counter > ?2 ORDER BY last_counter LIMIT 1
                """)
            read.bind(1, Int64(state.number.rawValue))
            read.bind(2, Int64(clamping: max(stored, state.acknowledgedCounter)))
            guard try read.step() else { return nil }
            return OutboxBatch(lastCounter: UInt64(read.integer(0)), hash: read.blob(1), bytes: read.blob(2))
        }
    }

    /// The waiting batches up to `counter` are about to leave this file: from now on somebody may have them.
    package func offer(through counter: UInt64 = .max) throws(ReplicaStoreError) {
        try write { database in
            let offer = try RawStatement(
                database,
                """
                UPDATE zona_outbox SET is_offered = 1
                WHERE number = (SELECT number FROM zona_state) AND is_offered = 0 AND last_counter <= ?1
                """)
            offer.bind(1, Int64(clamping: counter))
            try offer.run()
        }
    }

    /// What waits: batches and bytes not acknowledged.
    package func waiting() throws(ReplicaStoreError) -> (batches: Int, changes: Int, bytes: Int) {
        try read { database in
            let state = try ReplicaState(database)
            let read = try RawStatement(
                database,
                """
                SELECT count(*), coalesce(sum(last_counter - first_counter + 1), 0), coalesce(sum(length(bytes)), 0)
                FROM zona_outbox WHERE number = ?1 AND last_counter > ?2
                """)
            read.bind(1, Int64(state.number.rawValue))
            read.bind(2, Int64(state.acknowledgedCounter))
            _ = try read.step()
            return (Int(read.integer(0)), Int(read.integer(1)), Int(read.integer(2)))
        }
    }
}
