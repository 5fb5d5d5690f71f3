import Foundation
import GRDB
import SQLiteAccess
package import SyncCore
import SyncWire
import Texts

extension ReplicaStore {
    /// Writes the domain tables, as the hub last acknowledged or sent them, into a new SQLite file at `path`.
    ///
    /// Same tables, columns and indexes as here, no triggers, no `zona_*`; rows in the order of the bytes of their ids;
    /// one read transaction. Nothing in the file tells when or where it was made, so equal rows make equal bytes,
    /// whatever way they came. A record that is not synced stands there as last acknowledged, or as a pull brought it;
    /// a new one is left out. The file is one file (no journal beside it) and is not flushed to the disk: that is the
    /// caller's.
    ///
    /// Throws `exists` when something is at `path`; after any other error nothing is.
    package func freeze(into path: String) throws(ReplicaStoreError) -> FrozenPicture {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ReplicaStoreError(.exists, localized("\(path) exists already: a picture is only written anew"))
        }
        let catalog = catalog
        do {
            let target = try DatabaseQueue(path: path, configuration: Freeze.configuration)
            let picture = try queue.read { source in
                let picture = try FrozenPicture(source, catalog: catalog)
                try target.write {
                    _ = try Freeze(source: source, target: $0, rows: .acknowledged).run(catalog.domainTables, catalog)
                }
                return picture
            }
            try target.close()
            return picture
        } catch {
            for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            throw ReplicaStoreError(error)
        }
    }

    /// Writes domain tables as they are here, what is not synced included, into a new SQLite file at `path`, as
    /// `freeze` does. The query chooses rows of each table; its order and page count for nothing.
    ///
    /// - Returns: the rows of each table.
    package func export(
        _ tables: [(table: TableDescription, query: RowQuery)], into path: String
    ) throws(ReplicaStoreError) -> [Int] {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ReplicaStoreError(.exists, localized("\(path) exists already"))
        }
        let catalog = catalog
        do {
            let target = try DatabaseQueue(path: path, configuration: Freeze.configuration)
            let queries = Dictionary(uniqueKeysWithValues: tables.map { ($0.table.number, $0.query) })
            let counts = try queue.read { source in
                try target.write {
                    try Freeze(source: source, target: $0, rows: .current(queries)).run(tables.map(\.table), catalog)
                }
            }
            try target.close()
            return counts
        } catch {
            for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            throw ReplicaStoreError(error)
        }
    }
}

/// Copies domain tables from a replica into a new file.
struct Freeze {
    enum Rows {
        /// As the hub last acknowledged or sent them.
        case acknowledged
        /// As they are here; by table number, which of them.
        case current([Int: RowQuery])
    }

    let source: Database
    let target: Database
    let rows: Rows

