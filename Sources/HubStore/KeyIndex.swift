import GRDB
import SQLiteAccess
import SyncCore

/// Which shown record holds which natural key: the first of each hash in `natural_key`, further ones in
/// `natural_key_more`, so that the insert itself tells that a key is taken.
final class KeyIndex {
    private struct Entry {
        let hash: Int64
        let key: RecordKey
    }

    private let database: Database
    private var fresh: [Entry] = []
    /// Hashes whose class of records has changed.
    private(set) var changed: Set<Int64> = []
    private var mayHaveMore: Bool?
    private let insert: LazyStatement
    private let insertMore: LazyStatement
    private let delete: LazyStatement
    private let deleteMore: LazyStatement
    private let promote: LazyStatement
    private let readMore: LazyStatement
    private let readAll: LazyStatement

    init(_ database: Database) {
        self.database = database
        insert = LazyStatement(
            database, "INSERT INTO natural_key(hash, table_no, id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
        insertMore = LazyStatement(
            database, "INSERT OR IGNORE INTO natural_key_more(hash, table_no, id) VALUES (?1, ?2, ?3)")
        delete = LazyStatement(database, "DELETE FROM natural_key WHERE hash = ?1 AND table_no = ?2 AND id = ?3")
        deleteMore = LazyStatement(
            database, "DELETE FROM natural_key_more WHERE hash = ?1 AND table_no = ?2 AND id = ?3")
        promote = LazyStatement(
            database,
            """
            INSERT INTO natural_key(hash, table_no, id)
            SELECT hash, table_no, id FROM natural_key_more WHERE hash = ?1 ORDER BY table_no, id LIMIT 1
            """)
        readMore = LazyStatement(
            database, "SELECT table_no, id FROM natural_key_more WHERE hash = ?1 ORDER BY table_no, id LIMIT 1")
        readAll = LazyStatement(
            database,
            """
            SELECT table_no, id FROM natural_key WHERE hash = ?1
            UNION ALL SELECT table_no, id FROM natural_key_more WHERE hash = ?1 ORDER BY table_no, id
            """)
    }

    /// A record that nobody had before: kept until the unit's end, so that the index is written in its own order.
    func addFresh(_ hash: Int64, _ key: RecordKey) {
        fresh.append(Entry(hash: hash, key: key))
    }

    func add(_ hash: Int64, _ key: RecordKey) throws {
        try flush()
        try write(Entry(hash: hash, key: key))
    }

    func remove(_ hash: Int64, _ key: RecordKey) throws {
        try flush()
        try run(delete(), hash, key)
        if database.changesCount == 0 {
            try run(deleteMore(), hash, key)
            changed.insert(hash)
        } else if let next = try next(hash) {
            let promote = try promote()
            promote.bind(1, hash)
            try promote.run()
            try run(deleteMore(), hash, next)
            changed.insert(hash)
        }
    }

    /// A member of a class was written and kept its key: what is listed of it may have changed.
    func touch(_ hash: Int64) throws {
        if mayHaveMore == nil {
            mayHaveMore = try RawStatement(database, "SELECT 1 FROM natural_key_more LIMIT 1").step()
        }
        if mayHaveMore == true, try next(hash) != nil { changed.insert(hash) }
    }

    func flush() throws {
        guard !fresh.isEmpty else { return }
        fresh.sort { $0.hash < $1.hash }
        for entry in fresh { try write(entry) }
        fresh.removeAll(keepingCapacity: true)
    }

    func takeChanged() -> [Int64] {
        defer { changed = [] }
        return changed.sorted()
    }

    /// All shown records with this hash, by table and id.
    func members(_ hash: Int64) throws -> [RecordKey] {
        let read = try readAll()
        read.bind(1, hash)
        defer { read.reset() }
        var found: [RecordKey] = []
        while try read.step() {
            if let id = read.id(1) { found.append(RecordKey(table: Int(read.integer(0)), id: id)) }
        }
        return found
    }

    private func write(_ entry: Entry) throws {
        try run(insert(), entry.hash, entry.key)
        guard database.changesCount == 0 else { return }
        try run(insertMore(), entry.hash, entry.key)
        mayHaveMore = true
        changed.insert(entry.hash)
    }

    private func next(_ hash: Int64) throws -> RecordKey? {
        let read = try readMore()
        read.bind(1, hash)
        defer { read.reset() }
        guard try read.step(), let id = read.id(1) else { return nil }
        return RecordKey(table: Int(read.integer(0)), id: id)
    }

    private func run(_ statement: RawStatement, _ hash: Int64, _ key: RecordKey) throws {
        statement.bind(1, hash)
        statement.bind(2, key.table)
        statement.bind(3, idBytes: key.id)
        try statement.run()
    }
}
