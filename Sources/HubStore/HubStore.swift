import Foundation
import GRDB
import SQLiteAccess
package import Schema
package import SyncCore
import SyncSession
package import SyncWire
import Synchronization

/// Who a hub is.
package struct HubIdentity: Sendable {
    package let ambito: RecordID
    package let code: String
    package let name: String
    package let key: VerifyingKey
}

/// One ambito at the hub: one SQLite file that merges, orders and remembers. `synchronous=FULL`: what was
/// acknowledged survives a power cut.
///
/// All functions block on SQLite; call them off an event loop. One writer at a time; pages are read beside it.
package final class HubStore: Sendable {
    package static let applicationID: Int64 = 0x5A4F_4E48
    package let identity: HubIdentity
    package let catalog: Catalog
    let path: String
    let pool: DatabasePool
    private let statements: StatementCaches
    let key: SigningKey
    /// This life of the hub, which may end in a greeting.
    let life: Mutex<Incarnation>
    package var incarnation: Incarnation { life.withLock { $0 } }
    /// The end of the log beside the file, where this process keeps it.
    let mark = Mutex<LogMark?>(nil)
    /// The SQL of the synced tables.
    let files: [Schema.File]

    /// Opens a hub that exists, and brings it up to what this program knows.
    ///
    /// - Parameters:
    ///   - files: the SQL of the synced tables; another one than the product's only in benchmarks and tests.
    ///   - now: the clock, Unix milliseconds; the system's unless given. Stands in the log when the schema is upgraded.
    package init(
        path: String, key: SigningKey, files: [Schema.File] = Schema.synced, now: Int64? = nil
    ) throws(HubStoreError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw HubStoreError(.notFound, "there is no hub at \(path): make one with `zona-server init`")
        }
        do {
            self.path = path
            self.key = key
            self.files = files
            let catalog = try CatalogLoader.bundled(files)
            self.catalog = catalog
            let publicKey = key.publicKey
            let statements = StatementCaches()
            self.statements = statements
            let pool = try Self.openPool(at: path, statements)
            self.pool = pool
            try pool.read { database in
                let id = try RawStatement(database, "PRAGMA application_id")
                guard try id.step(), id.integer(0) == Self.applicationID else {
                    throw HubStoreError(.notAHub, "\(path) is a database, but not a hub of Zona")
                }
                let version = try RawStatement(database, "SELECT schema_version FROM hub")
                guard try version.step(), version.integer(0) <= Int64(catalog.version) else {
                    throw HubStoreError(.newerSchema, "this hub was made by a newer Zona: upgrade zona-server")
                }
            }
            let isDue = try pool.read {
                try Migrations.version($0) < Schema.hub.count || Upgrade.schemaVersion($0) < catalog.version
            }
            if isDue {
                let now = now ?? Int64(Date().timeIntervalSince1970 * 1_000)
                try pool.write { database in
                    try Migrations.run(Schema.hub, database)
                    try Upgrade.run(database, to: catalog.version, now: now)
                }
            }
            try Upkeep.complete(pool, catalog: catalog)
            let hub = try pool.read { try HubRow($0) }
            identity = HubIdentity(ambito: hub.ambito, code: hub.code, name: hub.name, key: publicKey)
            life = Mutex(hub.incarnation)
            if try !pool.read({ try HubDigest.isCurrent($0, catalog: catalog) }) {
                try pool.write { try HubDigest.rebuild($0, catalog: catalog) }
            }
        } catch {
            throw HubStoreError(error)
        }
    }

    deinit {
        statements.drop()
    }

    static func configuration(_ statements: StatementCaches?) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(20)
        configuration.foreignKeysEnabled = false
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            statements?.attach(to: database)
        }
        return configuration
    }

    /// Opens the file. `synchronous` is set behind the opening, not while the connection is prepared: the pool switches
    /// its writer to NORMAL then, which would acknowledge what a power cut takes away again.
    static func openPool(at path: String, _ statements: StatementCaches?) throws -> DatabasePool {
        let pool = try DatabasePool(path: path, configuration: configuration(statements))
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        return pool
    }

    /// Closes the file. The write-ahead log is folded into it first: the last connections that the pool closes only
    /// read, and leave it lying there, beside whatever file is put in this one's place.
    package func close() throws(HubStoreError) {
        statements.drop()
        try? pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        do { try pool.close() } catch { throw HubStoreError(error) }
    }

    func write<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) throws(HubStoreError) -> Result {
        do {
            let (result, end) = try pool.writeWithoutTransaction { database in
                try database.inOneTransaction(.immediate) { (try body(database), try endOfLog(database)) }
            }
            note(endOfLog: end)
            return result
        } catch { throw HubStoreError(error) }
    }

    func read<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) throws(HubStoreError) -> Result {
        do { return try snapshot(body) } catch { throw HubStoreError(error) }
    }

    /// Runs `body` over one state of the file, beside the writer.
    func snapshot<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) throws -> Result {
        try pool.unsafeRead { database in try database.inOneTransaction(.deferred) { try body(database) } }
    }

    /// As `write`, for the functions that answer replicas.
    func answer<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) throws(Problem) -> Result {
        let said = Mutex<Result?>(nil)
        do {
            let (result, end) = try pool.writeWithoutTransaction { database in
                try database.inOneTransaction(.immediate) {
                    let result = try body(database)
                    if Mutant.isOn(.ackBeforeCommit) { said.withLock { $0 = result } }
                    return (result, try endOfLog(database))
                }
            }
            note(endOfLog: end)
            return result
        } catch let problem as Problem {
            throw problem
        } catch let error as WireError {
            throw Problem(error.code == .overLimit ? .overLimit : .malformed, error.description)
        } catch {
            if let said = said.withLock({ $0 }) { return said }
            throw Problem(.hubFault, HubStoreError(error).context)
        }
    }

    /// As `snapshot`, for the functions that answer replicas.
    func reading<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) throws(Problem) -> Result {
        do {
            return try snapshot(body)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.hubFault, HubStoreError(error).context)
        }
    }

    /// What a hub knows of a number, for greetings, acknowledgements and pages.
    func hubState(_ database: Database, _ hub: HubRow, number: ReplicaNumber) throws -> HubState {
        let read = try RawStatement(
            database,
            "SELECT folded_counter, stored_counter, stored_hash, durable_counter FROM replica WHERE number = ?1")
        // A header may name a number over 63 bits; it finds nothing.
        read.bind(1, Int64(bitPattern: number.rawValue))
        guard try read.step() else {
            throw Problem(.unknownReplica, "this hub does not know the replica: enrol it again")
        }
        return HubState(
            ambito: hub.ambito, incarnation: hub.incarnation, number: number, foldedCounter: UInt64(read.integer(0)),
            storedCounter: UInt64(read.integer(1)), storedHash: read.blob(2), durableCounter: UInt64(read.integer(3)))
    }
}