    /// Page size and encoding are fixed, and free bytes inside a page are zeroed, so that only rows decide the bytes.
    /// The journal is in memory: a file that was not finished is deleted, never repaired.
    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA page_size = 4096;
                    PRAGMA encoding = 'UTF-8';
                    PRAGMA auto_vacuum = NONE;
                    PRAGMA secure_delete = ON;
                    PRAGMA journal_mode = MEMORY;
                    PRAGMA synchronous = OFF;
                    """)
        }
        return configuration
    }

    /// - Returns: the rows of each table.
    func run(_ tables: [TableDescription], _ catalog: Catalog) throws -> [Int] {
        for table in tables { try target.execute(sql: try tableSQL(table)) }
        let counts = try tables.map { try copy($0, catalog) }
        for table in tables {
            for sql in try indexSQL(table) { try target.execute(sql: sql) }
        }
        try target.execute(sql: "PRAGMA user_version = \(catalog.version)")
        return counts
    }

    private func tableSQL(_ table: TableDescription) throws -> String {
        let read = try RawStatement(source, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?1")
        read.bind(1, text: table.name)
        guard try read.step() else {
            throw ReplicaStoreError(
                .notAReplica, localized("the replica's file lacks the table \(table.name): it was damaged by hand"))
        }
        return read.text(0)
    }

    /// The schema's own indexes. Others that some program made here would make the bytes of equal rows differ.
    private func indexSQL(_ table: TableDescription) throws -> [String] {
        let read = try RawStatement(
            source,
            """
            SELECT sql FROM sqlite_master
            WHERE type = 'index' AND tbl_name = ?1 AND name GLOB 'ix_*' AND sql IS NOT NULL ORDER BY name
            """)
        read.bind(1, text: table.name)
        var found: [String] = []
        while try read.step() { found.append(read.text(0)) }
        return found
    }

    private func copy(_ table: TableDescription, _ catalog: Catalog) throws -> Int {
        let rows = try rows(of: table, catalog)
        var count = 0
        let columns = table.columns.count
        let places = (0...columns).map { "?\($0 + 1)" }.joined(separator: ", ")
        let names = (["id"] + table.columns.map { TriggerSQL.quoted($0.name) }).joined(separator: ", ")
        let insert = try RawStatement(
            target, "INSERT INTO \(TriggerSQL.quoted(table.name))(\(names)) VALUES (\(places))")
        let writer = try RowWriter(target, table: table)
        while try rows.step() {
            count += 1
            if rows.isNull(columns + 1) {
                for column in 0...columns { insert.bind(column + 1, rows.value(column)) }
                try insert.run()
            } else if rows.integer(columns + 1) == Int64(PageEntryKind.row.rawValue), let id = rows.id(0) {
                try writer.write(id, SyncCore.Row(uncheckedBytes: rows.blob(columns + 2)))
            }
        }
        return count
    }

    /// The columns of `acknowledgedRows`, whichever rows are wanted.
    private func rows(of table: TableDescription, _ catalog: Catalog) throws -> RawStatement {
        guard case .current(let queries) = rows else { return try acknowledgedRows(of: table) }
        var sql = RowQuerySQL(table, catalog)
        let condition = sql.condition(queries[table.number] ?? RowQuery())
        let columns = table.columns.map { ", t.\(TriggerSQL.quoted($0.name))" }.joined()
        let read = try RawStatement(
            source,
            "SELECT t.id\(columns), NULL, NULL FROM \(TriggerSQL.quoted(table.name)) t \(condition) ORDER BY t.id")
        sql.bind(to: read, from: 3)
        return read
    }

    /// Each record as the hub last told it, in the order of ids: id, columns, and at the end kind and bytes of the row
    /// that a pull brought but had to skip, where that one counts (it is pending and was never captured, or on
    /// somebody's screen).
    private func acknowledgedRows(of table: TableDescription) throws -> RawStatement {
        let number = table.number
        func columns(_ alias: String) -> String {
            table.columns.map { ", \(alias).\(TriggerSQL.quoted($0.name))" }.joined()
        }
        let nothing = String(repeating: ", NULL", count: table.columns.count)
        return try RawStatement(
            source,
            """
            SELECT t.id\(columns("t")), h.skipped_kind, h.skipped_row FROM \(TriggerSQL.quoted(table.name)) t
            LEFT JOIN zona_behind h ON h.table_no = \(number) AND h.id = t.id
                AND EXISTS (SELECT 1 FROM zona_touch s WHERE s.table_no = \(number) AND s.id = t.id)
            WHERE NOT EXISTS (SELECT 1 FROM zona_pending p WHERE p.table_no = \(number) AND p.id = t.id)
            UNION ALL
            SELECT p.id\(columns("b")), h.skipped_kind, h.skipped_row FROM zona_pending p
            LEFT JOIN \(TriggerSQL.stashName(table)) b ON b.id = p.id
            LEFT JOIN zona_behind h ON h.table_no = \(number) AND h.id = p.id AND p.counter IS NULL AND p.sent IS NULL
            WHERE p.table_no = \(number) AND (b.id IS NOT NULL OR h.skipped_kind IS NOT NULL)
            UNION ALL
            SELECT h.id\(nothing), h.skipped_kind, h.skipped_row FROM zona_behind h
            JOIN zona_touch s ON s.table_no = h.table_no AND s.id = h.id
            WHERE h.table_no = \(number) AND h.skipped_kind IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM \(TriggerSQL.quoted(table.name)) t WHERE t.id = h.id)
                AND NOT EXISTS (SELECT 1 FROM zona_pending p WHERE p.table_no = \(number) AND p.id = h.id)
            ORDER BY 1
            """)
    }
}
