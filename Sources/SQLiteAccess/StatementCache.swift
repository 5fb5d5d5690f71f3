package import GRDB
import GRDBSQLite
import Synchronization

/// Keeps the prepared statements of a store's connections for the next time the same SQL is asked for. Preparing a
/// write to a tracked table compiles its triggers too, which costs more than the write.
///
/// Whoever made it drops it before its connections are closed, which SQLite refuses while statements are there.
package final class StatementCaches: Sendable {
    private let caches = Mutex<[StatementCache]>([])

    package init() {}

    deinit {
        drop()
    }

    /// Statements on this connection are kept from now on.
    package func attach(to database: Database) {
        guard let connection = database.sqliteConnection else { return }
        database.stopAskingWhatIsTouched()
        let cache = StatementCache(UInt(bitPattern: connection))
        caches.withLock { $0.append(cache) }
    }

    /// Lets all statements go, for good.
    package func drop() {
        let all = caches.withLock { caches in
            defer { caches = [] }
            return caches
        }
        for cache in all { cache.drop() }
    }
}

/// The statements of one connection, used on its queue.
// Safe although unchecked: only accesses of its one connection, which are serialised, reach it.
final class StatementCache: @unchecked Sendable {
    /// Beyond this the idle ones are let go: SQL with numbers written into it would pile up.
    private static let maximum = 600
    private static let known = Mutex<[UInt: StatementCache]>([:])
    private var idle: [String: [OpaquePointer]] = [:]
    private var count = 0
    private let connection: UInt
    private var isOpen = true

    init(_ connection: UInt) {
        self.connection = connection
        Self.known.withLock { $0[connection] = self }
    }

    func drop() {
        guard isOpen else { return }
        isOpen = false
        Self.known.withLock { known in
            if known[connection] === self { known[connection] = nil }
        }
        finalizeAll()
    }

    static func of(_ connection: OpaquePointer) -> StatementCache? {
        known.withLock { $0[UInt(bitPattern: connection)] }
    }

    func take(_ sql: String) -> OpaquePointer? {
        guard let handle = idle[sql]?.popLast() else { return nil }
        count -= 1
        return handle
    }

    func giveBack(_ handle: OpaquePointer, _ sql: String) {
        sqlite3_reset(handle)
        guard isOpen else {
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

extension Database {
    /// For connections that nobody observes: GRDB is not told any more what a statement reads and writes, which costs
    /// more than preparing it, triggers and all.
    package func stopAskingWhatIsTouched() {
        sqlite3_set_authorizer(sqliteConnection, nil, nil)
    }
}
