import GRDB
import SQLiteAccess
import SyncCore

/// The records that this file knows to be deleted, because it deleted them or a pull said so. Their rows are gone, and
/// their versions with them: when a restored hub shows one of them again, this is all that tells it from a new record.
struct KnownDeletes {
    private let database: Database
    private let insert: RawStatement
    private let remove: RawStatement
    private let read: RawStatement
    /// False in a file that knows of none, so that a first pull asks for nothing.
    private let hasAny: Bool

    init(_ database: Database) throws {
        self.database = database
        insert = try RawStatement(database, "INSERT OR IGNORE INTO zona_tombstone(table_no, id) VALUES (?1, ?2)")
        remove = try RawStatement(database, "DELETE FROM zona_tombstone WHERE table_no = ?1 AND id = ?2")
        read = try RawStatement(database, "SELECT 1 FROM zona_tombstone WHERE table_no = ?1 AND id = ?2")
        hasAny = try RawStatement(database, "SELECT 1 FROM zona_tombstone LIMIT 1").step()
    }

    func note(_ key: RecordKey) throws {
        bind(key, to: insert)
        try insert.run()
    }

    /// The hub shows the record.
    func forget(_ key: RecordKey) throws {
        guard hasAny else { return }
        bind(key, to: remove)
        try remove.run()
    }

    func contains(_ key: RecordKey) throws -> Bool {
        guard hasAny else { return false }
        bind(key, to: read)
        defer { read.reset() }
        return try read.step()
    }

    /// Those of which a pull from the beginning said nothing, in the order of their ids.
    func undelivered(in table: TableDescription) throws -> [RecordID] {
        guard hasAny else { return [] }
        let read = try RawStatement(
            database,
            """
            SELECT id FROM zona_tombstone WHERE table_no = \(table.number)
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
