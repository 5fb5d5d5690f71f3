import CSQLite
package import GRDB

extension Database {
    /// From now on every trigger sleeps on this connection, whoever made it.
    package func putTriggersToSleep() {
        guard let connection = sqliteConnection else { return }
        _ = zona_enable_triggers(connection, 0)
    }

    /// Runs `body` with the triggers awake. Each switch has SQLite prepare every statement of the connection anew: so
    /// they sleep where most of the work wants them asleep, and wake for the rest.
    package func withTriggersAwake<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let connection = sqliteConnection else { return try body() }
        _ = zona_enable_triggers(connection, 1)
        defer { _ = zona_enable_triggers(connection, 0) }
        return try body()
    }
}
