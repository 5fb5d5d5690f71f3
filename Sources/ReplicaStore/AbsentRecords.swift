import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// The records that are not here, as far as it matters why.
///
/// Those that this file knows to be deleted, because it deleted them or a pull said so: their rows are gone, and their
/// versions with them, and when a restored hub shows one again this is all that tells it from a new record. And those
/// that a restored hub withholds: it may give them up without a word, so that nothing waits for them.
struct AbsentRecords {
    private let database: Database
    private let insert: RawStatement
    private let remove: RawStatement
    private let read: RawStatement
    /// False in a file that knows of none, so that a first pull asks for nothing.
    private let hasAny: Bool

    init(_ database: Database) throws {
        self.database = database
        insert = try RawStatement(
            database,
            """
            INSERT INTO zona_absent(table_no, id, kind) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET kind = min(kind, excluded.kind)
            """)
        remove = try RawStatement(database, "DELETE FROM zona_absent WHERE table_no = ?1 AND id = ?2")
        read = try RawStatement(database, "SELECT kind FROM zona_absent WHERE table_no = ?1 AND id = ?2")
        hasAny = try RawStatement(database, "SELECT 1 FROM zona_absent LIMIT 1").step()
    }

    /// - Parameter kind: deleted or withheld. What is known to be deleted stays so.
    func note(_ key: RecordKey, _ kind: PageEntryKind) throws {
        bind(key, to: insert)
        insert.bind(3, Int(kind.rawValue))
        try insert.run()
    }

    /// All records of a table or of a list, `source`, that meet the condition.
    func noteAll(of table: TableDescription, in source: String, where condition: String, _ kind: PageEntryKind) throws {
        try RawStatement(
            database,
            """
            INSERT INTO zona_absent(table_no, id, kind)
            SELECT \(table.number), id, \(kind.rawValue) FROM \(source) WHERE \(condition)
            ON CONFLICT DO UPDATE SET kind = min(kind, excluded.kind)
            """
        ).run()
    }

    /// The hub shows the record.
    func forget(_ key: RecordKey) throws {
        guard hasAny else { return }
        bind(key, to: remove)
        try remove.run()
    }

    func kind(of key: RecordKey) throws -> PageEntryKind? {
        guard hasAny else { return nil }
        bind(key, to: read)
        defer { read.reset() }
        return try read.step() ? PageEntryKind(rawValue: UInt8(truncatingIfNeeded: read.integer(0))) : nil
    }

    /// Deleted records of which a pull from the beginning said nothing, in the order of their ids.
    func undelivered(in table: TableDescription) throws -> [RecordID] {
        guard hasAny else { return [] }
        let read = try RawStatement(
            database,
            """
            SELECT id FROM zona_absent WHERE table_no = \(table.number) AND kind = \(PageEntryKind.deleted.rawValue)
                AND id NOT IN (SELECT id FROM temp.zona_delivered WHERE table_no = \(table.number))
                AND id NOT IN (SELECT id FROM zona_pending WHERE table_no = \(table.number))
                AND id NOT IN (SELECT id FROM \(TriggerSQL.quoted(table.name))) ORDER BY id
            """)
        var found: [RecordID] = []
        while try read.step() { if let id = read.id(0) { found.append(id) } }
        return found
    }

    private func bind(_ key: RecordKey, to statement: RawStatement) {
        statement.bind(1, key.table)
        statement.bind(2, idText: key.id)
    }
}
