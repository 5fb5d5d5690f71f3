import GRDB

/// A file that another program holds in a write transaction, until it lets go.
final class Held: Sendable {
    private let queue: DatabaseQueue

    init(_ file: String) throws {
        queue = try DatabaseQueue(waitingAt: file) { $0.allowsUnsafeTransactions = true }
        try queue.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    func letGo() throws {
        try queue.inDatabase { try $0.execute(sql: "ROLLBACK") }
        try queue.close()
    }
}
