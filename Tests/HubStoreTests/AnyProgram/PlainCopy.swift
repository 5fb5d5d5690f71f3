import SyncCore
import SyncWire

/// What makes a plain file of a copy of a replica, and how files are compared.
enum PlainCopy {
    /// Takes the tracking triggers away; those that check stay.
    static func forgetTracking(_ program: ProgramConnection) throws {
        try program.must("PRAGMA writable_schema = ON")
        try program.must("DELETE FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'zona_track_*'")
        try program.must("PRAGMA writable_schema = RESET")
    }

    /// Where rows have owners, what is there is what the hub has acknowledged: no other owner takes its id from it.
    static func stashAll(_ program: ProgramConnection, _ tables: [TableDescription]) throws {
        for table in tables where table.ownerColumn != nil {
            let (stash, names) = (
                "zona_before_\(table.name)", (["id"] + table.columns.map(\.name)).joined(separator: ", ")
            )
            try program.must("DELETE FROM \(stash)")
            try program.must("INSERT INTO \(stash)(\(names)) SELECT \(names) FROM \(table.name)")
        }
    }

    /// Drops what scripts made.
    static func dropObjects(_ program: ProgramConnection) throws {
        for kind in ["trigger", "view", "index", "table"] {
            let names = try program.texts(
                "SELECT name FROM sqlite_master WHERE type = '\(kind)' AND name GLOB 'p_*'")
            for name in names { try program.must("DROP \(kind) \(String(decoding: name[0], as: UTF8.self))") }
        }
    }

    /// Rows of join tables take the id of their key, as capture gives it to them, and what points to them follows.
    static func takeDerivedIDs(_ program: ProgramConnection, _ tables: [TableDescription]) throws {
        try program.withoutTriggers {
            for table in tables where !table.idKey.isEmpty {
                let key = table.idKey.map { table.columns[$0].name }.joined(separator: ", ")
                for row in try program.texts("SELECT id, \(key) FROM \(table.name)") {
                    let old = String(decoding: row[0], as: UTF8.self)
                    let values = row.dropFirst().map { ValueCoding.bytes(of: .text($0))[...] }
                    let new = DerivedID.of(table: table.name, key: Array(values)).description
                    guard old != new else { continue }
                    try program.must("UPDATE \(table.name) SET id = '\(new)' WHERE id = '\(old)'")
                    for child in tables {
                        for column in child.columns where column.parent == table.name {
                            let name = column.name
                            try program.must("UPDATE \(child.name) SET \(name) = '\(new)' WHERE \(name) = '\(old)'")
                        }
                    }
                }
            }
        }
    }

    /// Every domain table's rows, types and bytes, by id.
    static func dump(_ program: ProgramConnection, _ tables: [TableDescription]) throws -> [String: [String]] {
        var dump: [String: [String]] = [:]
        for table in tables {
            let names = (["id"] + table.columns.map(\.name)).joined(separator: ", ")
            dump[table.name] = try program.must("SELECT \(names) FROM \(table.name) ORDER BY id")
        }
        return dump
    }

    /// A query that finds nothing where all is synced.
    static func leftovers(_ tables: [TableDescription]) -> String {
        let kept = ["zona_pending", "zona_behind", "zona_refused", "zona_conflict", "zona_deciding", "zona_inbox"]
        let all = kept + tables.map { "zona_before_\($0.name)" }
        return "SELECT * FROM ("
            + all.map { "SELECT '\($0)', count(*) AS n FROM \($0)" }.joined(separator: " UNION ALL ") + ") WHERE n > 0"
    }
}

/// Two files that should be equal are not.
struct Difference: Error, CustomStringConvertible {
    private(set) var description: String

    init(_ description: String) {
        self.description = description
    }

    /// The same, with what replays it.
    func played(_ seed: UInt64, _ number: Int, _ steps: [ScriptGenerator.Step]) -> Difference {
        let script = steps.map { step in
            if case .sql(let sql) = step { return "  \(sql);" }
            return "  -- \(step)"
        }
        return Difference(
            "SEED=\(seed), script \(number): \(description)\nThe script:\n\(script.joined(separator: "\n"))")
    }

    static func between(_ expected: [String: [String]], _ found: [String: [String]], _ place: String) throws {
        for table in expected.keys.sorted() where expected[table] != found[table] {
            let missing = Set(expected[table] ?? []).subtracting(found[table] ?? []).sorted()
            let stray = Set(found[table] ?? []).subtracting(expected[table] ?? []).sorted()
            throw Difference("\(place) differs in \(table)\n  plain only: \(missing)\n  replica only: \(stray)")
        }
    }
}
