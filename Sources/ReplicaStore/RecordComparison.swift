import GRDB
import SQLiteAccess
import Texts
package import SyncCore
package import SyncWire

/// A record that is not what the hub has, though nothing waits to be sent for it: something wrote past the triggers.
package struct DifferingRecord: Sendable, Equatable {
    package let key: RecordKey
    package let table: String
    /// The hub's values, with columns that it lacks at their default; nothing when it has no such record.
    package let hub: [Value]?
    /// The values here; nothing when there is no such row.
    package let here: [Value]?
    /// The columns that differ; all when one side has none.
    package let columns: [String]
}

/// A row whose id is not one of a record, so that it can never be sent.
package struct UnnamedRow: Sendable, Equatable {
    package let table: String
    package let id: String
}

/// Looks for the records in which a file and its hub differ, as a value: each answer gives the next question. The sums
/// of tables first, then of the buckets of those that differ, then the records, then the hub's rows of them.
package struct RecordComparison {
    package private(set) var differences: [DifferingRecord] = []
    package private(set) var unnamed: [UnnamedRow] = []
    /// Records that were left out, because they are on their way up or down.
    package var leftOutCount: Int { leftOut.count }
    package private(set) var requests = 0
    private let store: ReplicaStore
    private let state: ReplicaState
    private let leftOut: [RecordKey]
    private var excluded: Set<RecordKey>
    private var waiting: [ComparisonRequest.Question] = [.tables]
    private var suspects: Set<RecordKey> = []

    package init(_ store: ReplicaStore) throws(ReplicaStoreError) {
        self.store = store
        let catalog = store.catalog
        (state, leftOut, unnamed) = try store.read { database in
            (
                try ReplicaState(database), try Self.open(database),
                try Self.unnamed(database, catalog: catalog)
            )
        }
        guard leftOut.count <= Limits.comparedRecords else {
            throw ReplicaStoreError(.stale, localized("too many records wait to be sent: `zona sync` first"))
        }
        excluded = Set(leftOut)
    }

    /// The next question, or nothing when all is known. Signed for the conversation.
    package func next(session: [UInt8]) -> ComparisonRequest? {
        waiting.last.map {
            ComparisonRequest(session: session, cursor: state.cursor, leftOut: leftOut, question: $0)
        }
    }

    package mutating func receive(_ answer: ComparisonAnswer) throws(ReplicaStoreError) {
        guard let question = waiting.popLast(), answer.cursor == state.cursor, answer.incarnation == state.incarnation
        else { throw ReplicaStoreError(.stale, localized("the hub answered for another place or life: sync first")) }
        requests += 1
        excluded.formUnion(answer.moved)
        switch (question, answer.content) {
        case (.tables, .tables(let theirs)): try lookAt(theirs)
        case (.buckets(let number), .buckets(let theirs)): try lookAt(theirs, table: number)
        case (.ids(let number, let bucket), .ids(let theirs)): try lookAt(theirs, table: number, bucket: bucket)
        case (.rows(let keys), .rows(let theirs)): try lookAt(theirs, of: keys)
        default: throw ReplicaStoreError(.badBytes, localized("the hub answered something else than it was asked"))
        }
        if waiting.isEmpty && !suspects.isEmpty {
            let next = suspects.subtracting(excluded).sorted().prefix(Limits.comparedRows)
            suspects.subtract(next)
            if next.isEmpty { suspects = [] } else { waiting = [.rows(Array(next))] }
        }
    }

    private mutating func lookAt(_ theirs: [Int: DigestSum]) throws(ReplicaStoreError) {
        for table in store.catalog.tables {
            var sum = DigestSum()
            try forEach(in: table) { sum.add($1) }
            if sum != theirs[table.number, default: .none] { waiting.append(.buckets(table: table.number)) }
        }
    }

    private mutating func lookAt(_ theirs: [UInt8: DigestSum], table number: Int) throws(ReplicaStoreError) {
        guard let table = store.catalog.table(number) else { return }
        var mine: [UInt8: DigestSum] = [:]
        try forEach(in: table) { mine[UInt8(truncatingIfNeeded: $0.low), default: .none].add($1) }
        for bucket in UInt8.min...UInt8.max where mine[bucket, default: .none] != theirs[bucket, default: .none] {
            waiting.append(.ids(table: number, bucket: bucket))
        }
    }

    private mutating func lookAt(
        _ theirs: [RecordID: DigestSum], table number: Int, bucket: UInt8
    ) throws(ReplicaStoreError) {
        guard let table = store.catalog.table(number) else { return }
        var mine: [RecordID: DigestSum] = [:]
        try forEach(in: table) { if UInt8(truncatingIfNeeded: $0.low) == bucket { mine[$0] = $1 } }
        for id in Set(mine.keys).union(theirs.keys) where mine[id] != theirs[id] {
            suspects.insert(RecordKey(table: number, id: id))
        }
    }

    private mutating func lookAt(_ theirs: [RecordKey: [UInt8]?], of keys: [RecordKey]) throws(ReplicaStoreError) {
        guard !theirs.isEmpty else {
            throw ReplicaStoreError(.badBytes, localized("the hub gave no row of those it was asked for"))
        }
        let catalog = store.catalog
        let found = try store.read { database in
            // Meanwhile somebody may have gone on working: what is on its way now is none of this.
            let open = Set(try Self.open(database))
            var found: [DifferingRecord] = []
            for (key, row) in theirs where !open.contains(key) {
                guard let table = catalog.table(key.table) else { continue }
                let here = try Self.row(database, key.id, of: table)
                let hub = try row.map { try Self.values(in: $0, of: table) }
                let columns = table.columns.indices.filter { here == nil || hub == nil || here?[$0] != hub?[$0] }
                guard (here == nil) != (hub == nil) || !columns.isEmpty && here != nil else { continue }
                found.append(
                    DifferingRecord(
                        key: key, table: table.name, hub: hub, here: here,
                        columns: columns.map { table.columns[$0].name }))
            }
            return found
        }
        differences = (differences + found).sorted { $0.key < $1.key }
        suspects.formUnion(keys.filter { theirs[$0] == nil })
    }

    private func forEach(
        in table: TableDescription, _ body: (RecordID, DigestSum) -> Void
    ) throws(ReplicaStoreError) {
        let (catalog, version, excluded) = (store.catalog, state.schemaVersion, excluded)
        do {
            try store.queue.read { database in
                try FileDigest(database, catalog: catalog, version: version).forEach(in: table) { id, sum in
                    guard let id, let sum, !excluded.contains(RecordKey(table: table.number, id: id)) else { return }
                    body(id, sum)
                }
            }
        } catch {
            throw ReplicaStoreError(error)
        }
    }

    /// Records that are on their way up or down, or on somebody's screen.
    private static func open(_ database: Database) throws -> [RecordKey] {
        let read = try RawStatement(
            database, "SELECT table_no, id FROM zona_pending UNION SELECT table_no, id FROM zona_behind ORDER BY 1, 2")
        var keys: [RecordKey] = []
        while try read.step() {
            if let id = read.id(1) { keys.append(RecordKey(table: Int(read.integer(0)), id: id)) }
        }
        return keys
    }

    private static func unnamed(_ database: Database, catalog: Catalog) throws -> [UnnamedRow] {
        var found: [UnnamedRow] = []
        for table in catalog.tables {
            let read = try RawStatement(
                database,
                """
                SELECT id FROM \(TriggerSQL.quoted(table.name)) WHERE length(id) <> 36 OR id GLOB '*[^0-9a-f-]*'
                    OR id NOT GLOB '????????-????-????-????-????????????' LIMIT 1000
                """)
            while try read.step() { found.append(UnnamedRow(table: table.name, id: read.text(0))) }
        }
        return found
    }

    static func row(_ database: Database, _ id: RecordID, of table: TableDescription) throws -> [Value]? {
        let columns = table.columns.map { ", \(TriggerSQL.quoted($0.name))" }.joined()
        let read = try RawStatement(database, "SELECT id\(columns) FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1")
        read.bind(1, idText: id)
        guard try read.step() else { return nil }
        return table.columns.indices.map { read.value($0 + 1) }
    }

    private static func values(in row: [UInt8], of table: TableDescription) throws -> [Value] {
        let values = try SyncCore.Row(uncheckedBytes: row).values()
        return try table.columns.indices.map { column in
            if column < values.count { return values[column] }
            var fallback = ByteReader(table.columns[column].defaultValue)
            return try fallback.value()
        }
    }
}

extension ReplicaStore {
    /// Remembers what looking record by record came to, for `status`.
    package func noteComparison(isEqual: Bool, now: Int64) throws(ReplicaStoreError) {
        let catalog = catalog
        try write { database in
            let before = try DigestComparison(database)
            try FileDigest(database, catalog: catalog, version: catalog.version).save(
                isEqual ? .equal : .differs, hub: before.hub?.bytes ?? [], seq: before.seq, comparedAt: now,
                before: before, now: now)
        }
    }
}
