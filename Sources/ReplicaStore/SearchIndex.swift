import Foundation
import GRDB
import SQLiteAccess
import SyncCore

/// The words of all texts, in a file beside the replica (`zona.sqlite.search`). A cache and nothing else: it is
/// compared with the rows before each search, made anew when it is gone, old or broken, and made in memory where its
/// file cannot be written or another process is at it. No trigger keeps it, for other programs write into the
/// replica, and theirs may lack FTS5.
///
/// Attached to the replica's connection, so that both are read in one state; only the cache is written.
struct SearchIndex {
    private static let schema = "zona_search"
    private static let applicationID: Int64 = 0x5A4F_5345
    /// Another form of the file is made anew.
    private static let version: Int64 = 1
    /// A file that was changed so lately may change again within the same tick of its clock.
    private static let racySeconds = 2.0
    let database: Database
    let catalog: Catalog
    let path: String

    static func path(of replica: String) -> String { replica + ".search" }

    /// Columns whose words are kept: texts that people write, not ids and not days.
    static func columns(of table: TableDescription) -> [Int] {
        table.columns.indices.filter { position in
            let column = table.columns[position]
            let isText = column.type == .text || column.type == .any
            return isText && column.parent == nil && column.format != .date && column.format != .time
        }
    }

    /// Runs `body` over an index that holds what the rows hold, and the rows, in one state.
    func withFresh<Result>(_ body: () throws -> Result) throws -> Result {
        // Looked at before the rows are read: what changes in between is found the next time.
        let source = Self.fingerprint(of: path)
        for place in [Self.path(of: path), Self.path(of: path), ":memory:"] {
            do {
                return try attached(place) { try fresh(source, body) }
            } catch let fault as StatementFault {
                guard place != ":memory:" else { throw fault }
                // Broken, or of another form; whatever else is wrong with it, memory helps.
                if [1, 11, 26].contains(fault.code & 0xFF), Self.isOurs(place) { Self.remove(place) }
            }
        }
        throw ReplicaStoreError(.database, "the index could not be made")
    }

