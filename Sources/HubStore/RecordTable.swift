import GRDB
import SQLiteAccess
import SyncCore

/// A record as it lies in the hub's file.
struct StoredRecord {
    let seq: Int64
    let dot: Dot
    let state: RecordState
}

/// Reads and writes `record`, with one prepared statement each.
final class RecordTable {
    private let database: Database
    private let find: RawStatement
    private let insert: RawStatement
    private let move: RawStatement
    private let bump: RawStatement
    private let contexts: ContextTable
    private let digest: DigestLedger
    /// The record that was read or written last, as it counts in the digest: what a write replaces was read before.
    private var last: (key: RecordKey, row: [UInt8], scope: [UInt8], counts: Bool)?

    init(_ database: Database, contexts: ContextTable, digest: DigestLedger) throws {
        self.database = database
        self.contexts = contexts
        self.digest = digest
        find = try RawStatement(
            database,
            """
            SELECT seq, number, counter, is_deleted, row, state, coalesce(scope, x'2A'), is_withheld FROM record
            WHERE table_no = ?1 AND id = ?2
            """)
        insert = try RawStatement(
            database,
            """
            INSERT INTO record(seq, table_no, id, number, counter, scope, is_deleted, row, state,
                is_withheld)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        move = try RawStatement(
            database,
            """
            UPDATE record SET seq = ?1, number = ?4, counter = ?5, scope = ?6, is_deleted = ?7, row = ?8, state = ?9,
                is_withheld = ?10
            WHERE table_no = ?2 AND id = ?3
            """)
        bump = try RawStatement(
            database, "UPDATE record SET seq = ?1, number = ?4, counter = ?5 WHERE table_no = ?2 AND id = ?3")
    }

    func record(_ key: RecordKey) throws -> StoredRecord? {
        find.bind(1, key.table)
        find.bind(2, idBytes: key.id)
        defer { find.reset() }
        guard try find.step() else { return nil }
        let dot = Dot(
            number: ReplicaNumber(rawValue: UInt64(bitPattern: find.integer(1))),
            counter: UInt64(bitPattern: find.integer(2)))
        let row = find.blob(4)
        last = (key, row, find.blob(6), find.integer(3) == 0 && find.integer(7) == 0)
        let state = try RecordStateCoding(contexts: contexts).decode(
            find.blob(5), row: SyncCore.Row(uncheckedBytes: row), isDeleted: find.integer(3) == 1)
        return StoredRecord(seq: find.integer(0), dot: dot, state: state)
    }

    /// Writes a record under a new `seq` and dot.
    func write(
        _ key: RecordKey, _ state: RecordState, seq: UInt64, dot: Dot, scope: Scope, in table: TableDescription,
        isNew: Bool
    ) throws {
        try count(key, state, scope: scope, in: table, isNew: isNew)
        let statement = isNew ? insert : move
        statement.bind(1, Int64(seq))
        statement.bind(2, key.table)
        statement.bind(3, idBytes: key.id)
        statement.bind(4, Int64(dot.number.rawValue))
        statement.bind(5, Int64(dot.counter))
        switch scope {
        case .ambito: statement.bindNull(6)
        case .capofilaOnly: statement.bind(6, blob: [])
        case .comune(let owner): statement.bind(6, idBytes: owner)
        }
        statement.bind(7, state.isDeleted ? 1 : 0)
        statement.bind(8, blob: state.row.bytes)
        statement.bind(9, blob: try RecordStateCoding(contexts: contexts).encode(state))
        statement.bind(10, state.isWhole(in: table) ? 0 : 1)
        try statement.run()
    }

    /// Takes what the record was out of the digest, and puts what it becomes into it.
    private func count(
        _ key: RecordKey, _ state: RecordState, scope: Scope, in table: TableDescription, isNew: Bool
    ) throws {
        if !isNew {
            if last?.key != key { _ = try record(key) }
            if let old = last, old.key == key, old.counts {
                try digest.remove(key.id, old.row, scope: old.scope, in: table)
            }
        }
        let (scope, counts) = (DigestLedger.name(of: scope), !state.isDeleted && state.isWhole(in: table))
        if counts { try digest.add(key.id, state.row.bytes, scope: scope, in: table) }
        last = (key, state.row.bytes, scope, counts)
    }

    /// Gives a record a new `seq` and dot, so that it goes out again as it is.
    func bump(_ key: RecordKey, seq: UInt64, dot: Dot) throws {
        bump.bind(1, Int64(seq))
        bump.bind(2, key.table)
        bump.bind(3, idBytes: key.id)
        bump.bind(4, Int64(dot.number.rawValue))
        bump.bind(5, Int64(dot.counter))
        try bump.run()
    }
}
