import GRDB
import SQLiteAccess
package import SyncCore

/// A record that this file changed and the hub has not confirmed: as it was, and as it is.
package struct UnsyncedChange: Sendable {
    package enum Kind: String, Sendable { case insert, update, delete, none }

    package let table: TableDescription
    package let id: RecordID
    /// What people call the record: as it is, else as it was.
    package let name: String?
    /// `none`: what was changed was changed back, and both are on their way.
    package let kind: Kind
    /// The row as the hub last confirmed it; nothing when it is new.
    package let before: [Value]?
    /// The row here; nothing when it was deleted.
    package let now: [Value]?
    /// By column: the names of the records that the two point to.
    package let namesBefore: [Int: String]
    package let namesNow: [Int: String]
    package let author: String
    /// Unix milliseconds, by this PC's clock.
    package let changedAt: Int64
    /// Whether a sealed batch holds some of it: that can no longer be unsaid.
    package let isSealed: Bool
    /// Whether all of it is in a sealed batch.
    package let isCaptured: Bool
    /// A pull brought something for it that waits for this change.
    package let isBehind: Bool

    /// The columns that differ; of a new or a deleted row those that have a value.
    package var columns: [Int] {
        table.columns.indices.filter { (before?[$0] ?? .null) != (now?[$0] ?? .null) }
    }
}

extension ReplicaStore {
    /// Calls `body` with each unsynced change, by table and id, of one state of the file. Nothing is held. `body` must
    /// not ask the store.
    ///
    /// - Parameter id: of this record alone.
    package func forEachUnsynced(
        in tables: [TableDescription], id: RecordID? = nil, _ body: (UnsyncedChange) throws -> Void
    ) throws {
        try streaming { database in
            for table in tables { try Self.forEachUnsynced(database, table, catalog, id: id, body) }
        }
    }

    static func forEachUnsynced(
        _ database: Database, _ table: TableDescription, _ catalog: Catalog, id: RecordID?,
        _ body: (UnsyncedChange) throws -> Void
    ) throws {
        let naming = RecordNaming(catalog: catalog)
        let count = table.columns.count
        let parents = table.columns.indices.filter { naming.related(table.columns[$0], row: "t") != nil }
        func columns(_ alias: String) -> String {
            table.columns.map { ", \(alias).\(TriggerSQL.quoted($0.name))" }.joined()
        }
        func names(_ alias: String) -> String {
            parents.map { ", \(naming.related(table.columns[$0], row: alias) ?? "NULL")" }.joined()
        }
        func name(_ alias: String) -> String { naming.expression(table, row: alias) ?? "NULL" }
        let read = try RawStatement(
            database,
            """
            SELECT p.id, p.author, p.changed_at, p.counter IS NOT NULL OR p.sent IS NOT NULL OR p.was_captured,
                p.counter IS NOT NULL,
                EXISTS (SELECT 1 FROM zona_behind h WHERE h.table_no = \(table.number) AND h.id = p.id),
                t.id, b.id, iif(t.id IS NULL, \(name("b")), \(name("t")))
                \(columns("t"))\(columns("b"))\(names("t"))\(names("b"))
            FROM zona_pending p LEFT JOIN \(TriggerSQL.quoted(table.name)) t ON t.id = p.id
            LEFT JOIN \(TriggerSQL.stashName(table)) b ON b.id = p.id
            WHERE p.table_no = \(table.number) \(id == nil ? "" : "AND p.id = ?1") ORDER BY p.id
            """)
        if let id { read.bind(1, idText: id) }
        let first = 9
        while try read.step() {
            guard let id = read.id(0) else { continue }
            let now = read.isNull(6) ? nil : (0..<count).map { read.value(first + $0) }
            let before = read.isNull(7) ? nil : (0..<count).map { read.value(first + count + $0) }
            func related(_ start: Int) -> [Int: String] {
                var names: [Int: String] = [:]
                for (index, column) in parents.enumerated() where !read.isNull(start + index) {
                    names[column] = read.text(start + index)
                }
                return names
            }
            let isSealed = read.integer(3) == 1
            let kind: UnsyncedChange.Kind =
                switch (before, now) {
                case (nil, nil): .none
                case (nil, _): .insert
                case (_, nil): .delete
                default: before == now ? .none : .update
                }
            // Noted in vain: the next capture drops it.
            guard kind != .none || isSealed else { continue }
            try body(
                UnsyncedChange(
                    table: table, id: id, name: read.isNull(8) ? nil : read.text(8), kind: kind, before: before,
                    now: now, namesBefore: related(first + 2 * count + parents.count),
                    namesNow: related(first + 2 * count), author: read.text(1), changedAt: read.integer(2),
                    isSealed: isSealed, isCaptured: read.integer(4) == 1, isBehind: read.integer(5) == 1))
        }
    }
}
