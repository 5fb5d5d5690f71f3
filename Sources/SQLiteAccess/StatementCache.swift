package import GRDB
import GRDBSQLite
import Synchronization

/// Prepared statements that a connection keeps for the next time the same SQL is asked for. Preparing a write to a
/// tracked table compiles its triggers too, which costs more than the write.
///
/// Belongs to one connection and is used on its queue. Whoever made it drops it before the connection is closed, which
/// SQLite refuses while statements are there.
// Safe although unchecked: only accesses of its one connection, which are serialised, reach it.
package final class StatementCache: @unchecked Sendable {
    /// Beyond this the idle ones are let go: SQL with numbers written into it would pile up.
    private static let maximum = 600
    private static let known = Mutex<[UInt: StatementCache]>([:])
    private var idle: [String: [OpaquePointer]] = [:]
    private var count = 0
    private var connection: UInt?

    package init() {}

    deinit {
        finalizeAll()
    }

    /// Statements on this connection are kept from now on.
    package func attach(to database: Database) {
        guard connection == nil, let handle = database.sqliteConnection else { return }
        let name = UInt(bitPattern: handle)
        connection = name
        Self.known.withLock { $0[name] = self }
    }

    /// Lets all statements go, for good.
    package func drop() {
        guard let name = connection else { return }
        connection = nil
        Self.known.withLock { $0[name] = nil }
        finalizeAll()
    }

    static func of(_ connection: OpaquePointer) -> StatementCache? {
        let name = UInt(bitPattern: connection)
        return known.withLock { $0[name] }
    }

    func take(_ sql: String) -> OpaquePointer? {
        guard let handle = idle[sql]?.popLast() else { return nil }
        count -= 1
        return handle
    }

    func giveBack(_ handle: OpaquePointer, _ sql: String) {
        sqlite3_reset(handle)
        guard connection != nil else {
            sqlite3_finalize(handle)
            return
        }
        sqlite3_clear_bindings(handle)
        if count >= Self.maximum { finalizeAll() }
        idle[sql, default: []].append(handle)
        count += 1
    }

    private func finalizeAll() {
        for handles in idle.values { for handle in handles { sqlite3_finalize(handle) } }
        idle = [:]
        count = 0
    }
}
