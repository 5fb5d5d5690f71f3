import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// The row of `hub`: what the hub counts. Read at the start of a transaction, saved at its end.
struct HubRow {
    let ambito: RecordID
    let code: String
    let name: String
    var number: ReplicaNumber
    var incarnation: Incarnation
    var counter: UInt64
    var seq: UInt64
    var vector: VersionVector
    var highestTime: HybridTime
    var logHash: [UInt8]
    /// The highest `seq` of a deleted record that was collected.
    var horizon: UInt64
    /// What this transaction's writes do to the digests.
    let digest = DigestLedger()

    init(_ database: Database) throws {
        let read = try RawStatement(
            database,
            """
            SELECT ambito, code, name, number, incarnation, counter, seq, vector, highest_time, log_hash, horizon
            FROM hub
            """
        )
        guard try read.step(), let ambito = read.id(0) else {
            throw HubStoreError(.notAHub, "the file has no hub in it")
        }
        self.ambito = ambito
        code = read.text(1)
        name = read.text(2)
        number = ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(3)))
        incarnation = Incarnation(rawValue: UInt64(bitPattern: read.integer(4)))
        counter = UInt64(bitPattern: read.integer(5))
        seq = UInt64(bitPattern: read.integer(6))
        var reader = ByteReader(read.blob(7))
        vector = try reader.vector()
        highestTime = HybridTime(rawValue: UInt64(bitPattern: read.integer(8)))
        logHash = read.blob(9)
        horizon = UInt64(bitPattern: read.integer(10))
    }

    /// A dot of the hub's own, that no vector covered before.
    mutating func freshDot() -> Dot {
        counter += 1
        let dot = Dot(number: number, counter: counter)
        vector.formUnion(dot)
        return dot
    }

    mutating func nextSeq() -> UInt64 {
        seq += 1
        return seq
    }

    /// A stamp of the hub's own: after everything it has accepted.
    mutating func stamp(now: Int64) -> HybridTime {
        highestTime = HybridTime.stamp(changedAt: now, offset: 0, floor: highestTime)
        return highestTime
    }

    func save(_ database: Database) throws {
        let save = try RawStatement(
            database,
            "UPDATE hub SET counter = ?1, seq = ?2, vector = ?3, highest_time = ?4, log_hash = ?5, horizon = ?6")
        save.bind(1, Int64(counter))
        save.bind(2, Int64(seq))
        var bytes: [UInt8] = []
        bytes.appendVector(vector)
        save.bind(3, blob: bytes)
        save.bind(4, Int64(bitPattern: highestTime.rawValue))
        save.bind(5, blob: logHash)
        save.bind(6, Int64(horizon))
        try save.run()
        try digest.save(database)
    }

    /// Appends an entry to the log and moves its hash: each entry's chain covers the one before.
    mutating func log(_ database: Database, _ entry: LogEntry, at now: Int64) throws {
        logHash = LoggedEntry.chain(
            after: logHash, kind: entry.kind, seq: seq, at: now, hash: entry.hash, bytes: entry.bytes,
            decided: entry.decided)
        let insert = try RawStatement(
            database,
            """
            INSERT INTO log(kind, seq, number, first_counter, last_counter, unit, hash, at, bytes, decided, chain)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """)
        insert.bind(1, text: entry.kind)
        insert.bind(2, Int64(seq))
        if let header = entry.header {
            insert.bind(3, Int64(header.number.rawValue))
            insert.bind(4, Int64(header.firstCounter))
            insert.bind(5, Int64(header.lastCounter))
            insert.bind(6, Int64(header.unit))
        }
        if let hash = entry.hash { insert.bind(7, blob: hash) }
        insert.bind(8, now)
        insert.bind(9, blob: entry.bytes)
        insert.bind(10, blob: entry.decided)
        insert.bind(11, blob: logHash)
        try insert.run()
    }
}

/// One entry of the log: what arrived, and what the hub decided from outside it.
struct LogEntry {
    let kind: String
    var header: BatchHeader?
    var hash: [UInt8]?
    var bytes: [UInt8] = []
    var decided: [UInt8] = []
}
