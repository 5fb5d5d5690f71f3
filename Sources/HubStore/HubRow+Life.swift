import GRDB
import SQLiteAccess
import SyncCore
import SyncSession
import SyncWire
import Synchronization

extension HubStore {
    /// Begins a new life of this hub: after a restore from a backup, which may lack what replicas have seen.
    ///
    /// - Parameter names: 63 random bits each time, never 0.
    package func beginNewLife(names: () -> UInt64 = HubStore.randomName, now: Int64) throws(HubStoreError) {
        let drawn = (names(), names())
        let incarnation = try write { database in
            var hub = try HubRow(database)
            var rest = [drawn.0, drawn.1].makeIterator()
            try hub.takeNewLife(database, names: { rest.next() ?? Self.randomName() }, now: now)
            try hub.save(database)
            return hub.incarnation
        }
        life.withLock { $0 = incarnation }
    }
}

extension HubRow {
    /// Begins a new life of the hub: a new number, so that no dot is made twice, and a new incarnation, by which
    /// replicas notice that they must give back and compare. The former life is remembered and logged.
    ///
    /// - Parameter names: 63 random bits each time, never 0.
    mutating func takeNewLife(_ database: Database, names: () -> UInt64, now: Int64) throws {
        let leave = try RawStatement(
            database, "INSERT INTO hub_incarnation(incarnation, number, ended_at) VALUES (?1, ?2, ?3)")
        leave.bind(1, Int64(bitPattern: incarnation.rawValue))
        leave.bind(2, Int64(bitPattern: number.rawValue))
        leave.bind(3, now)
        try leave.run()
        number = ReplicaNumber(rawValue: names())
        incarnation = Incarnation(rawValue: names())
        counter = 0
        let begin = try RawStatement(database, "UPDATE hub SET number = ?1, incarnation = ?2, counter = 0")
        begin.bind(1, Int64(bitPattern: number.rawValue))
        begin.bind(2, Int64(bitPattern: incarnation.rawValue))
        try begin.run()
        var decided: [UInt8] = []
        decided.appendFixed(number.rawValue)
        decided.appendFixed(incarnation.rawValue)
        try log(database, LogEntry(kind: "life", decided: decided), at: now)
    }

    /// The lives of the hub before this one.
    static func formerIncarnations(_ database: Database) throws -> [Incarnation] {
        let read = try RawStatement(database, "SELECT incarnation FROM hub_incarnation ORDER BY ended_at, incarnation")
        var found: [Incarnation] = []
        while try read.step() { found.append(Incarnation(rawValue: UInt64(bitPattern: read.integer(0)))) }
        return found
    }

    /// Whether a replica shows proof of more than this hub knows: then the hub's file was put back from an old copy
    /// without a word. Proof is a place that was never reached, a log hash that is not in the log, or an acknowledged
    /// batch that is not here.
    func isBehind(_ greeting: ClientGreeting, _ database: Database) throws -> Bool {
        guard greeting.incarnation == incarnation else { return false }
        if greeting.cursor > seq { return true }
        guard try hasLogged(greeting.logHash, database) else { return true }
        guard greeting.acknowledgedCounter > 0 else { return false }
        let batch = try RawStatement(database, "SELECT 1 FROM log WHERE kind = 'batch' AND hash = ?1 LIMIT 1")
        batch.bind(1, blob: greeting.acknowledgedHash)
        return try !batch.step()
    }

    /// Whether the log has had this hash: at its end, or before it.
    func hasLogged(_ hash: [UInt8], _ database: Database) throws -> Bool {
        guard hash != Hash.none, hash != logHash else { return true }
        let link = try RawStatement(database, "SELECT 1 FROM log WHERE chain = ?1 LIMIT 1")
        link.bind(1, blob: hash)
        return try link.step()
    }
}
