import GRDB
import SQLiteAccess
package import SyncCore

/// What a replica can say of itself without network.
package struct ReplicaStatus: Sendable {
    package let state: ReplicaState
    /// Records changed here that wait to be captured, and captured ones that wait to be acknowledged.
    package let pendingRecords: Int
    package let waitingBatches: Int
    package let waitingBytes: Int
    package let behindRecords: Int
    package let openConflicts: Int
    package let contestedConflicts: Int
    package let refusedChanges: Int
    /// Pages of an interrupted pull that are kept.
    package let inboxPages: Int
    /// Rows of domain tables.
    package let records: Int
    package let comparison: DigestComparison
    /// Of the pending records, those that no batch holds yet, and about how many bytes their rows are, not compressed.
    package let uncapturedRecords: Int
    package let uncapturedBytes: Int
    /// By how much the hub's `seq` was ahead of what is here when it was last met: at most so many records have
    /// changed. Nothing when the hub has not said.
    package let seqBehind: UInt64?
}

/// A pending record, for messages that must name what is not synced.
package struct PendingRecord: Sendable {
    package let table: String
    package let id: RecordID
    package let author: String
    /// Unix milliseconds by this PC's clock.
    package let changedAt: Int64
    package let isCaptured: Bool
}

extension ReplicaStore {
    package func status() throws(ReplicaStoreError) -> ReplicaStatus {
        let catalog = catalog
        return try read { database in
            func number(_ sql: String) throws -> Int {
                let read = try RawStatement(database, sql)
                _ = try read.step()
                return Int(read.integer(0))
            }
            let state = try ReplicaState(database)
            let waiting =
                "FROM zona_outbox WHERE number = \(state.number.rawValue) "
                + "AND last_counter > \(state.acknowledgedCounter)"
            var records = 0
            for table in catalog.tables where table.number < 900 {
                records += try number("SELECT count(*) FROM \(TriggerSQL.quoted(table.name))")
            }
            let reached = UInt64(
                try number("SELECT coalesce(max(to_seq), 0) FROM zona_inbox"))
            let uncaptured = try Self.uncaptured(database, catalog)
            return ReplicaStatus(
                state: state, pendingRecords: try number("SELECT count(*) FROM zona_pending"),
                waitingBatches: try number("SELECT count(*) \(waiting)"),
                waitingBytes: try number("SELECT coalesce(sum(length(bytes)), 0) \(waiting)"),
                behindRecords: try number("SELECT count(*) FROM zona_behind"),
                openConflicts: try number("SELECT count(*) FROM zona_conflict WHERE state = 'open'"),
                contestedConflicts: try number(
                    "SELECT count(*) FROM zona_conflict WHERE state = 'open' AND contested = 1"),
                // What `revert` keeps aside waits for nobody.
                refusedChanges: try number(
                    "SELECT count(*) FROM zona_refused WHERE dropped_at IS NULL "
                        + "AND reason <> \(RefusalReason.reverted.rawValue)"),
                inboxPages: try number("SELECT count(*) FROM zona_inbox"), records: records,
                comparison: try DigestComparison(database), uncapturedRecords: uncaptured.records,
                uncapturedBytes: uncaptured.bytes,
                seqBehind: state.hubSeq.map { hub in
                    let here = max(state.cursor, reached)
                    return hub > here ? hub - here : 0
                })
        }
    }

    /// What a capture would take up. The bytes are those of the first rows of each table, times their number: exact
    /// ones would read every row.
    private static func uncaptured(_ database: Database, _ catalog: Catalog) throws -> (records: Int, bytes: Int) {
        let tables = try RawStatement(
            database, "SELECT table_no, count(*) FROM zona_pending WHERE counter IS NULL GROUP BY table_no")
        var total = (records: 0, bytes: 0)
        while try tables.step() {
            let count = Int(tables.integer(1))
            total.records += count
            guard let table = catalog.table(Int(tables.integer(0))) else { continue }
            let lengths = table.columns.map { "coalesce(length(CAST(t.\(TriggerSQL.quoted($0.name)) AS BLOB)), 0) + 1" }
            let sample = try RawStatement(
                database,
                """
                SELECT coalesce(avg(size), 16) FROM (SELECT 16 + \(lengths.joined(separator: " + ")) AS size
                    FROM zona_pending p JOIN \(TriggerSQL.quoted(table.name)) t ON t.id = p.id
                    WHERE p.table_no = \(table.number) AND p.counter IS NULL LIMIT 100)
                """)
            _ = try sample.step()
            total.bytes += Int(sample.integer(0)) * count
        }
        return total
    }

    package func pendingRecords() throws(ReplicaStoreError) -> [PendingRecord] {
        let catalog = catalog
        return try read { database in
            let read = try RawStatement(
                database,
                "SELECT table_no, id, author, changed_at, counter IS NOT NULL FROM zona_pending ORDER BY table_no, id")
            var found: [PendingRecord] = []
            while try read.step() {
                guard let id = read.id(1), let table = catalog.table(Int(read.integer(0))) else { continue }
                found.append(
                    PendingRecord(
                        table: table.name, id: id, author: read.text(2), changedAt: read.integer(3),
                        isCaptured: read.integer(4) == 1))
            }
            return found
        }
    }

    /// Remembers how the last contact went, for `status`. A good one clears the last fault.
    ///
    /// - Parameter cause: the stable word of what it failed of.
    package func noteContact(
        at now: Int64, offset: Int64?, fault: String?, cause: String? = nil
    ) throws(ReplicaStoreError) {
        try write { database in
            let note = try RawStatement(
                database,
                """
                UPDATE zona_state SET last_contact = iif(?3 IS NULL, ?1, last_contact), last_attempt = ?1,
                    last_fault = ?3, last_cause = ?4, clock_offset = coalesce(?2, clock_offset)
                """)
            note.bind(1, now)
            if let offset { note.bind(2, offset) } else { note.bindNull(2) }
            if let fault { note.bind(3, text: fault) } else { note.bindNull(3) }
            if let cause { note.bind(4, text: cause) } else { note.bindNull(4) }
            try note.run()
        }
    }

    /// Remembers how far the hub is.
    package func noteHub(seq: UInt64) throws(ReplicaStoreError) {
        try write { database in
            let note = try RawStatement(
                database, "UPDATE zona_state SET hub_seq = ?1 WHERE hub_seq IS NOT ?1")
            note.bind(1, Int64(clamping: seq))
            try note.run()
        }
    }

    /// Whether the file can be written now. Waits half a second for another program, not as long as a command does.
    package func probe() throws(ReplicaStoreError) {
        do {
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA busy_timeout = 500")
                defer { try? database.execute(sql: "PRAGMA busy_timeout = \(Int(1000 * Self.patience))") }
                try database.execute(sql: "BEGIN IMMEDIATE; ROLLBACK")
            }
        } catch { throw ReplicaStoreError(error) }
    }

    /// The hub answers at another address from now on. Its key stays the same: that is what it is known by.
    package func moveHub(to url: String) throws(ReplicaStoreError) {
        try write { database in
            let move = try RawStatement(database, "UPDATE zona_state SET hub_url = ?1")
            move.bind(1, text: url)
            try move.run()
        }
    }
}
