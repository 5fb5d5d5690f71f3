import GRDB
import SQLiteAccess
import SyncCore

/// Shown children whose parent is gone by its own record, or was never here.
final class OrphanTable {
    struct Entry {
        let child: RecordKey
        let column: Int
        let parentTable: Int
        /// Nothing when the column holds no id at all.
        let parentID: RecordID?

        var parent: RecordKey? { parentID.map { RecordKey(table: parentTable, id: $0) } }
    }

    private let database: Database
    private var mayHaveAny: Bool?
    private let readByChild: LazyStatement
    private let readByParent: LazyStatement
    private let put: LazyStatement
    private let delete: LazyStatement

    init(_ database: Database) {
        self.database = database
        let columns = "SELECT table_no, id, column_no, parent_table, parent_id FROM orphan"
        readByChild = LazyStatement(database, "\(columns) WHERE table_no = ?1 AND id = ?2 ORDER BY column_no")
        readByParent = LazyStatement(
            database, "\(columns) WHERE parent_table = ?1 AND parent_id = ?2 ORDER BY table_no, id, column_no")
        put = LazyStatement(
            database,
            """
            INSERT OR REPLACE INTO orphan(table_no, id, column_no, parent_table, parent_id)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        delete = LazyStatement(database, "DELETE FROM orphan WHERE table_no = ?1 AND id = ?2 AND column_no = ?3")
    }

    /// Whether there may be any at all: mostly there is none, and nothing more is asked.
    func hasAny() throws -> Bool {
        if let mayHaveAny { return mayHaveAny }
        let any = try RawStatement(database, "SELECT 1 FROM orphan LIMIT 1").step()
        mayHaveAny = any
        return any
    }

    func of(child: RecordKey) throws -> [Entry] {
        try hasAny() ? read(readByChild(), child) : []
    }

    func of(parent: RecordKey) throws -> [Entry] {
        try hasAny() ? read(readByParent(), parent) : []
    }

    func set(_ entry: Entry) throws {
        mayHaveAny = true
        let put = try put()
        put.bind(1, entry.child.table)
        put.bind(2, idBytes: entry.child.id)
        put.bind(3, entry.column)
        put.bind(4, entry.parentTable)
        if let parent = entry.parentID { put.bind(5, idBytes: parent) } else { put.bindNull(5) }
        try put.run()
    }

    func remove(_ entry: Entry) throws {
        let delete = try delete()
        delete.bind(1, entry.child.table)
        delete.bind(2, idBytes: entry.child.id)
        delete.bind(3, entry.column)
        try delete.run()
    }

    private func read(_ read: RawStatement, _ key: RecordKey) throws -> [Entry] {
        read.bind(1, key.table)
        read.bind(2, idBytes: key.id)
        defer { read.reset() }
        var found: [Entry] = []
        while try read.step() {
            guard let id = read.id(1) else { continue }
            found.append(
                Entry(
                    child: RecordKey(table: Int(read.integer(0)), id: id), column: Int(read.integer(2)),
                    parentTable: Int(read.integer(3)), parentID: read.id(4)))
        }
        return found
    }
}
