import Foundation
import GRDB
import ReplicaStore
import SQLiteAccess
import Schema
import Seeded
import SyncCore
import SyncWire

/// A database with the measured tables: plain (check triggers and indexes, no tracking), or a whole replica.
struct BenchFile {
    let path: String

    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    /// Everything that a replica has but the tracking triggers.
    static func plain(at path: String) throws -> BenchFile {
        let file = try replica(at: path, enrolment: Self.nobody)
        try file.write { database in
            for table in ["banco", "banco_lww"] {
                let tracking = try String.fetchAll(
                    database, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB ?",
                    arguments: ["zona_track_\(table)_*"])
                for name in tracking { try database.execute(sql: "DROP TRIGGER \(name)") }
            }
        }
        return file
    }

    static func replica(at path: String, enrolment: ReplicaStore.Enrolment) throws -> BenchFile {
        remove(path)
        let store = try ReplicaStore.create(at: path, enrolment: enrolment, files: BenchSchema.files)
        try store.close()
        return BenchFile(path: path)
    }

    static var nobody: ReplicaStore.Enrolment {
        let id = RecordID(high: 1, low: 1)
        return ReplicaStore.Enrolment(
            ambito: id, ambitoCode: "B", ambitoName: "Banco", comune: id, comuneName: "Banco", isCapofila: true,
            number: ReplicaNumber(rawValue: 1), incarnation: Incarnation(rawValue: 1), hubURL: "", pin: [],
            ambitoKey: [],
            certificate: [])
    }

    /// A connection set as a replica's own.
    func open() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    func write(_ body: (Database) throws -> Void) throws {
        let queue = try open()
        try queue.write(body)
        try queue.close()
    }

    /// Seconds that `body` takes in one transaction, commit included.
    func time(_ body: (Database) throws -> Void) throws -> Double {
        let queue = try open()
        let clock = ContinuousClock()
        let start = clock.now
        try queue.write(body)
        let spent = clock.now - start
        try queue.close()
        return seconds(spent)
    }
}

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

/// The statements that are timed, the same on both sides.
enum Work {
    static func insertAll(_ rows: [BenchRow], into table: String = "banco", _ database: Database) throws {
        let insert = try insertion(into: table, database)
        for row in rows { try Self.insert(row, insert) }
    }

    static func insertion(into table: String, _ database: Database) throws -> RawStatement {
        let places = (1...12).map { "?\($0)" }.joined(separator: ", ")
        let columns = BenchSchema.columns.joined(separator: ", ")
        return try RawStatement(database, "INSERT INTO \(table)(id, \(columns)) VALUES (\(places))")
    }

    static func insert(_ row: BenchRow, _ insert: RawStatement) throws {
        insert.bind(1, idText: row.id)
        for (index, value) in row.values.enumerated() { insert.bind(index + 2, value) }
        try insert.run()
    }

    static func updateAll(
        _ rows: some Sequence<BenchRow>, of table: String = "banco", seed: UInt64, _ database: Database
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let update = try RawStatement(
            database, "UPDATE \(table) SET importo_cent = ?2, quantita = ?3, stato = ?4 WHERE id = ?1")
        for row in rows {
            update.bind(1, idText: row.id)
            for (index, change) in BenchRow.update(&generator).enumerated() { update.bind(index + 2, change.value) }
            try update.run()
        }
    }

    static func deleteAll(_ rows: [BenchRow], _ database: Database) throws {
        let delete = try RawStatement(database, "DELETE FROM banco WHERE id = ?1")
        for row in rows {
            delete.bind(1, idText: row.id)
            try delete.run()
        }
    }
}
