package import GRDB
import GRDBSQLite
package import SyncCore

/// A fault of the database, with SQLite's extended code and words. No values of records are in it.
package struct StatementFault: Error, Sendable, CustomStringConvertible {
    package let code: Int32
    package let message: String

    package init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    package var description: String {
        "SQLite \(code): \(message)"
    }

    /// Whether the disk or a quota is full.
    package var isFull: Bool { code & 0xFF == SQLITE_FULL }
}

/// A raw prepared statement on GRDB's connection, for hot paths: values go between SQLite and encoded bytes with
/// nothing in between.
///
/// Used only inside one access of the database, on its thread. Finalised when it goes.
package final class RawStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    /// Where the statement goes when it is done with, on a connection that keeps its statements.
    private let cache: StatementCache?
    private let sql: String

    /// Prepares `sql`, one statement, or takes one that was prepared before.
    package init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else {
            throw StatementFault(code: SQLITE_MISUSE, message: "the database is closed")
        }
        let cache = StatementCache.of(connection)
        self.cache = cache
        self.sql = cache == nil ? "" : sql
        self.connection = connection
        if let kept = cache?.take(sql) {
            handle = kept
            return
        }
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, 0, &handle, nil)
        guard code == SQLITE_OK, let handle else {
            throw StatementFault(
                code: sqlite3_extended_errcode(connection), message: String(cString: sqlite3_errmsg(connection)))
        }
        self.handle = handle
    }

    deinit {
        if let cache { cache.giveBack(handle, sql) } else { sqlite3_finalize(handle) }
    }

    // MARK: Running

    /// Steps once: true when there is a row.
    package func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let fault = StatementFault(
                code: sqlite3_extended_errcode(connection), message: String(cString: sqlite3_errmsg(connection)))
            sqlite3_reset(handle)
            throw fault
        }
    }

    /// Makes the statement ready to run again; bindings stay.
    package func reset() {
        sqlite3_reset(handle)
    }

    /// Runs to the end and resets.
    package func run() throws {
        while try step() {}
        sqlite3_reset(handle)
    }

    // MARK: Binding (positions from 1)

    package func bind(_ position: Int, _ value: Int64) {
        sqlite3_bind_int64(handle, Int32(position), value)
    }

    package func bind(_ position: Int, _ value: Int) {
        sqlite3_bind_int64(handle, Int32(position), Int64(value))
    }

    package func bindNull(_ position: Int) {
        sqlite3_bind_null(handle, Int32(position))
    }

    package func bind(_ position: Int, text: String) {
        var text = text
        text.withUTF8 { bind(position, textBytes: $0) }
    }

    // The bytes are the caller's for the length of the call, and `transient` has SQLite copy them before it returns.
    package func bind(_ position: Int, textBytes bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            sqlite3_bind_text64(handle, Int32(position), "", 0, transient, UInt8(SQLITE_UTF8))
            return
        }
        start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
            _ = sqlite3_bind_text64(handle, Int32(position), $0, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
        }
    }

    // As above: SQLite copies the caller's bytes before the call returns.
    package func bind(_ position: Int, blob bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            sqlite3_bind_zeroblob(handle, Int32(position), 0)
            return
        }
        sqlite3_bind_blob64(handle, Int32(position), start, UInt64(bytes.count), transient)
    }

    package func bind(_ position: Int, blob bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bind(position, blob: $0) }
    }

    /// Binds an id in its canonical text form, as domain tables hold it.
    package func bind(_ position: Int, idText id: RecordID) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { buffer in
            id.writeCanonical(to: buffer)
            bind(position, textBytes: UnsafeBufferPointer(buffer))
        }
    }

    /// Binds an id as its 16 bytes, as the hub holds it.
    package func bind(_ position: Int, idBytes id: RecordID) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { buffer in
            for index in 0..<16 {
                buffer[index] = UInt8(
                    truncatingIfNeeded: (index < 8 ? id.high : id.low) >> UInt64(56 - 8 * (index & 7)))
            }
            bind(position, blob: UnsafeBufferPointer(buffer))
        }
    }

    /// Binds a value as it lies, encoded, in `reader`'s bytes.
    package func bind(_ position: Int, _ raw: RawValue, in reader: borrowing ByteReader) {
        switch raw.kind {
        case .null: bindNull(position)
        case .integer, .wideInteger: bind(position, raw.number)
        case .real: sqlite3_bind_double(handle, Int32(position), Double(bitPattern: UInt64(bitPattern: raw.number)))
        case .text:
            reader.bytes.withUnsafeBufferPointer {
                bind(position, textBytes: UnsafeBufferPointer(rebasing: $0[raw.range]))
            }
        case .blob:
            reader.bytes.withUnsafeBufferPointer { bind(position, blob: UnsafeBufferPointer(rebasing: $0[raw.range])) }
        case .uuid: bind(position, idText: reader.id(at: raw.range.lowerBound))
        }
    }

    package func bind(_ position: Int, _ value: Value) {
        switch value {
        case .null: bindNull(position)
        case .integer(let integer): bind(position, integer)
        case .real(let real): sqlite3_bind_double(handle, Int32(position), real)
        case .text(let text): text.withUnsafeBufferPointer { bind(position, textBytes: $0) }
        case .blob(let blob): bind(position, blob: blob)
        }
    }

    // MARK: Reading (columns from 0)

    package func integer(_ column: Int) -> Int64 {
        sqlite3_column_int64(handle, Int32(column))
    }

    package func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    /// The bytes of a text or BLOB, good until the next step.
    package func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        let isText = sqlite3_column_type(handle, Int32(column)) == SQLITE_TEXT
        let start =
            isText
            ? UnsafeRawPointer(sqlite3_column_text(handle, Int32(column))) : sqlite3_column_blob(handle, Int32(column))
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
    }

    package func blob(_ column: Int) -> [UInt8] {
        Array(bytes(column))
    }

    package func text(_ column: Int) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    /// An id from its canonical text or its 16 bytes; nothing for anything else.
    package func id(_ column: Int) -> RecordID? {
        let bytes = bytes(column)
        if bytes.count == 36 { return RecordID(canonical: bytes) }
        guard bytes.count == 16 else { return nil }
        var reader = ByteReader(Array(bytes))
        return try? reader.id()
    }

    /// Appends a column's value, encoded.
    package func appendValue(_ column: Int, to target: inout [UInt8]) {
        switch sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_INTEGER: ValueCoding.appendInteger(sqlite3_column_int64(handle, Int32(column)), to: &target)
        case SQLITE_FLOAT: ValueCoding.appendReal(sqlite3_column_double(handle, Int32(column)), to: &target)
        case SQLITE_TEXT: ValueCoding.appendText(bytes(column), to: &target)
        case SQLITE_BLOB: ValueCoding.appendBlob(bytes(column), to: &target)
        default: target.append(0)
        }
    }

    package func value(_ column: Int) -> Value {
        switch sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, Int32(column)))
        case SQLITE_FLOAT: .real(sqlite3_column_double(handle, Int32(column)))
        case SQLITE_TEXT: .text(blob(column))
        case SQLITE_BLOB: .blob(blob(column))
        default: .null
        }
    }

    /// Whether two columns hold the same value of the same class, as `IS` says.
    package func areSame(_ left: Int, _ right: Int) -> Bool {
        let type = sqlite3_column_type(handle, Int32(left))
        guard type == sqlite3_column_type(handle, Int32(right)) else { return false }
        switch type {
        case SQLITE_INTEGER: return integer(left) == integer(right)
        case SQLITE_FLOAT:
            return sqlite3_column_double(handle, Int32(left)).bitPattern
                == sqlite3_column_double(handle, Int32(right)).bitPattern
        case SQLITE_NULL: return true
        default: return bytes(left).elementsEqual(bytes(right))
        }
    }

    package var columnCount: Int {
        Int(sqlite3_column_count(handle))
    }

    package func columnName(_ column: Int) -> String {
        String(cString: sqlite3_column_name(handle, Int32(column)))
    }

    // SQLite copies what is bound before the call returns, so no pointer outlives its buffer.
    private var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
