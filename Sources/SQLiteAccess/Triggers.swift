import CSQLite
package import GRDB

extension Database {
    /// Runs `body` with every trigger of this connection asleep, whoever made it.
    package func withTriggersAsleep<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let connection = sqliteConnection else { return try body() }
        _ = zona_enable_triggers(connection, 0)
        defer { _ = zona_enable_triggers(connection, 1) }
        return try body()
    }
}
