import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// What the writes of one transaction add to and take from the digests; saved with the hub's row.
///
/// A class, because the copies of a `HubRow` within a transaction share it.
final class DigestLedger {
    private typealias Place = HubDigest.Place
    private var changes: [Place: DigestSum] = [:]
    private var tables: [Int: TableDigest] = [:]

    /// How `digest.scope` names a scope: `*` for the ambito, nothing for the capofila alone, 16 bytes for a comune.
    static func name(of scope: Scope) -> [UInt8] {
        switch scope {
        case .ambito: Array("*".utf8)
        case .capofilaOnly: []
        case .comune(let owner): owner.bytes
        }
    }

    func add(_ id: RecordID, _ row: [UInt8], scope: [UInt8], in table: TableDescription) throws {
        try digest(of: table).forEachPart(of: id, row: row) { since, sum in
            changes[Place(scope: scope, since: since), default: .none].add(sum)
        }
    }

    func remove(_ id: RecordID, _ row: [UInt8], scope: [UInt8], in table: TableDescription) throws {
        try digest(of: table).forEachPart(of: id, row: row) { since, sum in
            changes[Place(scope: scope, since: since), default: .none].subtract(sum)
        }
    }

    private func digest(of table: TableDescription) -> TableDigest {
        if let known = tables[table.number] { return known }
        let digest = TableDigest(table, version: .max)
        tables[table.number] = digest
        return digest
    }

    /// Brings the table `digest` up to here.
    func save(_ database: Database) throws {
        guard !changes.isEmpty else { return }
        let find = try RawStatement(database, "SELECT sum FROM digest WHERE scope = ?1 AND since = ?2")
        let put = try RawStatement(
            database, "INSERT OR REPLACE INTO digest(scope, since, rows, sum) VALUES (?1, ?2, ?3, ?4)")
        for (place, change) in changes.sorted(by: { $0.key < $1.key }) where change != .none {
            find.bind(1, blob: place.scope)
            find.bind(2, place.since)
            var sum = try find.step() ? DigestSum(find.blob(0)) ?? .none : .none
            find.reset()
            sum.add(change)
            put.bind(1, blob: place.scope)
            put.bind(2, place.since)
            put.bind(3, Int64(bitPattern: sum.rows))
            put.bind(4, blob: sum.bytes)
            try put.run()
        }
        changes = [:]
    }
}

/// The digests that the hub keeps, and what they would be if they were made anew.
enum HubDigest {
    struct Place: Hashable, Comparable {
        let scope: [UInt8]
        let since: Int

        static func < (left: Self, right: Self) -> Bool {
            left.scope == right.scope ? left.since < right.since : left.scope.lexicographicallyPrecedes(right.scope)
        }
    }

    /// What a reader of this scope, at this schema, must come to.
    static func kept(
        _ database: Database, comune: RecordID, isCapofila: Bool, version: Int
    ) throws -> DigestSum {
        let read = try RawStatement(database, "SELECT scope, sum FROM digest WHERE since <= ?1")
        read.bind(1, version)
        var sum = DigestSum()
        while try read.step() {
            let scope = read.blob(0)
            guard isCapofila || scope == DigestLedger.name(of: .ambito) || scope == comune.bytes else { continue }
            if let part = DigestSum(read.blob(1)) { sum.add(part) }
        }
        return sum
    }

    /// All that are kept; those of scopes that hold nothing any more are left out.
    static func kept(_ database: Database) throws -> [Place: DigestSum] {
        let read = try RawStatement(database, "SELECT scope, since, sum FROM digest")
        var found: [Place: DigestSum] = [:]
        while try read.step() {
            guard let sum = DigestSum(read.blob(2)), sum != .none else { continue }
            found[Place(scope: read.blob(0), since: Int(read.integer(1)))] = sum
        }
        return found
    }

    /// Made anew from every record.
    static func scan(_ database: Database, catalog: Catalog) throws -> [Place: DigestSum] {
        var found: [Place: DigestSum] = [:]
        for table in catalog.tables {
            let digest = TableDigest(table, version: .max)
            let read = try RawStatement(
                database,
                """
                SELECT id, coalesce(scope, x'2A'), row FROM record
                WHERE table_no = \(table.number) AND is_deleted = 0 AND is_withheld = 0
                """)
            while try read.step() {
                guard let id = read.id(0) else { continue }
                let scope = read.blob(1)
                try digest.forEachPart(of: id, row: read.blob(2)) { since, sum in
                    found[Place(scope: scope, since: since), default: .none].add(sum)
                }
            }
        }
        return found
    }

    /// Whether the digests were made under this catalog.
    static func isCurrent(_ database: Database, catalog: Catalog) throws -> Bool {
        let read = try RawStatement(database, "SELECT digest_version FROM hub")
        return try read.step() && read.integer(0) == Int64(catalog.version)
    }

    /// Makes them anew: for a file from before there were any, and when a new schema adds columns.
    static func rebuild(_ database: Database, catalog: Catalog) throws {
        try database.execute(sql: "DELETE FROM digest")
        let put = try RawStatement(
            database, "INSERT INTO digest(scope, since, rows, sum) VALUES (?1, ?2, ?3, ?4)")
        for (place, sum) in try scan(database, catalog: catalog).sorted(by: { $0.key < $1.key }) {
            put.bind(1, blob: place.scope)
            put.bind(2, place.since)
            put.bind(3, Int64(bitPattern: sum.rows))
            put.bind(4, blob: sum.bytes)
            try put.run()
        }
        try database.execute(sql: "UPDATE hub SET digest_version = \(catalog.version)")
    }
}
