import GRDB
import SQLiteAccess
import SyncCore

/// What the file itself says of its health, without the hub.
package struct FileHealth: Sendable, Equatable {
    /// What SQLite's own check found; empty when all is well.
    package let damage: [String]
    /// Triggers that are not there, and those that are not as the catalog makes them: writes escape them.
    package let missingTriggers: [String]
    package let alteredTriggers: [String]
    /// Triggers under Zona's names that it does not make.
    package let strangeTriggers: [String]
    /// Whether the switch that stills the triggers was left on: no write is noticed at all.
    package let isSilenced: Bool

    package var tracksEverything: Bool { missingTriggers.isEmpty && alteredTriggers.isEmpty && !isSilenced }
    package var isSound: Bool { damage.isEmpty && tracksEverything && strangeTriggers.isEmpty }
}

extension Database {
    /// Whether every table's writes are noted: all its triggers are there, and the switch is off. What a trigger says
    /// only `health` looks at.
    func notesWrites() throws -> Bool {
        let look = try RawStatement(
            self,
            """
            SELECT (SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'zona_track_*')
                = 3 * (SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name GLOB 'zona_before_*')
                AND (SELECT applying FROM zona_state) = 0
            """)
        return try look.step() && look.integer(0) == 1
    }

    /// Writes may have escaped the triggers: until a comparison finds the file equal, no pull replaces a row here
    /// without keeping it.
    func noteEscapes() throws {
        try RawStatement(
            self,
            """
            UPDATE zona_digest SET result = 'differs', differs_since = coalesce(differs_since,
                CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
            """
        ).run()
    }
}

extension ReplicaStore {
    package func health() throws(ReplicaStoreError) -> FileHealth {
        let catalog = catalog
        return try read { database in
            var damage: [String] = []
            let check = try RawStatement(database, "PRAGMA quick_check(20)")
            while try check.step() { if check.text(0) != "ok" { damage.append(check.text(0)) } }
            let wanted = try Self.expectedTriggers(database, catalog: catalog)
            let there = try Self.triggers(database)
            let switched = try RawStatement(database, "SELECT applying FROM zona_state")
            return FileHealth(
                damage: damage, missingTriggers: wanted.keys.filter { there[$0] == nil }.sorted(),
                alteredTriggers: wanted.filter { there[$0.key] != nil && there[$0.key] != $0.value }.map(\.key)
                    .sorted(),
                strangeTriggers: there.keys.filter { wanted[$0] == nil }.sorted(),
                isSilenced: try switched.step() && switched.integer(0) != 0)
        }
    }

    /// Makes all triggers anew and switches them on. What escaped meanwhile stays as it is.
    package func repairTriggers() throws(ReplicaStoreError) {
        let catalog = catalog
        try write { database in
            try Upgrade.dropTriggers(database)
            for sql in Self.triggers(for: catalog) { try database.execute(sql: sql) }
            try database.execute(sql: "UPDATE zona_state SET applying = 0")
        }
    }

    private static func triggers(_ database: Database) throws -> [String: String] {
        let read = try RawStatement(
            database, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'zona_*'")
        var found: [String: String] = [:]
        while try read.step() { found[read.text(0)] = read.text(1) }
        return found
    }

    /// As they would be: made in a database in memory that has the tables of this one.
    private static func expectedTriggers(_ database: Database, catalog: Catalog) throws -> [String: String] {
        let tables = try RawStatement(
            database,
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL AND name NOT GLOB 'sqlite_*'")
        var sql: [String] = []
        while try tables.step() { sql.append(tables.text(0)) }
        return try DatabaseQueue().write { memory in
            for table in sql { try memory.execute(sql: table) }
            for trigger in triggers(for: catalog) { try memory.execute(sql: trigger) }
            return try triggers(memory)
        }
    }
}
