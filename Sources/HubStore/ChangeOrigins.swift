import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// Looks changes up in the log by their dots: what was done, and what the writer had seen.
struct ChangeOrigins {
    /// Batch bytes that are unpacked for one question: a hub has more to do than to answer one curious replica.
    private static let readLimit = 8 << 20

    private let database: Database
    private let hub: HubStore
    private var readBytes = 0
    /// Changes of the record in the batches that were read, by dot.
    private(set) var known: [Dot: Change] = [:]
    private var readEntries: Set<Int64> = []

    init(_ database: Database, hub: HubStore) {
        self.database = database
        self.hub = hub
    }

    mutating func origin(
        of dot: Dot, _ key: RecordKey
    ) throws -> (origin: HistoryAnswer.Origin, context: VersionVector?) {
        let find = try RawStatement(
            database,
            """
            SELECT entry, decided, bytes, last_counter FROM log
            WHERE kind = 'batch' AND number = ?1 AND first_counter <= ?2 ORDER BY first_counter DESC LIMIT 1
            """)
        find.bind(1, Int64(bitPattern: dot.number.rawValue))
        find.bind(2, Int64(bitPattern: dot.counter))
        guard try find.step(), UInt64(bitPattern: find.integer(3)) >= dot.counter else { return (.hub, nil) }
        var decided = ByteReader(find.blob(1))
        _ = try decided.byte()
        _ = try decided.id()
        _ = try decided.varint()
        _ = try decided.signed()
        let context = try decided.vector()
        let size = find.bytes(2).count
        guard size > 0 else { return (.gone, context) }
        if !readEntries.contains(find.integer(0)) {
            guard readBytes + size <= Self.readLimit else { return (.unread, context) }
            readBytes += size
            readEntries.insert(find.integer(0))
            try read(find.blob(2), key)
        }
        guard let change = known[dot] else { return (.hub, context) }
        let decides = change.decides.filter { $0.group != ColumnGroup.merged }.map(\.conflict)
        return (
            .batch(
                operation: change.operation, isCopy: change.isCopy, isFilled: change.isFilled,
                decides: Array(decides.prefix(Limits.decisionDots))), context
        )
    }

    /// Changes of the record, and those that were moved to it when duplicates were merged: any that has the dot.
    private mutating func read(_ bytes: [UInt8], _ key: RecordKey) throws {
        let frame = try Frame(reading: bytes, kind: .batch)
        var changes = try BatchReader(frame, header: try hub.header(of: frame, database))
        while let change = try changes.next() {
            if change.key.table == key.table { known[change.dot] = change }
        }
    }
}
