import Foundation
import GRDB
import SQLiteAccess
import SyncCore

/// Another program on the same file: its own connection and plain SQL. Statements are kept, as such programs do.
final class OtherProgram {
    let path: String
    private let queue: DatabaseQueue
    private var statements: [String: RawStatement] = [:]
    private var resets: [String] = []

    init(path: String) throws {
        self.path = path
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        // GRDB asks of each statement what it touches, for observers that are not here: half of what preparing costs.
        configuration.prepareDatabase { $0.stopAskingWhatIsTouched() }
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    deinit {
        try? close()
    }

    func close() throws {
        // Finalised on the connection's own queue; with one that lives SQLite would not close the file.
        queue.inDatabase { _ in statements = [:] }
        try queue.close()
    }

    /// Runs one statement in a transaction of its own.
    func run(_ sql: String, _ values: [Value] = []) throws {
        try queue.inDatabase { database in
            let statement = try prepared(sql, database)
            bind(values, to: statement)
            try statement.run()
        }
    }

    func rows(_ sql: String, _ values: [Value] = []) throws -> [[Value]] {
        try queue.inDatabase { database in
            let statement = try prepared(sql, database)
            bind(values, to: statement)
            var rows: [[Value]] = []
            while try statement.step() { rows.append((0..<statement.columnCount).map(statement.value)) }
            statement.reset()
            return rows
        }
    }

    func integer(_ sql: String, _ values: [Value] = []) throws -> Int64 {
        guard case .integer(let number)? = try rows(sql, values).first?.first else { return 0 }
        return number
    }

    /// Makes the tables hold what those of `template` hold, triggers asleep, so that prepared statements live on from
    /// run to run.
    func reset(to template: String, isReplica: Bool) throws {
        if resets.isEmpty {
            _ = try rows("ATTACH DATABASE ?1 AS template", [.text(template)])
            let names = try rows(
                "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            ).map { $0[0].string }
            for name in names where name != "zona_state" { resets += Self.refill(name) }
            if isReplica {
                resets.insert("UPDATE main.zona_state SET applying = 1", at: 0)
                resets += Self.refill("zona_state")
            }
        }
        try queue.inDatabase { database in
            for sql in ["BEGIN IMMEDIATE"] + resets + ["COMMIT"] { try prepared(sql, database).run() }
        }
    }

    private static func refill(_ table: String) -> [String] {
        ["DELETE FROM main.\(table)", "INSERT INTO main.\(table) SELECT * FROM template.\(table)"]
    }

    /// The whole database in one new file.
    func copy(to target: String) throws {
        _ = try rows("PRAGMA wal_checkpoint(TRUNCATE)")
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: target + suffix) }
        try FileManager.default.copyItem(atPath: path, toPath: target)
    }

    private func prepared(_ sql: String, _ database: Database) throws -> RawStatement {
        if let known = statements[sql] { return known }
        let statement = try RawStatement(database, sql)
        statements[sql] = statement
        return statement
    }

    private func bind(_ values: [Value], to statement: RawStatement) {
        for (index, value) in values.enumerated() { statement.bind(index + 1, value) }
    }
}

extension Value {
    static func id(_ id: RecordID) -> Value { .text("\(id)") }
    static func number(_ number: UInt64) -> Value { .integer(Int64(bitPattern: number)) }

    var string: String {
        if case .text(let bytes) = self { return String(decoding: bytes, as: UTF8.self) }
        return ""
    }

    var integer: Int64 {
        if case .integer(let number) = self { return number }
        return 0
    }

    var bytes: [UInt8] {
        switch self {
        case .blob(let bytes), .text(let bytes): bytes
        default: []
        }
    }
}
