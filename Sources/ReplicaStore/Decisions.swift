import GRDB
import SQLiteAccess
package import SyncCore

/// A decision about a conflict, as this replica knows it.
package struct Decision: Sendable {
    package let id: RecordID
    package let conflict: RecordID
    /// `shown`, `other`, `new` or `reopen`.
    package let choice: String
    package let author: String
    /// Unix milliseconds, by the clock of the PC where it was taken.
    package let decidedAt: Int64
    package let note: String
    /// Taken here, and the hub has not confirmed it yet.
    package let isPending: Bool
}

extension ReplicaStore {
    /// The decisions about these conflicts, the oldest first.
    package func decisions(about conflicts: [RecordID]) throws(ReplicaStoreError) -> [Decision] {
        try read { database in
            var found: [Decision] = []
            for conflict in conflicts { found += try Self.decisions(database, conflict) }
            return found
        }
    }

    /// Whether this very decision waits here already and stands as it was taken: a command that was cut off behind its
    /// commit, and is given again, decides nothing twice.
    static func isDecided(
        _ database: Database, _ conflict: Conflict, _ choice: ConflictChoice, _ table: TableDescription, note: String,
        by author: Operator
    ) throws -> Bool {
        let waits = try RawStatement(database, "SELECT dots FROM zona_deciding WHERE conflict_id = ?1")
        waits.bind(1, idText: conflict.id)
        guard try waits.step(), waits.blob(0) == conflict.dots, let last = try decisions(database, conflict.id).last,
            last.choice == choice.word, last.note == note, last.author == author.name
        else { return false }
        let isThere = try StoredValues.isThere(database, conflict.recordID, table)
        let wanted: [(column: Int, value: Value)]
        switch choice {
        case .shown: return !conflict.isGone || !isThere
        case .other where conflict.columns.isEmpty: return !isThere
        case .other: wanted = try kept(conflict, table)
        case .new(let values) where conflict.isGone:
            wanted = try kept(conflict, table).map { kept in values.first { $0.column == kept.column } ?? kept }
        case .new(let values): wanted = values
        }
        guard isThere else { return false }
        let row = try StoredValues.read(database, conflict.recordID, table)
        return wanted.allSatisfy { row[$0.column] == $0.value }
    }

    private static func decisions(_ database: Database, _ conflict: RecordID) throws -> [Decision] {
        let read = try RawStatement(
            database,
            """
            SELECT d.id, d.choice, d.author, d.decided_at, d.note, EXISTS (SELECT 1 FROM zona_pending p
                WHERE p.table_no = \(decisionNumber) AND p.id = d.id)
            FROM zona_decision d WHERE d.conflict_id = ?1 ORDER BY d.decided_at, d.id
            """)
        read.bind(1, idText: conflict)
        var found: [Decision] = []
        while try read.step() {
            guard let id = read.id(0) else { continue }
            found.append(
                Decision(
                    id: id, conflict: conflict, choice: read.text(1), author: read.text(2),
                    decidedAt: read.integer(3), note: read.text(4), isPending: read.integer(5) == 1))
        }
        return found
    }
}

extension ReplicaStore {
    /// How many open conflicts were decided here and wait for the hub.
    package func conflictsDecidedHere() throws(ReplicaStoreError) -> Int {
        try read { database in
            let count = try RawStatement(
                database,
                """
                SELECT count(*) FROM zona_conflict c JOIN zona_deciding d ON d.conflict_id = c.id
                WHERE c.state = 'open'
                """)
            _ = try count.step()
            return Int(count.integer(0))
        }
    }
}
