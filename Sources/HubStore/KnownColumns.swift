import SyncCore

/// What a replica of an earlier schema knows: it is sent no more.
struct KnownColumns {
    /// The schema of the rows that are sent.
    let version: Int
    /// How many columns of each table; nothing when the replica knows all that the hub knows.
    private let counts: [Int: Int]?

    init(_ catalog: Catalog, version: Int) {
        self.version = min(version, catalog.version)
        guard version < catalog.version else {
            counts = nil
            return
        }
        let known = catalog.tables.filter { $0.since <= version }
        counts = Dictionary(uniqueKeysWithValues: known.map { ($0.number, $0.columnCount(at: version)) })
    }

    func has(table: Int) -> Bool {
        counts.map { $0[table] != nil } ?? true
    }

    /// Calls `body` with the row, cut to the columns that are known.
    // The bytes are SQLite's own until the statement moves: they do not leave the two closures.
    func cut(
        _ row: UnsafeBufferPointer<UInt8>, of table: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) throws(MalformedBytes) {
        guard let count = counts?[table] else { return body(row) }
        var reader = ByteReader(Array(row))
        guard try reader.count(limit: Limits.columns, of: "columns") > count else { return body(row) }
        let start = reader.position
        for _ in 0..<count { try reader.skipValue() }
        var bytes: [UInt8] = []
        bytes.appendVarint(UInt64(count))
        bytes.append(contentsOf: row[start..<reader.position])
        bytes.withUnsafeBufferPointer(body)
    }
}
