import GRDB
import SQLiteAccess
import Schema
import SyncCore
import Texts

/// Brings a file of an earlier program up to what this one knows, in one transaction: nothing is ever half done.
///
/// What was captured stays as it is, and what waits keeps the context that it had, with the schema under which that was
/// pulled. The next pull begins at the beginning, for rows that came before the upgrade lack the new columns.
enum Upgrade {
    static func refuseNewer(_ queue: DatabaseQueue, _ files: [Schema.File]) throws {
        let (version, own) = try queue.read { database in
            (
                max(try CatalogLoader.load(database).version, try schemaVersion(database)),
                try Migrations.version(database)
            )
        }
        guard version <= files.version, own <= Schema.replica.count else {
            throw ReplicaStoreError(
                .newerSchema,
                localized(
                    """
                    this replica was made by a newer Zona (schema \(version), this program knows \
                    \(files.version)): upgrade it
                    """))
        }
    }

    static func run(_ queue: DatabaseQueue, _ files: [Schema.File]) throws {
        let before = try queue.read { try schemaVersion($0) }
        guard try queue.read({ try isDue($0, files) }) else { return }
        do {
            try queue.write { database in
                // Another program may have been first.
                guard try isDue(database, files) else { return }
                try dropTriggers(database)
                try Migrations.run(Schema.replica, database)
                try upgrade(database, files)
                for sql in ReplicaStore.triggers(for: try CatalogLoader.load(database)) {
                    try database.execute(sql: sql)
                }
            }
        } catch {
            let error = ReplicaStoreError(error)
            guard before < files.version else { throw error }
            let remedy =
                error.code == .database
                ? "; "
                    + localized(
                        """
                        if you have a column or a table of your own under a name that the new schema needs, rename it
                        """) : ""
            throw ReplicaStoreError(
                error.code,
                localized(
                    """
                    this replica has schema \(before) and could not be brought to \(files.version); it is as it was: \
                    \(error.context)
                    """) + remedy)
        }
    }

    /// A program that was running while another one upgraded the file knows less than the file: it must not write.
    static func refuseUpgradedMeanwhile(_ database: Database, version: Int) throws {
        let present = try schemaVersion(database)
        guard present == version else {
            throw ReplicaStoreError(
                .newerSchema,
                localized(
                    """
                    another program has upgraded this replica meanwhile (schema \(present), it was \(version)): \
                    start this program again
                    """))
        }
    }

    private static func schemaVersion(_ database: Database) throws -> Int {
        let read = try RawStatement(database, "SELECT schema_version FROM zona_state")
        guard try read.step() else {
            throw ReplicaStoreError(.notAReplica, localized("the file has no state of a replica"))
        }
        return Int(read.integer(0))
    }

    private static func isDue(_ database: Database, _ files: [Schema.File]) throws -> Bool {
        try Migrations.version(database) < Schema.replica.count || schemaVersion(database) < files.version
    }

    /// With the triggers gone the new columns can be filled without that being anybody's change.
    static func dropTriggers(_ database: Database) throws {
        let read = try RawStatement(
            database, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'zona_*' ORDER BY name")
        var names: [String] = []
        while try read.step() { names.append(read.text(0)) }
        read.reset()
        for name in names { try database.execute(sql: "DROP TRIGGER \(TriggerSQL.quoted(name))") }
    }

    private static func upgrade(_ database: Database, _ files: [Schema.File]) throws {
        let added = files.after(version: try schemaVersion(database))
        guard !added.isEmpty else { return }
        try database.whileApplying {
            for file in added { try database.execute(sql: file.sql) }
            try growStashes(database, try CatalogLoader.load(database))
        }
        let save = try RawStatement(
            database, "UPDATE zona_state SET schema_version = ?1, cursor = 0, log_hash = zeroblob(32)")
        save.bind(1, files.version)
        try save.run()
        // Pages of a pull that was cut have the rows of the earlier schema.
        try database.execute(sql: "DELETE FROM zona_inbox")
    }

    /// A stashed row has in a new column what its table's row has: the default.
    private static func growStashes(_ database: Database, _ catalog: Catalog) throws {
        for table in catalog.tables {
            let stash = TriggerSQL.stashName(table)
            let read = try RawStatement(database, "SELECT name FROM pragma_table_info(?1)")
            read.bind(1, text: stash)
            var known: Set<String> = []
            while try read.step() { known.insert(read.text(0)) }
            read.reset()
            guard !known.isEmpty else {
                try database.execute(sql: TriggerSQL.stash(of: table))
                continue
            }
            for column in table.columns where !known.contains(column.name) {
                let name = TriggerSQL.quoted(column.name)
                try database.execute(sql: "ALTER TABLE \(stash) ADD COLUMN \(name) \(column.type.rawValue)")
                let fill = try RawStatement(database, "UPDATE \(stash) SET \(name) = ?1")
                var fallback = ByteReader(column.defaultValue)
                fill.bind(1, try fallback.value())
                try fill.run()
            }
        }
    }
}
