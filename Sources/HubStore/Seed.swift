import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// What a hub begins with, as its log's first entry holds it: who it is, and the records that it writes itself.
struct Seed {
    let ambito: RecordID
    let code: String
    let name: String
    let number: UInt64
    let incarnation: UInt64
    let schemaVersion: Int
    let rows: [(key: RecordKey, row: SyncCore.Row)]

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendID(ambito)
        bytes.appendCounted(Array(code.utf8))
        bytes.appendCounted(Array(name.utf8))
        bytes.appendFixed(number)
        bytes.appendFixed(incarnation)
        bytes.appendVarint(UInt64(schemaVersion))
        bytes.appendVarint(UInt64(rows.count))
        for (key, row) in rows {
            bytes.appendVarint(UInt64(key.table))
            bytes.appendID(key.id)
            bytes.appendCounted(row.bytes)
        }
        return bytes
    }

    /// Puts hub and records into a file that has its tables and nothing in them: at the beginning, and when the log is
    /// folded again.
    func plant(_ database: Database, catalog: Catalog, now: Int64) throws {
        try insertHub(database, now: now)
        let nobody = Writer(comune: ambito, isCapofila: true)
        var fold = try Fold(database, catalog: catalog, hub: HubRow(database), writer: nobody, now: now)
        for (key, row) in rows { try fold.seed(key, row, .ambito) }
        try fold.settle(by: Array("zona-server".utf8))
        try Upkeep.markComplete(database)
        try fold.hub.log(database, LogEntry(kind: "seed", bytes: bytes), at: now)
        try fold.hub.save(database)
    }

    private func insertHub(_ database: Database, now: Int64) throws {
        let insert = try RawStatement(
            database,
            """
            INSERT INTO hub(one, ambito, code, name, number, counter, incarnation, schema_version, seq, vector,
                highest_time, log_hash, created_at) VALUES (1, ?1, ?2, ?3, ?4, 0, ?5, ?6, 0, x'00', 0, ?7, ?8)
            """)
        insert.bind(1, idBytes: ambito)
        insert.bind(2, text: code)
        insert.bind(3, text: name)
        insert.bind(4, Int64(bitPattern: number))
        insert.bind(5, Int64(bitPattern: incarnation))
        insert.bind(6, schemaVersion)
        insert.bind(7, blob: Hash.none)
        insert.bind(8, now)
        try insert.run()
    }
}

extension Seed {
    /// Reads what `bytes` wrote.
    init(reading bytes: [UInt8]) throws {
        guard !bytes.isEmpty else {
            throw HubStoreError(
                .notValid,
                "this hub was begun by an earlier program, whose log does not say with what: it cannot be folded again")
        }
        var reader = ByteReader(bytes)
        func text() throws -> String { String(decoding: try reader.counted(limit: 10_000, of: "bytes"), as: UTF8.self) }
        ambito = try reader.id()
        code = try text()
        name = try text()
        number = try reader.fixed()
        incarnation = try reader.fixed()
        schemaVersion = try reader.count(limit: 1 << 20, of: "as schema version")
        var rows: [(key: RecordKey, row: SyncCore.Row)] = []
        for _ in 0..<(try reader.count(limit: bytes.count, of: "records")) {
            let table = try reader.count(limit: 1 << 20, of: "as table")
            let key = RecordKey(table: table, id: try reader.id())
            rows.append((key, SyncCore.Row(uncheckedBytes: try reader.counted(limit: bytes.count, of: "bytes"))))
        }
        self.rows = rows
    }
}
