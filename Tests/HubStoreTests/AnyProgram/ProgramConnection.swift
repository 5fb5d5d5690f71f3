import CSQLite
import GRDBSQLite
import Seeded

/// A program of somebody else's at a file: SQLite's C interface and nothing of ours.
final class ProgramConnection {
    /// What a program sees of a statement.
    struct Outcome: Equatable, CustomStringConvertible {
        var code: Int32 = SQLITE_OK
        var message = ""
        var rows: [String] = []
        var changes: Int32 = 0
        var lastRow: Int64 = 0

        var description: String {
            "code \(code) '\(message)' changes \(changes) last row \(lastRow) rows \(rows)"
        }
    }

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Where `random()` and `julianday()` get their values from, so that two files give their rows the same ids.
    private final class Source {
        var generator: SeededGenerator
        let day: Double

        init(seed: UInt64, now: Int64) {
            generator = SeededGenerator(seed: seed)
            day = Double(now) / 86_400_000 + 2_440_587.5
        }
    }

    private let handle: OpaquePointer
    private let source: Source?

    /// - Parameter seed: with one, `random()` and `julianday()` give what it says and `now` says.
    init(path: String, seed: UInt64? = nil, now: Int64 = 0) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        guard code == SQLITE_OK, let opened else { throw Fault(description: "cannot open \(path): \(code)") }
        handle = opened
        source = seed.map { Source(seed: $0, now: now) }
        sqlite3_extended_result_codes(opened, 1)
        if let source {
            let context = Unmanaged.passUnretained(source).toOpaque()
            sqlite3_create_function_v2(
                opened, "random", 0, SQLITE_UTF8, context,
                { context, _, _ in
                    let source = Unmanaged<Source>.fromOpaque(sqlite3_user_data(context)).takeUnretainedValue()
                    sqlite3_result_int64(context, Int64(bitPattern: source.generator.next()))
                }, nil, nil, nil)
            sqlite3_create_function_v2(
                opened, "julianday", -1, SQLITE_UTF8, context,
                { context, _, _ in
                    let source = Unmanaged<Source>.fromOpaque(sqlite3_user_data(context)).takeUnretainedValue()
                    sqlite3_result_double(context, source.day)
                }, nil, nil, nil)
        }
        try must("PRAGMA synchronous = OFF")
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs one statement to its end or its error.
    func run(_ sql: String) -> Outcome {
        var outcome = Outcome()
        sqlite3_set_last_insert_rowid(handle, 0)
        var statement: OpaquePointer?
        outcome.code = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
        if outcome.code == SQLITE_OK {
            while true {
                outcome.code = sqlite3_step(statement)
                guard outcome.code == SQLITE_ROW else { break }
                outcome.rows.append(Self.row(of: statement))
            }
            if outcome.code == SQLITE_DONE { outcome.code = SQLITE_OK }
        }
        if outcome.code != SQLITE_OK { outcome.message = String(cString: sqlite3_errmsg(handle)) }
        sqlite3_finalize(statement)
        let writes = ["INSERT", "UPDATE", "DELETE", "REPLACE"].contains { sql.hasPrefix($0) }
        // Of a statement that did not come about the number is that of an earlier one, which may be the test's own.
        if writes, outcome.code == SQLITE_OK { outcome.changes = sqlite3_changes(handle) }
        // VACUUM leaves a number of its own there.
        outcome.lastRow = sql == "VACUUM" ? 0 : sqlite3_last_insert_rowid(handle)
        return outcome
    }

    /// Runs a statement that must not fail; gives its rows.
    @discardableResult
    func must(_ sql: String) throws -> [String] {
        let outcome = run(sql)
        guard outcome.code == SQLITE_OK else { throw Fault(description: "\(sql): \(outcome.message)") }
        return outcome.rows
    }

    /// The texts of a query's rows, byte for byte.
    func texts(_ sql: String) throws -> [[[UInt8]]] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw Fault(description: "\(sql): \(String(cString: sqlite3_errmsg(handle)))")
        }
        defer { sqlite3_finalize(statement) }
        var rows: [[[UInt8]]] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            rows.append(
                (0..<sqlite3_column_count(statement)).map { column in
                    let start = sqlite3_column_blob(statement, column)
                    let count = Int(sqlite3_column_bytes(statement, column))
                    return Array(UnsafeRawBufferPointer(start: start, count: count))
                })
        }
        return rows
    }

    /// Runs `body` with every trigger asleep, the program's own too.
    func withoutTriggers(_ body: () throws -> Void) rethrows {
        zona_enable_triggers(handle, 0)
        defer { zona_enable_triggers(handle, 1) }
        try body()
    }

    /// A row as types and bytes: equal texts are equal bytes.
    private static func row(of statement: OpaquePointer?) -> String {
        (0..<sqlite3_column_count(statement)).map { column in
            switch sqlite3_column_type(statement, column) {
            case SQLITE_INTEGER: return "\(sqlite3_column_int64(statement, column))"
            case SQLITE_FLOAT: return "r\(sqlite3_column_double(statement, column).bitPattern)"
            case SQLITE_NULL: return "-"
            case let type:
                let start = sqlite3_column_blob(statement, column)
                let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
                let isPlain = type == SQLITE_TEXT && bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
                if isPlain { return "'\(String(decoding: bytes, as: UTF8.self))'" }
                return (type == SQLITE_TEXT ? "t" : "b") + bytes.map { hexDigits[Int($0)] }.joined()
            }
        }.joined(separator: "|")
    }

    private static let hexDigits = (0..<256).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
}