    /// Whether a file says of itself, in its first bytes, that it is such a cache: anybody else's is left alone.
    private static func isOurs(_ place: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: place) else { return false }
        defer { try? file.close() }
        let head = Array((try? file.read(upToCount: 100)) ?? Data())
        // The file format of SQLite, section 1.3: the application id stands at offset 68.
        return head.count == 100 && head[68..<72].reduce(0) { $0 << 8 | Int64($1) } == applicationID
    }

    private static func remove(_ place: String) {
        for suffix in ["", "-journal"] { unlink(place + suffix) }
    }

    private func attached<Result>(_ place: String, _ body: () throws -> Result) throws -> Result {
        if place != ":memory:" { Self.makeFile(place, like: path) }
        let attach = try RawStatement(database, "ATTACH ?1 AS \(Self.schema)")
        attach.bind(1, text: place)
        try attach.run()
        defer { try? RawStatement(database, "DETACH \(Self.schema)").run() }
        return try body()
    }

    /// An empty file that the same people may read as the replica.
    private static func makeFile(_ place: String, like replica: String) {
        var info = stat()
        guard stat(replica, &info) == 0 else { return }
        let file = open(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, info.st_mode & 0o666)
        if file >= 0 { close(file) }
    }

    private func fresh<Result>(_ source: String?, _ body: () throws -> Result) throws -> Result {
        try database.inOneTransaction(.deferred) {
            try makeTables()
            try refresh(source)
            return try body()
        }
    }

    private func integer(_ sql: String) throws -> Int64 {
        let read = try RawStatement(database, sql)
        return try read.step() ? read.integer(0) : 0
    }

    private func makeTables() throws {
        let isThere = try integer("SELECT count(*) FROM \(Self.schema).sqlite_master") > 0
        if isThere {
            let form = (
                try integer("PRAGMA \(Self.schema).application_id"), try integer("PRAGMA \(Self.schema).user_version")
            )
            // 1 is the code of what SQLite does not understand: the file is made anew, if it is a cache at all.
            guard form == (Self.applicationID, Self.version) else {
                throw StatementFault(code: form.0 == Self.applicationID ? 1 : 8, message: "another form")
            }
            return
        }
        for sql in [
            "PRAGMA \(Self.schema).application_id = \(Self.applicationID)",
            "PRAGMA \(Self.schema).user_version = \(Self.version)",
            "CREATE TABLE \(Self.schema).source(one INTEGER PRIMARY KEY CHECK(one = 1), state TEXT)",
            """
            CREATE TABLE \(Self.schema).doc(docid INTEGER PRIMARY KEY, table_no INTEGER NOT NULL, id TEXT NOT NULL,
                body TEXT NOT NULL, UNIQUE(table_no, id))
            """,
            """
            CREATE VIRTUAL TABLE \(Self.schema).words USING fts5(body, content = 'doc', content_rowid = 'docid',
                tokenize = 'unicode61 remove_diacritics 2')
            """,
        ] { try RawStatement(database, sql).run() }
    }

    // MARK: What changed

    private func refresh(_ source: String?) throws {
        let read = try RawStatement(database, "SELECT state FROM \(Self.schema).source WHERE state IS NOT NULL")
        let known = try read.step() ? read.text(0) : nil
        read.reset()
        if let source, source == known { return }
        let tables = catalog.domainTables.filter { !Self.columns(of: $0).isEmpty }
        if try integer("SELECT EXISTS (SELECT 1 FROM \(Self.schema).doc)") == 0 {
            try fill(tables)
        } else {
            for table in tables { try compare(table) }
            let numbers = tables.map { String($0.number) }.joined(separator: ", ")
            try forget("table_no NOT IN (\(numbers))")
        }
        let note = try RawStatement(
            database, "INSERT OR REPLACE INTO \(Self.schema).source(one, state) VALUES (1, ?1)")
        if let source { note.bind(1, text: source) } else { note.bindNull(1) }
        try note.run()
    }

    private func body(_ table: TableDescription) -> String {
        Self.columns(of: table).map { "coalesce(t.\(TriggerSQL.quoted(table.columns[$0].name)), '')" }
            .joined(separator: " || char(10) || ")
    }

    private func fill(_ tables: [TableDescription]) throws {
        for table in tables {
            try RawStatement(
                database,
                """
                INSERT INTO \(Self.schema).doc(table_no, id, body)
                SELECT \(table.number), t.id, \(body(table)) FROM \(TriggerSQL.quoted(table.name)) t ORDER BY t.id
                """
            ).run()
        }
        try RawStatement(database, "INSERT INTO \(Self.schema).words(words) VALUES ('rebuild')").run()
    }

    private func compare(_ table: TableDescription) throws {
        let (name, text) = (TriggerSQL.quoted(table.name), body(table))
        try forget("table_no = \(table.number) AND id NOT IN (SELECT t.id FROM main.\(name) t)")
        // What changed goes, and comes again as what is missing.
        try forget(
            """
            docid IN (SELECT d.docid FROM main.\(name) t JOIN \(Self.schema).doc d
                ON d.table_no = \(table.number) AND d.id = t.id WHERE d.body IS NOT \(text))
            """)
        let missing = try RawStatement(
            database,
            """
            SELECT t.id, \(text) FROM main.\(name) t WHERE NOT EXISTS
                (SELECT 1 FROM \(Self.schema).doc d WHERE d.table_no = \(table.number) AND d.id = t.id)
            """)
        let add = try RawStatement(
            database, "INSERT INTO \(Self.schema).doc(table_no, id, body) VALUES (?1, ?2, ?3) RETURNING docid")
        let index = try RawStatement(database, "INSERT INTO \(Self.schema).words(rowid, body) VALUES (?1, ?2)")
        while try missing.step() {
            add.bind(1, table.number)
            add.bind(2, missing.value(0))
            add.bind(3, missing.value(1))
            guard try add.step() else { continue }
            index.bind(1, add.integer(0))
            add.reset()
            index.bind(2, missing.value(1))
            try index.run()
        }
    }

    private func forget(_ condition: String) throws {
        try RawStatement(
            database,
            """
            INSERT INTO \(Self.schema).words(words, rowid, body)
            SELECT 'delete', docid, body FROM \(Self.schema).doc WHERE \(condition)
            """
        ).run()
        try RawStatement(database, "DELETE FROM \(Self.schema).doc WHERE \(condition)").run()
    }

    /// A state of the replica's file that no write leaves as it is; nothing when it was changed so lately that the
    /// file's clock could not tell.
    private static func fingerprint(of path: String) -> String? {
        var parts: [String] = []
        for suffix in ["", "-wal"] {
            var info = stat()
            // An empty log is made by whoever opens the file.
            guard stat(path + suffix, &info) == 0, info.st_size > 0 else { continue }
            let changed = Double(info.st_mtim.tv_sec) + Double(info.st_mtim.tv_nsec) / 1e9
            guard Date().timeIntervalSince1970 - changed > racySeconds else { return nil }
            parts.append("\(info.st_ino) \(info.st_size) \(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec)")
        }
        return parts.joined(separator: ", ")
    }
}
