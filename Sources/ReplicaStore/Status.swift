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
            return ReplicaStatus(
                state: state, pendingRecords: try number("SELECT count(*) FROM zona_pending"),
                waitingBatches: try number("SELECT count(*) \(waiting)"),
                waitingBytes: try number("SELECT coalesce(sum(length(bytes)), 0) \(waiting)"),
                behindRecords: try number("SELECT count(*) FROM zona_behind"),
                openConflicts: try number("SELECT count(*) FROM zona_conflict WHERE state = 'open'"),
                contestedConflicts: try number(
                    "SELECT count(*) FROM zona_conflict WHERE state = 'open' AND contested = 1"),
                refusedChanges: try number("SELECT count(*) FROM zona_refused WHERE dropped_at IS NULL"),
                inboxPages: try number("SELECT count(*) FROM zona_inbox"), records: records,
                comparison: try DigestComparison(database))
        }
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
    package func noteContact(at now: Int64, offset: Int64?, fault: String?) throws(ReplicaStoreError) {
        try write { database in
            let note = try RawStatement(
                database,
                fault == nil
                    ? """
                    UPDATE zona_state SET last_contact = ?1, last_fault = NULL,
                        clock_offset = coalesce(?2, clock_offset)
                    """
                    : "UPDATE zona_state SET last_fault = ?3, clock_offset = coalesce(?2, clock_offset)")
            if fault == nil { note.bind(1, now) }
            if let offset { note.bind(2, offset) } else { note.bindNull(2) }
            if let fault { note.bind(3, text: fault) }
            try note.run()
        }
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
