package import GRDB
package import Schema

/// Brings a file's own tables (not the synced ones) to what this program knows. `PRAGMA user_version` counts the
/// files of SQL that a database has run; databases from before it was counted say 0 and have run the first.
package enum Migrations {
    /// Runs all files in a database that is being made.
    package static func create(_ files: [Schema.File], _ database: Database) throws {
        for file in files { try database.execute(sql: file.sql) }
        try database.execute(sql: "PRAGMA user_version = \(files.count)")
    }

    /// How many of `files` the database has run.
    package static func version(_ database: Database) throws -> Int {
        let read = try RawStatement(database, "PRAGMA user_version")
        _ = try read.step()
        return max(1, Int(read.integer(0)))
    }

    /// Runs the files that the database has not run, inside the caller's transaction.
    package static func run(_ files: [Schema.File], _ database: Database) throws {
        let version = try version(database)
        guard version < files.count else { return }
        for file in files[version...] { try database.execute(sql: file.sql) }
        try database.execute(sql: "PRAGMA user_version = \(files.count)")
    }
}
