import GRDB
import SQLiteAccess
package import SyncCore

/// What a replica's file has and an earlier copy of it has not: what is gone when the copy takes the file's place.
package struct CopyLoss: Sendable {
    /// A record whose change nobody but this file has.
    package struct Unsent: Sendable, Equatable {
        package let table: String
        package let id: RecordID
        package let author: String
        /// Unix milliseconds by this PC's clock.
        package let changedAt: Int64
    }

    /// Rows of one table that are not in the copy as they are here; the hub has them, and the next sync brings them.
    package struct Newer: Sendable, Equatable {
        package let table: String
        /// Added or changed since.
        package let written: Int
        /// Deleted since.
        package let deleted: Int
    }

    package let unsent: [Unsent]
    package let newer: [Newer]
    /// Refused changes that the copy does not keep.
    package let refused: Int

    package var isNothing: Bool { unsent.isEmpty && newer.isEmpty && refused == 0 }

    /// Compares the two files. Neither is changed.
    package init(current: String, copy: String) throws(ReplicaStoreError) {
        do {
            let queue = try ReplicaStore.lookingQueue(current)
            let found = try queue.inDatabase { database in
                try database.execute(sql: "ATTACH ? AS old", arguments: [copy])
                return try database.inOneTransaction(.deferred) { try Self.compare(database) }
            }
            (unsent, newer, refused) = found
            try queue.close()
        } catch {
            throw ReplicaStoreError(error)
        }
    }

    private static func compare(_ database: Database) throws -> ([Unsent], [Newer], Int) {
        var unsent: [Unsent] = []
        var newer: [Newer] = []
        for table in try CatalogLoader.load(database).tables {
            let columns = try shared(table, database)
            // A table that came with a later schema.
            guard !columns.isEmpty else { continue }
            unsent += try self.unsent(table, columns, database)
            // The engine's own tables tell of what is in the others.
            guard table.number < 900 else { continue }
            let name = TriggerSQL.quoted(table.name)
            let waiting = "SELECT id FROM main.zona_pending WHERE table_no = \(table.number)"
            let written = try number(
                database,
                """
                SELECT count(*) FROM main.\(name) n LEFT JOIN old.\(name) o ON o.id = n.id
                WHERE (o.id IS NULL OR \(columns.map { "n.\($0) IS NOT o.\($0)" }.joined(separator: " OR ")))
                    AND n.id NOT IN (\(waiting))
                """)
            let deleted = try number(
                database,
                """
                SELECT count(*) FROM old.\(name) o WHERE o.id NOT IN (\(waiting))
                    AND NOT EXISTS (SELECT 1 FROM main.\(name) n WHERE n.id = o.id)
                """)
            if written + deleted > 0 { newer.append(Newer(table: table.name, written: written, deleted: deleted)) }
        }
        let refused = try number(
            database,
            """
            SELECT count(*) FROM main.zona_refused n WHERE n.dropped_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM old.zona_refused o WHERE o.number = n.number AND o.counter = n.counter)
            """)
        return (unsent, newer, refused)
    }

    /// The pending records of a table that are not pending in the copy with the same row.
    private static func unsent(
        _ table: TableDescription, _ columns: [String], _ database: Database
    ) throws -> [Unsent] {
        let (name, columns) = (TriggerSQL.quoted(table.name), columns.joined(separator: ", "))
        func row(_ file: String) -> String { "SELECT \(columns) FROM \(file).\(name) t WHERE t.id = p.id" }
        let read = try RawStatement(
            database,
            """
            SELECT p.id, p.author, p.changed_at FROM main.zona_pending p
            WHERE p.table_no = \(table.number) AND (
                NOT EXISTS (SELECT 1 FROM old.zona_pending q WHERE q.table_no = p.table_no AND q.id = p.id)
                OR EXISTS (\(row("main")) EXCEPT \(row("old"))) OR EXISTS (\(row("old")) EXCEPT \(row("main"))))
            ORDER BY p.id
            """)
        var found: [Unsent] = []
        while try read.step() {
            guard let id = read.id(0) else { continue }
            found.append(Unsent(table: table.name, id: id, author: read.text(1), changedAt: read.integer(2)))
        }
        return found
    }

    /// The columns that a table has in both files, quoted.
    private static func shared(_ table: TableDescription, _ database: Database) throws -> [String] {
        let read = try RawStatement(database, "SELECT name FROM pragma_table_info(?1, 'old')")
        read.bind(1, text: table.name)
        var known: Set<String> = []
        while try read.step() { known.insert(read.text(0)) }
        return table.columns.map(\.name).filter(known.contains).map(TriggerSQL.quoted)
    }

    private static func number(_ database: Database, _ sql: String) throws -> Int {
        let read = try RawStatement(database, sql)
        _ = try read.step()
        return Int(read.integer(0))
    }
}
