import GRDB
import SQLiteAccess
import SyncCore
import Texts

/// The two halves of every decision: a row of `zona_decision`, and a change of the record that names the conflict.
extension ReplicaStore {
    static let decisionNumber = 902

    /// The row that says who chose what, and why.
    static func note(
        _ database: Database, _ conflict: Conflict, _ choice: String, scope: String, note: String, author: Operator,
        now: Int64
    ) throws {
        let decision = try RawStatement(
            database,
            """
            INSERT INTO zona_decision(scope, conflict_id, choice, author, decided_at, note)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        decision.bind(1, text: scope)
        decision.bind(2, idText: conflict.id)
        decision.bind(3, text: choice)
        decision.bind(4, text: author.name)
        decision.bind(5, now)
        decision.bind(6, text: note)
        try decision.run()
    }

    /// The next change of `record` names this conflict (or, under `ColumnGroup.merged`, a record that it takes in, as
    /// it was then).
    static func deciding(
        _ database: Database, _ conflict: RecordID, _ record: RecordKey, group: Int, dots: [UInt8],
        seen: SyncCore.Row? = nil
    ) throws {
        let deciding = try RawStatement(
            database,
            """
            INSERT OR REPLACE INTO zona_deciding(conflict_id, table_no, id, group_no, dots, counter, seen_row)
            VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6)
            """)
        deciding.bind(1, idText: conflict)
        deciding.bind(2, record.table)
        deciding.bind(3, idText: record.id)
        deciding.bind(4, group)
        deciding.bind(5, blob: dots)
        if let seen { deciding.bind(6, blob: seen.bytes) }
        try deciding.run()
    }

    /// Makes the record pending even when the shown value stays, so that the decision travels as a change of it.
    static func pend(_ database: Database, table: TableDescription, id: RecordID) throws {
        let columns = table.columns.map { TriggerSQL.quoted($0.name) }.joined(separator: ", ")
        let isNew = try RawStatement(database, "SELECT 1 FROM zona_pending WHERE table_no = ?1 AND id = ?2")
        isNew.bind(1, table.number)
        isNew.bind(2, idText: id)
        guard try !isNew.step() else {
            isNew.reset()
            let again = try RawStatement(
                database,
                """
                UPDATE zona_pending SET author = s.author, action = s.action, sent = coalesce(counter, sent),
                    counter = NULL, is_copy = is_copy AND counter IS NULL, is_filled = is_filled AND counter IS NULL
                FROM (SELECT author, action FROM zona_state) s WHERE table_no = ?1 AND id = ?2
                """)
            again.bind(1, table.number)
            again.bind(2, idText: id)
            return try again.run()
        }
        let stash = try RawStatement(
            database,
            """
            INSERT OR REPLACE INTO \(TriggerSQL.stashName(table))(id, \(columns))
            SELECT id, \(columns) FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1
            """)
        stash.bind(1, idText: id)
        try stash.run()
        let pend = try RawStatement(
            database,
            """
            INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action)
            SELECT ?1, ?2, coalesce((SELECT epoch FROM zona_touch WHERE table_no = ?1 AND id = ?2),
                (SELECT epoch FROM zona_behind WHERE table_no = ?1 AND id = ?2), epoch),
                CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), author, action FROM zona_state
            """)
        pend.bind(1, table.number)
        pend.bind(2, idText: id)
        try pend.run()
    }

    /// Says no where the hub would refuse: the sooner the operator knows, the better.
    static func requireRights(
        _ database: Database, _ table: TableDescription, _ id: RecordID, columns: [Int] = []
    ) throws {
        let state = try ReplicaState(database)
        let writer = Writer(comune: state.comune, isCapofila: state.isCapofila)
        var owner: [UInt8] = ValueCoding.null
        if let column = table.ownerColumn {
            let read = try RawStatement(
                database,
                """
                SELECT \(TriggerSQL.quoted(table.columns[column].name)) FROM \(TriggerSQL.quoted(table.name))
                WHERE id = ?1
                """)
            read.bind(1, idText: id)
            guard try read.step() else {
                throw ReplicaStoreError(.notFound, localized("there is no row \(id) in \(table.name)"))
            }
            owner = []
            read.appendValue(0, to: &owner)
        }
        let accesses = columns.isEmpty ? [table.writable] : columns.map { table.columns[$0].writable ?? table.writable }
        for access in accesses where !table.allows(writer, access, owner: table.ownerColumn == nil ? nil : owner[...]) {
            throw ReplicaStoreError(
                .notValid, localized("\(table.name) \(id): somebody else decides what stands there"))
        }
    }
}
