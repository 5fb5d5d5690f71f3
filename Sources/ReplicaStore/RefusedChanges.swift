import GRDB
import SQLiteAccess
package import SyncCore
import SyncWire

/// A change that the hub refused, with everything that was in it.
package struct RefusedChange: Sendable {
    package let dot: Dot
    package let table: String
    package let id: RecordID
    package let operation: Operation
    /// Column names and values, as they were written.
    package let values: [(column: String, value: Value, isChanged: Bool)]
    package let author: String
    package let reason: RefusalReason
    package let detail: String
    /// Unix milliseconds when this replica was told.
    package let refusedAt: Int64
}

enum RefusedChanges {
    /// Finds the changes in the outbox, where they wait for this, and keeps them. Each batch is read once,
    /// however many are refused.
    ///
    /// - Returns: the inserts among those that were not kept before.
    @discardableResult
    static func keep(_ refusals: [PageRefusal], _ database: Database, now: Int64) throws -> Set<Dot> {
        let insert = try insertion(database)
        var inserts: Set<Dot> = []
        for number in Set(refusals.map(\.dot.number)).sorted() {
            var wanted: [UInt64: PageRefusal] = [:]
            for refusal in refusals where refusal.dot.number == number { wanted[refusal.dot.counter] = refusal }
            guard let first = wanted.keys.min(), let last = wanted.keys.max(), first > 0 else { continue }
            try Outbox.forEachChange(database, number: number, after: first - 1, through: last) { change in
                guard let refusal = wanted.removeValue(forKey: change.dot.counter) else { return }
                try write(refusal, change, insert, now: now)
                if change.operation == .insert, database.changesCount > 0 { inserts.insert(change.dot) }
            }
            for counter in wanted.keys.sorted() {
                if let refusal = wanted[counter] { try write(refusal, nil, insert, now: now) }
            }
        }
        return inserts
    }

    /// Keeps a row aside that the hub's replaces, where perhaps nobody else has its values. Such rows stand under the
    /// number 0.
    static func keepAside(
        _ key: RecordKey, _ row: [UInt8], _ table: TableDescription, _ database: Database, now: Int64
    ) throws {
        let change = Change(
            key: key, operation: .update, dot: Dot(number: ReplicaNumber(rawValue: 0), counter: 0), time: .zero,
            author: [], carried: table.allColumns, changed: table.allColumns, values: row)
        let last = try RawStatement(database, "SELECT coalesce(max(counter), 0) FROM zona_refused WHERE number = 0")
        _ = try last.step()
        let dot = Dot(number: ReplicaNumber(rawValue: 0), counter: UInt64(last.integer(0)) + 1)
        last.reset()
        let refusal = PageRefusal(
            dot: dot, key: change.key, reason: .replaced, detail: "", hubHasRow: true, isHidden: false)
        try write(refusal, change, try insertion(database), now: now)
    }

    private static func insertion(_ database: Database) throws -> RawStatement {
        try RawStatement(
            database,
            """
            INSERT OR IGNORE INTO zona_refused(number, counter, table_no, id, operation, carried, changed, "values",
                author, reason, detail, refused_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """)
    }

    private static func write(_ refusal: PageRefusal, _ change: Change?, _ insert: RawStatement, now: Int64) throws {
        insert.bind(1, Int64(refusal.dot.number.rawValue))
        insert.bind(2, Int64(refusal.dot.counter))
        insert.bind(3, refusal.key.table)
        insert.bind(4, idText: refusal.key.id)
        insert.bind(5, Int(change?.operation.rawValue ?? Operation.update.rawValue))
        insert.bind(6, Int64(bitPattern: change?.carried.bits ?? 0))
        insert.bind(7, Int64(bitPattern: change?.changed.bits ?? 0))
        insert.bind(8, blob: change?.values ?? [])
        insert.bind(9, text: String(decoding: change?.author ?? [], as: UTF8.self))
        insert.bind(10, Int(refusal.reason.rawValue))
        insert.bind(11, text: refusal.detail)
        insert.bind(12, now)
        try insert.run()
    }
}

extension ReplicaStore {
    /// The refused changes that nobody has dropped, oldest first.
    package func refusedChanges() throws(ReplicaStoreError) -> [RefusedChange] {
        let catalog = catalog
        return try read { database in
            let read = try RawStatement(
                database,
                """
                SELECT number, counter, table_no, id, operation, carried, changed, "values", author, reason, detail,
                    refused_at
                FROM zona_refused WHERE dropped_at IS NULL ORDER BY refused_at, number, counter
                """)
            var found: [RefusedChange] = []
            while try read.step() {
                let table = catalog.table(Int(read.integer(2)))
                guard let id = read.id(3) else { continue }
                let carried = ColumnSet(bits: UInt64(bitPattern: read.integer(5)))
                let changed = ColumnSet(bits: UInt64(bitPattern: read.integer(6)))
                var reader = ByteReader(read.blob(7))
                var values: [(column: String, value: Value, isChanged: Bool)] = []
                for column in carried.columns {
                    let name =
                        table.flatMap { column < $0.columns.count ? $0.columns[column].name : nil }
                        ?? "column \(column)"
                    values.append((name, try reader.value(), changed.contains(column)))
                }
                found.append(
                    RefusedChange(
                        dot: Dot(
                            number: ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(0))),
                            counter: UInt64(bitPattern: read.integer(1))),
                        table: table?.name ?? "table \(read.integer(2))", id: id,
                        operation: Operation(rawValue: UInt8(truncatingIfNeeded: read.integer(4))) ?? .update,
                        values: values,
                        author: read.text(8),
                        reason: RefusalReason(rawValue: UInt8(truncatingIfNeeded: read.integer(9))) ?? .notValid,
                        detail: read.text(10), refusedAt: read.integer(11)))
            }
            return found
        }
    }
}
