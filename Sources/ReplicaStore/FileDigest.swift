import GRDB
import SQLiteAccess
import SyncCore
import Texts
package import SyncWire

/// How this file compares with the hub's digest of its last pull.
package struct DigestComparison: Sendable, Equatable {
    package enum Result: String, Sendable {
        /// Not compared yet, or too large to be compared after every pull.
        case unknown
        case equal
        /// Some records are not what the hub has: `zona doctor` says which.
        case differs
        /// Records were on their way, so that nothing could be said: the next pull compares.
        case waits
    }

    package let result: Result
    /// What the hub's records add up to, as of the last pull; nothing before the first.
    package let hub: DigestSum?
    package let seq: UInt64
    package let comparedAt: Int64?
    package let differsSince: Int64?
}

/// Adds up the rows of the file, as the hub adds up its own.
struct FileDigest {
    /// Files with more rows than this are compared once a day, not after every pull: a scan reads every row.
    static let rowsScannedAtEveryPull: UInt64 = 20_000
    static let millisecondsBetweenScans: Int64 = 20 * 3_600_000

    private let database: Database
    private let catalog: Catalog
    private let version: Int

    init(_ database: Database, catalog: Catalog, version: Int) {
        self.database = database
        self.catalog = catalog
        self.version = version
    }

    /// Everything in the file. A row whose id is none counts as something that the hub cannot have.
    func sum() throws -> DigestSum {
        var sum = DigestSum()
        for table in catalog.tables { try forEach(in: table) { _, row in sum.add(row ?? DigestSum(rows: 1, sum: 1)) } }
        return sum
    }

    /// Calls `body` with each row's id, nothing when it is not the id of a record, and what it adds to the sum.
    func forEach(in table: TableDescription, _ body: (RecordID?, DigestSum?) throws -> Void) throws {
        let digest = TableDigest(table, version: version)
        let columns = table.columns.map { ", \(TriggerSQL.quoted($0.name))" }.joined()
        let read = try RawStatement(database, "SELECT id\(columns) FROM \(TriggerSQL.quoted(table.name))")
        var row: [UInt8] = []
        while try read.step() {
            guard let id = read.id(0) else {
                try body(nil, nil)
                continue
            }
            row.removeAll(keepingCapacity: true)
            row.appendVarint(UInt64(table.columns.count))
            for column in table.columns.indices { read.appendValue(column + 1, to: &row) }
            try body(id, try digest.sum(of: id, row: row))
        }
    }

    /// Whether there are records of which the file does not know what the hub has: changed here and not acknowledged,
    /// skipped by a pull, or on somebody's screen.
    func hasOpenRecords() throws -> Bool {
        for table in ["zona_pending", "zona_behind"] {
            if try RawStatement(database, "SELECT 1 FROM \(table) LIMIT 1").step() { return true }
        }
        return false
    }

    /// Compares after a pull and remembers what came of it.
    func compare(with hub: [UInt8], seq: UInt64, now: Int64) throws {
        guard let wanted = DigestSum(hub) else { return }
        let before = try DigestComparison(database)
        var result = DigestComparison.Result.waits
        var comparedAt = before.comparedAt
        if try !hasOpenRecords() {
            // A clock that was set back makes the last scan lie in the future: then it is due.
            let age = before.comparedAt.map { now - $0 } ?? .max
            let isDue = age < 0 || age >= Self.millisecondsBetweenScans || before.result == .differs
            if wanted.rows <= Self.rowsScannedAtEveryPull || isDue {
                result = try sum() == wanted ? .equal : .differs
                comparedAt = now
            } else {
                result = .unknown
            }
        }
        // What was found different stays so until a comparison finds it equal.
        if before.result == .differs && result != .equal { result = .differs }
        try save(result, hub: hub, seq: seq, comparedAt: comparedAt, before: before, now: now)
    }

    func save(
        _ result: DigestComparison.Result, hub: [UInt8], seq: UInt64, comparedAt: Int64?, before: DigestComparison,
        now: Int64
    ) throws {
        let save = try RawStatement(
            database,
            "UPDATE zona_digest SET hub = ?1, seq = ?2, result = ?3, compared_at = ?4, differs_since = ?5")
        save.bind(1, blob: hub)
        save.bind(2, Int64(clamping: seq))
        save.bind(3, text: result.rawValue)
        if let comparedAt { save.bind(4, comparedAt) } else { save.bindNull(4) }
        if result == .differs { save.bind(5, before.differsSince ?? now) } else { save.bindNull(5) }
        try save.run()
    }
}

extension DigestComparison {
    init(_ database: Database) throws {
        let read = try RawStatement(
            database, "SELECT hub, seq, result, compared_at, differs_since FROM zona_digest")
        guard try read.step() else {
            throw ReplicaStoreError(.notAReplica, localized("the file has no row in zona_digest"))
        }
        hub = DigestSum(read.blob(0))
        seq = UInt64(read.integer(1))
        result = Result(rawValue: read.text(2)) ?? .unknown
        comparedAt = read.isNull(3) ? nil : read.integer(3)
        differsSince = read.isNull(4) ? nil : read.integer(4)
    }
}

extension ReplicaStore {
    /// Compares the whole file with what the hub had at the last pull, and remembers what came of it.
    package func scanDigest(now: Int64) throws(ReplicaStoreError) -> DigestComparison.Result {
        let catalog = catalog
        return try write { database in
            let before = try DigestComparison(database)
            // After an upgrade of the schema the pull starts anew: what the hub said was of the earlier columns.
            guard let hub = before.hub, before.seq == (try ReplicaState(database).cursor) else { return .unknown }
            let digest = FileDigest(database, catalog: catalog, version: catalog.version)
            guard try !digest.hasOpenRecords() else { return .waits }
            let result = try digest.sum() == hub ? DigestComparison.Result.equal : .differs
            try digest.save(
                result, hub: hub.bytes, seq: before.seq, comparedAt: now, before: before, now: now)
            return result
        }
    }

    package func digestComparison() throws(ReplicaStoreError) -> DigestComparison {
        try read { try DigestComparison($0) }
    }
}
