package import GRDB
import GRDBSQLite

/// Transactions of raw statements, which a connection that keeps its statements prepares once.
extension Database {
    package enum AccessKind: String {
        /// One state of the file, for reading.
        case deferred = "BEGIN DEFERRED TRANSACTION"
        /// For writing, from the beginning.
        case immediate = "BEGIN IMMEDIATE TRANSACTION"
    }

    /// Runs `body` in a transaction: all of it, or nothing.
    package func inOneTransaction<Result>(_ kind: AccessKind, _ body: () throws -> Result) throws -> Result {
        try RawStatement(self, kind.rawValue).run()
        do {
            let result = try body()
            try RawStatement(self, "COMMIT TRANSACTION").run()
            return result
        } catch {
            // Some faults, a full disk among them, have ended it already.
            if isInsideTransaction { try? RawStatement(self, "ROLLBACK TRANSACTION").run() }
            throw error
        }
    }
}
