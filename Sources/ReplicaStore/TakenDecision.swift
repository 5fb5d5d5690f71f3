import GRDB
import SQLiteAccess
import SyncCore

/// A decision that was just taken, with what it takes to take it back while nobody has heard of it.
package struct TakenDecision: Sendable {
    let conflict: Conflict
    let decision: RecordID
    /// The record before and after, encoded; nothing where it was not there.
    let before: [Value]?
    let after: [Value]?
}

extension ReplicaStore {
    /// Decides as `resolve` does, and remembers how to take it back.
    package func take(
        _ conflict: Conflict, _ choice: ConflictChoice, note: String, by author: Operator, now: Int64
    ) throws(ReplicaStoreError) -> TakenDecision {
        try taking(conflict) { database in
            try decide(database, conflict, choice, note: note, by: author, now: now)
        }
    }

    /// Merges duplicates as `merge` does, and remembers how to take it back.
    package func takeMerge(
        _ conflict: Conflict, keeping member: Int, note: String, by author: Operator, now: Int64
    ) throws(ReplicaStoreError) -> TakenDecision {
        try taking(conflict) { database in
            _ = try merge(database, conflict, keeping: member, [], note: note, by: author, now: now)
        }
    }

    private func taking(
        _ conflict: Conflict, _ body: @Sendable (Database) throws -> Void
    ) throws(ReplicaStoreError) -> TakenDecision {
        let table = try table(named: conflict.table)
        return try write { database in
            let before = try Self.values(database, conflict.recordID, table)
            try body(database)
            let read = try RawStatement(
                database, "SELECT id FROM zona_decision WHERE conflict_id = ?1 ORDER BY rowid DESC LIMIT 1")
            read.bind(1, idText: conflict.id)
            guard try read.step(), let decision = read.id(0) else {
                throw ReplicaStoreError(.database, "the decision was not written")
            }
            return TakenDecision(
                conflict: conflict, decision: decision, before: before,
                after: try Self.values(database, conflict.recordID, table))
        }
    }

    /// Takes a decision back as if it had never been. False, and nothing is changed, when it was captured already or
    /// the record was changed since: then only another decision, or a reopening, helps.
    package func takeBack(_ taken: TakenDecision) throws(ReplicaStoreError) -> Bool {
        let conflict = taken.conflict
        let table = try table(named: conflict.table)
        return try write { database in
            let waits = try RawStatement(
                database, "SELECT 1 FROM zona_pending WHERE table_no = ?1 AND id = ?2 AND counter IS NULL")
            waits.bind(1, Self.decisionNumber)
            waits.bind(2, idText: taken.decision)
            guard try waits.step(), try Self.values(database, conflict.recordID, table) == taken.after else {
                return false
            }
            waits.reset()
            try database.whileApplying {
                for sql in [
                    "DELETE FROM zona_decision WHERE id = ?1",
                    "DELETE FROM zona_pending WHERE table_no = \(Self.decisionNumber) AND id = ?1",
                ] {
                    let delete = try RawStatement(database, sql)
                    delete.bind(1, idText: taken.decision)
                    try delete.run()
                }
                for id in [conflict.id] + conflict.members.dropFirst() {
                    let delete = try RawStatement(database, "DELETE FROM zona_deciding WHERE conflict_id = ?1")
                    delete.bind(1, idText: id)
                    try delete.run()
                }
                // What is pending of the record then holds no change, and the next capture drops it.
                if let before = taken.before, before != taken.after {
                    try RowWriter(database, table: table).write(conflict.recordID, SyncCore.Row(before))
                } else if taken.before == nil, taken.after != nil {
                    try RowWriter(database, table: table).remove(conflict.recordID)
                }
            }
            return true
        }
    }

    private static func values(
        _ database: Database, _ id: RecordID, _ table: TableDescription
    ) throws -> [Value]? {
        try StoredValues.isThere(database, id, table) ? try StoredValues.read(database, id, table) : nil
    }
}
