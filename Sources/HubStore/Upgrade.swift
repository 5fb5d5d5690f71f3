import GRDB
import SQLiteAccess
import SyncCore

/// A hub's file holds no domain tables: rows that were written under an earlier schema are shorter, and what they lack
/// is its default. So an upgrade is a number and an entry of the log.
enum Upgrade {
    static func schemaVersion(_ database: Database) throws -> Int {
        let read = try RawStatement(database, "SELECT schema_version FROM hub")
        guard try read.step() else { throw HubStoreError(.notAHub, "the file has no hub in it") }
        return Int(read.integer(0))
    }

    static func run(_ database: Database, to version: Int, now: Int64) throws {
        let before = try schemaVersion(database)
        guard before < version else { return }
        let save = try RawStatement(database, "UPDATE hub SET schema_version = ?1")
        save.bind(1, version)
        try save.run()
        var hub = try HubRow(database)
        var decided: [UInt8] = []
        decided.appendVarint(UInt64(before))
        decided.appendVarint(UInt64(version))
        try hub.log(database, LogEntry(kind: "upgrade", decided: decided), at: now)
        try hub.save(database)
    }
}
