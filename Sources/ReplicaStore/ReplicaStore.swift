import Foundation
import GRDB
package import Schema
import SQLiteAccess
package import SyncCore
import SyncWire
import Texts

/// One replica's file: domain tables that any program may write, and beside them what sync remembers.
///
/// Each method is one transaction that keeps one invariant; every connection runs with `synchronous=FULL`, so that
/// what was captured, applied or acknowledged survives a power cut.
package final class ReplicaStore: Sendable {
    /// Who this replica is: given by the hub at enrolment.
    package struct Enrolment: Sendable {
        package let ambito: RecordID
        package let ambitoCode: String
        package let ambitoName: String
        package let comune: RecordID
        package let comuneName: String
        package let isCapofila: Bool
        package let number: ReplicaNumber
        package let incarnation: Incarnation
        package let hubURL: String
        /// SHA-256 of the hub's TLS key.
        package let pin: [UInt8]
        package let ambitoKey: [UInt8]
        /// The certificate's frame.
        package let certificate: [UInt8]

        package init(
            ambito: RecordID, ambitoCode: String, ambitoName: String, comune: RecordID, comuneName: String,
            isCapofila: Bool,
            number: ReplicaNumber, incarnation: Incarnation, hubURL: String, pin: [UInt8], ambitoKey: [UInt8],
            certificate: [UInt8]
        ) {
            self.ambito = ambito
            self.ambitoCode = ambitoCode
            self.ambitoName = ambitoName
            self.comune = comune
            self.comuneName = comuneName
            self.isCapofila = isCapofila
            self.number = number
            self.incarnation = incarnation
            self.hubURL = hubURL
            self.pin = pin
            self.ambitoKey = ambitoKey
            self.certificate = certificate
        }
    }

    package static let applicationID: Int64 = 0x5A4F_4E41
    package let path: String
    package let catalog: Catalog
    let queue: DatabaseQueue
    private let statements: StatementCaches

    /// Opens a replica that exists, and brings it up to what this program knows. At most one of a file at a time in one
    /// process: a process that closes any descriptor of a file loses the locks of all (POSIX), and reading the header
    /// closes one.
    ///
    /// - Parameters:
    ///   - files: the SQL of the synced tables; another one than the product's only in benchmarks and tests.
    ///   - whenHeld: told when another program has held the file for a second; it may hold it for `patience`.
    package init(
        path: String, files: [Schema.File] = Schema.synced, whenHeld: @escaping @Sendable () -> Void = {}
    ) throws(ReplicaStoreError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw ReplicaStoreError(.notFound, localized("there is no replica at \(path): make one with `zona init`"))
        }
        try Self.checkHeader(of: path)
        do {
            let statements = StatementCaches()
            self.statements = statements
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration(statements, whenHeld))
            self.path = path
            self.queue = queue
            try Upgrade.refuseNewer(queue, files)
            try Upgrade.run(queue, files)
            catalog = try queue.read { try CatalogLoader.load($0) }
        } catch {
            throw ReplicaStoreError(error)
        }
    }

    /// Makes a new replica's file. Refuses to touch one that exists.
    package static func create(
        at path: String, enrolment: Enrolment, files: [Schema.File] = Schema.synced
    ) throws(ReplicaStoreError) -> ReplicaStore {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ReplicaStoreError(
                .exists, localized("\(path) exists already: choose another name, or use it as it is"))
        }
        // SQLite would take a log that lies there for the new file's own, and fold the old file's pages into it.
        for suffix in ["-wal", "-journal"] where FileManager.default.fileExists(atPath: path + suffix) {
            throw ReplicaStoreError(
                .exists,
                localized(
                    """
                    \(path)\(suffix) is left of another file and may hold work: choose another name, or move it \
                    away
                    """)
            )
        }
        // Made under another name and moved when it is whole: a replica cut in its making would be neither one nor
        // none.
        let unfinished = path + ".zona-new"
        remove(at: unfinished)
        do {
            // Without a write-ahead log, whose end at the close fails in silence when the disk is full.
            let queue = try DatabaseQueue(path: unfinished)
            try queue.write { database in
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
                for file in files { try database.execute(sql: file.sql) }
                try Migrations.create(Schema.replica, database)
                let catalog = try CatalogLoader.load(database)
                for sql in stashes(for: catalog) + triggers(for: catalog) { try database.execute(sql: sql) }
                try insertState(enrolment, schemaVersion: catalog.version, database)
            }
            try queue.close()
        } catch {
            remove(at: unfinished)
            throw ReplicaStoreError(error)
        }
        do { try FileManager.default.moveItem(atPath: unfinished, toPath: path) } catch {
            remove(at: unfinished)
            throw ReplicaStoreError(
                .readOnly, localized("\(path) cannot be made: check that its folder can be written"))
        }
        do throws(ReplicaStoreError) { return try ReplicaStore(path: path, files: files) } catch {
            // There is nothing in it yet; a disk without room for its log would leave what cannot be used.
            remove(at: path)
            throw error
        }
    }

    /// Removes a replica's file and what SQLite keeps beside it, as far as it is there.
    package static func remove(at path: String) {
        DatabaseFile.remove(at: path)
    }

    /// Closes the file; the write-ahead log is folded into it, so that a copy of the one file is whole.
    package func close() throws(ReplicaStoreError) {
        statements.drop()
        do { try queue.close() } catch { throw ReplicaStoreError(error) }
    }

    deinit {
        statements.drop()
    }

    /// How long another program is waited for, in seconds: one that closes the file last holds it alone while it folds
    /// in its log, which on a slow disk takes a while.
    static let patience = 10.0

    private static func configuration(
        _ statements: StatementCaches, _ whenHeld: @escaping @Sendable () -> Void
    ) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .callback { waits in
            // Short pauses at first, then a tenth of a second each.
            guard waits < 9 + Int(patience * 10) else { return false }
            if waits == 9 + 10 { whenHeld() }
            Thread.sleep(forTimeInterval: waits < 9 ? 0.002 * Double(waits + 1) : 0.1)
            return true
        }
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            // Set here and not in the configuration, for which GRDB writes and drops a table at every opening: to look
            // at a replica changes no byte of it.
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            database.putTriggersToSleep()
            database.addFoldingFunctions()
            statements.attach(to: database)
        }
        return configuration
    }

    /// The stash tables of all synced tables.
    package static func stashes(for catalog: Catalog) -> [String] {
        catalog.tables.map { TriggerSQL.stash(of: $0) }
    }

    /// All triggers of all synced tables.
    package static func triggers(for catalog: Catalog) -> [String] {
        catalog.tables.flatMap { table in
            [
                // SQLite fires the one made last first: what is refused need not be noted.
                TriggerSQL.tracking(of: table),
                CheckTriggerSQL.checks(of: table, children: children(of: table, in: catalog)),
            ].filter { !$0.isEmpty }
        }
    }

    /// The columns that hold ids of `table`.
    package static func children(of table: TableDescription, in catalog: Catalog) -> [(table: String, column: String)] {
        catalog.tables.flatMap { child in
            child.columns.filter { $0.parent == table.name }.map { (child.name, $0.name) }
        }
    }

    private static func insertState(_ enrolment: Enrolment, schemaVersion: Int, _ database: Database) throws {
        let insert = try RawStatement(
            database,
            """
            INSERT INTO zona_state(one, ambito, ambito_code, ambito_name, comune, comune_name, is_capofila, number,
                incarnation, schema_version, captured_hash, acknowledged_hash, log_hash, hub_url, hub_pin, ambito_key,
                certificate)
            VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?10, ?11, ?12, ?13, ?14)
            """)
        insert.bind(1, idText: enrolment.ambito)
        insert.bind(2, text: enrolment.ambitoCode)
        insert.bind(3, text: enrolment.ambitoName)
        insert.bind(4, idText: enrolment.comune)
        insert.bind(5, text: enrolment.comuneName)
        insert.bind(6, enrolment.isCapofila ? 1 : 0)
        insert.bind(7, Int64(enrolment.number.rawValue))
        insert.bind(8, Int64(enrolment.incarnation.rawValue))
        insert.bind(9, schemaVersion)
        insert.bind(10, blob: Hash.none)
        insert.bind(11, text: enrolment.hubURL)
        insert.bind(12, blob: enrolment.pin)
        insert.bind(13, blob: enrolment.ambitoKey)
        insert.bind(14, blob: enrolment.certificate)
        try insert.run()
        try database.execute(
            sql: "INSERT INTO zona_knowledge(epoch, seq, vector, schema_version) VALUES (1, 0, x'00', \(schemaVersion))"
        )
    }

    /// Whether the file's header says SQLite and Zona, looked at before SQLite may touch the file.
    static func checkHeader(of path: String) throws(ReplicaStoreError) {
        var isFolder: ObjCBool = false
        guard !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder.boolValue else {
            throw ReplicaStoreError(.notAReplica, localized("\(path) is a folder: give the replica's file with --file"))
        }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ReplicaStoreError(.readOnly, localized("\(path) cannot be read: check its permissions"))
        }
        defer { try? file.close() }
        let header: Data
        do { header = try file.read(upToCount: 100) ?? Data() } catch {
            throw ReplicaStoreError(.readOnly, localized("\(path) cannot be read: check its permissions and the disk"))
        }
        guard header.count == 100, header.starts(with: Array("SQLite format 3".utf8)) else {
            throw ReplicaStoreError(
                .notAReplica,
                (header.isEmpty ? localized("\(path) is empty") : localized("\(path) is not a database")) + ": "
                    + localized("give the replica's file with --file, or make one with `zona init`"))
        }
        let id = header[68..<72].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard id == applicationID else {
            throw ReplicaStoreError(
                .notAReplica,
                localized(
                    """
                    \(path) is a database, but not a replica of Zona: it was left as it is; give the replica's \
                    file with --file
                    """))
        }
    }

    /// Runs `body` in one write transaction with this module's errors.
    func write<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) throws(ReplicaStoreError) -> Result {
        let version = catalog.version
        do {
            return try queue.inDatabase { database in
                try database.inOneTransaction(.immediate) {
                    try Upgrade.refuseUpgradedMeanwhile(database, version: version)
                    return try body(database)
                }
            }
        } catch { throw ReplicaStoreError(error) }
    }

    /// Runs `body` over one state of the file. Not in GRDB's read-only mode: the pragma that makes it expires every
    /// prepared statement of the connection.
    func read<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) throws(ReplicaStoreError) -> Result {
        do {
            return try queue.inDatabase { database in try database.inOneTransaction(.deferred) { try body(database) } }
        } catch { throw ReplicaStoreError(error) }
    }

    func table(named name: String) throws(ReplicaStoreError) -> TableDescription {
        guard let table = catalog.table(named: name) else {
            throw ReplicaStoreError(.unknownTable, localized("there is no table \(name): `zona list` names them all"))
        }
        return table
    }
}
