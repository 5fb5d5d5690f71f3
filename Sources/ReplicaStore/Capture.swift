import GRDB
import SQLiteAccess
import SyncCore
import Texts
package import SyncWire

/// What a capture made.
package struct CaptureSummary: Sendable, Equatable {
    package var changes = 0
    package var batches = 0
    package var bytes = 0

    package init() {}
}

/// Turns pending rows into the batches of one unit: one transaction, no network.
struct Capture {
    private let database: Database
    private let catalog: Catalog
    private let key: SigningKey
    private var state: ReplicaState
    private let now: Int64
    private let targetBytes: Int
    private let unit: UInt64
    private var summary = CaptureSummary()
    private var builder: BatchBuilder
    private var context = VersionVector()
    /// The schema under which the context was pulled.
    private var contextVersion = 1
    private var contextBefore: VersionVector?
    private var firstCounter: UInt64
    /// Bytes before compression for one byte after it; learnt from batch to batch.
    private var ratio = 3.0
    /// The batch before this one waits until it is known whether it is the last of the unit.
    private var heldBatch: (builder: BatchBuilder, context: VersionVector, version: Int, first: UInt64)?
    private let deciding: [RecordKey: [NamedConflict]]
    private let setCounter: RawStatement
    private let waitOn: RawStatement
    private let dropPending: RawStatement
    private let absent: AbsentRecords

    static func run(
        _ database: Database, catalog: Catalog, key: SigningKey, now: Int64, targetBytes: Int
    ) throws -> CaptureSummary {
        let hasWork = try RawStatement(database, "SELECT 1 FROM zona_pending WHERE counter IS NULL LIMIT 1")
        guard try hasWork.step() else { return CaptureSummary() }
        hasWork.reset()
        try forgetStrays(database, catalog: catalog)
        try DerivedIDs.replace(database, catalog: catalog)
        try StaleStash.clear(database, catalog: catalog)
        var capture = try Capture(database, catalog: catalog, key: key, now: now, targetBytes: targetBytes)
        try capture.captureAll()
        return capture.summary
    }

    /// Rows whose id is none came past the triggers, and no batch can carry them: what was noted of them, for somebody
    /// changed or deleted them since, must not hold back everything else. As long as they are there, `doctor` tells.
    private static func forgetStrays(_ database: Database, catalog: Catalog) throws {
        let isStray = CheckTriggerSQL.isNoID("id")
        try database.execute(sql: "DELETE FROM zona_pending WHERE counter IS NULL AND (\(isStray))")
        guard database.changesCount > 0 else { return }
        for table in catalog.tables {
            try database.execute(sql: "DELETE FROM \(TriggerSQL.stashName(table)) WHERE \(isStray)")
        }
    }

    private init(_ database: Database, catalog: Catalog, key: SigningKey, now: Int64, targetBytes: Int) throws {
        self.database = database
        self.catalog = catalog
        self.key = key
        self.now = now
        self.targetBytes = targetBytes
        state = try ReplicaState(database)
        unit = state.nextCounter
        firstCounter = state.nextCounter
        builder = BatchBuilder(floor: state.floor)
        deciding = try Deciding.all(database)
        absent = try AbsentRecords(database)
        setCounter = try RawStatement(database, "UPDATE zona_pending SET counter = ?3 WHERE table_no = ?1 AND id = ?2")
        waitOn = try RawStatement(
            database,
            "UPDATE zona_pending SET counter = sent WHERE table_no = ?1 AND id = ?2 AND sent IS NOT NULL")
        dropPending = try RawStatement(
            database, "DELETE FROM zona_pending WHERE table_no = ?1 AND id = ?2 AND counter IS NULL")
    }

    private mutating func captureAll() throws {
        let epochs = try RawStatement(
            database, "SELECT DISTINCT epoch FROM zona_pending WHERE counter IS NULL ORDER BY epoch")
        var all: [Int64] = []
        while try epochs.step() { all.append(epochs.integer(0)) }
        let own = try ownNumbers()
        for waiting in try MergeOrder(database, deciding, catalog: catalog).passes {
            for epoch in all {
                try flush()
                let known = try knowledge(at: Mutant.isOn(.contextTooLate) ? state.epoch : epoch)
                context = known.vector.union(own)
                contextVersion = min(known.version, state.schemaVersion)
                for table in try tablesPending(at: epoch) { try capture(table, epoch: epoch, but: waiting) }
            }
        }
        try flush()
        try seal(isLast: true)
        try Deciding.markCaptured(database, before: state.nextCounter)
        try SkippedRows.forget(database, capturedFrom: unit)
        if Mutant.isOn(.counterLater) { try database.execute(sql: "COMMIT; BEGIN IMMEDIATE") }
        let save = try RawStatement(database, "UPDATE zona_state SET next_counter = ?1, captured_hash = ?2")
        save.bind(1, Int64(state.nextCounter))
        save.bind(2, blob: state.capturedHash)
        try save.run()
    }

    private func knowledge(at epoch: Int64) throws -> (vector: VersionVector, version: Int) {
        // A program may name an epoch that nobody named when a pull ended: it knew no less than the one before.
        let read = try RawStatement(
            database,
            "SELECT vector, schema_version FROM zona_knowledge WHERE epoch <= ?1 ORDER BY epoch DESC LIMIT 1")
        read.bind(1, epoch)
        guard try read.step() else { return (VersionVector(), 1) }
        var reader = ByteReader(read.blob(0))
        return (try reader.vector(), Int(read.integer(1)))
    }

    /// My own earlier changes, under every number that this file has had: always part of a context.
    private func ownNumbers() throws -> VersionVector {
        let read = try RawStatement(database, "SELECT number, counter FROM zona_number")
        var own = VersionVector()
        if Mutant.isOn(.ownNumbers) { return own }
        while try read.step() {
            own.formUnion(
                Dot(
                    number: ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(0))),
                    counter: UInt64(bitPattern: read.integer(1))))
        }
        return own
    }

    // MARK: One table

    private func tablesPending(at epoch: Int64) throws -> [TableDescription] {
        let read = try RawStatement(
            database, "SELECT DISTINCT table_no FROM zona_pending WHERE epoch = ?1 AND counter IS NULL")
        read.bind(1, epoch)
        var numbers: Set<Int> = []
        while try read.step() { numbers.insert(Int(read.integer(0))) }
        return catalog.tables.filter { numbers.contains($0.number) }
    }

    private mutating func capture(_ table: TableDescription, epoch: Int64, but waiting: Set<RecordKey>) throws {
        let columns = table.columns.map { TriggerSQL.quoted($0.name) }
        let current = columns.map { "t.\($0)" }.joined(separator: ", ")
        let before = columns.map { "b.\($0)" }.joined(separator: ", ")
        let fields = [
            "p.id", "p.changed_at", "p.author", "p.action", "p.sent", "t.id", "b.id", "p.was_captured", "p.is_copy",
            "p.is_filled", current, before,
        ]
        let rows = try RawStatement(
            database,
            """
            SELECT \(fields.filter { !$0.isEmpty }.joined(separator: ", ")) FROM zona_pending p
            LEFT JOIN \(TriggerSQL.quoted(table.name)) t ON t.id = p.id
            LEFT JOIN \(TriggerSQL.stashName(table)) b ON b.id = p.id
            WHERE p.table_no = ?1 AND p.epoch = ?2 AND p.counter IS NULL
            """)
        rows.bind(1, table.number)
        rows.bind(2, epoch)
        var moved = MovedStash(table: table)
        var author: (name: [UInt8], number: Int, batch: UInt64)?
        while try rows.step() {
            guard let id = rows.id(0) else { throw ReplicaStoreError(.database, "a pending row has no id") }
            if !waiting.isEmpty, waiting.contains(RecordKey(table: table.number, id: id)) { continue }
            let name = rows.bytes(2)
            if author == nil || author?.batch != firstCounter || !name.elementsEqual(author?.name ?? []) {
                author = (Array(name), builder.author(Array(name)), firstCounter)
            }
            let row = CapturedRow(
                table: table, id: id, rows: rows, columns: columns.count,
                decides: deciding[RecordKey(table: table.number, id: id)] ?? [],
                fillsAll: state.rescueEpoch != nil || state.isStale && !Mutant.isOn(.staleFill),
                unseen: table.columns(after: contextVersion),
                moved: rows.isNull(4) ? nil : try moved.values(of: id, database))
            guard let change = try row.change() else {
                try drop(table, id)
                continue
            }
            try append(change, row: row, author: author?.number ?? 0)
            // However well it packs: even unpacked it stays below what one batch may have.
            let limit = min(Int(Double(targetBytes) * ratio), Limits.batchBytes - Limits.changeBytes * 2)
            if builder.sizeBytes >= limit || builder.count >= Limits.batchChanges {
                try flush()
            }
        }
    }

    private mutating func append(_ change: CapturedRow.Outline, row: CapturedRow, author: Int) throws {
        let stamp = HybridTime.stamp(changedAt: row.rows.integer(1), offset: state.clockOffset, floor: state.floor)
        let set = builder.columnSet(carried: change.carried, changed: change.changed)
        let section = builder.begin(
            change.operation, table: row.table.number, columns: row.columns, id: row.id, columnSet: set, time: stamp,
            author: author, action: UInt64(bitPattern: row.rows.integer(3)), isFilled: change.isFilled,
            isCopy: change.isCopy, decides: change.operation == .delete ? row.decides.map(\.ofLoser) : row.decides)
        var bits = change.carried.bits
        var size = 0
        while bits != 0 {
            let column = bits.trailingZeroBitCount
            bits &= bits - 1
            let start = builder.sections[section].columns[column].count
            row.rows.appendValue(CapturedRow.firstColumn + column, to: &builder.sections[section].columns[column])
            size += builder.sections[section].columns[column].count - start
        }
        guard size <= Limits.changeBytes else {
            throw ReplicaStoreError(.tooLarge, localized("a row of \(row.table.name) is over 1 MB: shorten its texts"))
        }
        setCounter.bind(1, row.table.number)
        setCounter.bind(2, idText: row.id)
        setCounter.bind(3, Int64(state.nextCounter))
        try setCounter.run()
        if change.operation == .delete { try absent.note(RecordKey(table: row.table.number, id: row.id), .deleted) }
        state.nextCounter += 1
        summary.changes += 1
    }

    /// A pending row that holds no change after all: what was captured of it before waits on, else the row that a pull
    /// skipped takes its place.
    private mutating func drop(_ table: TableDescription, _ id: RecordID) throws {
        waitOn.bind(1, table.number)
        waitOn.bind(2, idText: id)
        try waitOn.run()
        dropPending.bind(1, table.number)
        dropPending.bind(2, idText: id)
        try dropPending.run()
        try SkippedRows.takePlace(database, table: table, id: id)
    }

    // MARK: Batches

    /// Closes the batch being built and seals the one before it.
    private mutating func flush() throws {
        guard builder.count > 0 else { return }
        try seal(isLast: false)
        heldBatch = (builder, context, contextVersion, firstCounter)
        firstCounter = state.nextCounter
        builder = BatchBuilder(floor: state.floor)
    }

    private mutating func seal(isLast: Bool) throws {
        guard let held = heldBatch else { return }
        heldBatch = nil
        let header = BatchHeader(
            ambito: state.ambito, number: state.number, incarnation: state.incarnation,
            schemaVersion: state.schemaVersion,
            firstCounter: held.first, count: held.builder.count, unit: unit, isLastOfUnit: isLast,
            context: held.context, contextVersion: held.version,
            floor: state.floor, offset: state.clockOffset, previousHash: state.capturedHash)
        let frame = held.builder.frame(header: header, contextBefore: contextBefore, key: key)
        guard frame.bytes.count <= Limits.batchBytes else {
            throw ReplicaStoreError(
                .tooLarge, localized("a batch came out over its limit: this should not happen, please report it"))
        }
        if held.builder.count > 1 { ratio = max(1, Double(held.builder.sizeBytes) / Double(frame.bytes.count)) }
        var vector: [UInt8] = []
        vector.appendVector(held.context)
        let insert = try RawStatement(
            database,
            """
            INSERT INTO zona_outbox(number, first_counter, last_counter, unit, is_last, hash, context, bytes,
                captured_at, is_offered)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)
            """)
        insert.bind(1, Int64(state.number.rawValue))
        insert.bind(2, Int64(held.first))
        insert.bind(3, Int64(held.first) + Int64(held.builder.count) - 1)
        insert.bind(4, Int64(unit))
        insert.bind(5, isLast ? 1 : 0)
        insert.bind(6, blob: frame.hash)
        insert.bind(7, blob: vector)
        insert.bind(8, blob: frame.bytes)
        insert.bind(9, now)
        try insert.run()
        contextBefore = held.context
        state.capturedHash = frame.hash
        summary.batches += 1
        summary.bytes += frame.bytes.count
    }
}

extension ReplicaStore {
    /// Captures what is pending into the outbox. `now` is the PC's clock, Unix milliseconds.
    package func capture(key: SigningKey, now: Int64, targetBytes: Int = Limits.batchBytesTarget)
        throws(ReplicaStoreError) -> CaptureSummary
    {
        let catalog = catalog
        return try write { database in
            try database.whileApplying {
                try checkKey(key, database)
                return try Capture.run(database, catalog: catalog, key: key, now: now, targetBytes: targetBytes)
            }
        }
    }

    /// What a capture would make now, exactly: it is made, and taken back.
    package func captureForecast(key: SigningKey, now: Int64) throws(ReplicaStoreError) -> CaptureSummary {
        let catalog = catalog
        do {
            return try queue.writeWithoutTransaction { database in
                var summary = CaptureSummary()
                try database.inTransaction(.immediate) {
                    summary = try database.whileApplying {
                        try checkKey(key, database)
                        return try Capture.run(
                            database, catalog: catalog, key: key, now: now, targetBytes: Limits.batchBytesTarget)
                    }
                    return .rollback
                }
                return summary
            }
        } catch { throw ReplicaStoreError(error) }
    }
}

extension Database {
    /// Says inside the transaction that what is written is nobody's change; never committed as on. All triggers sleep
    /// on this connection in any case, a program's own too: what they would write into rows that a pull brings nobody
    /// would hear of, and one that says no would stop the sync.
    func whileApplying<Result>(_ body: () throws -> Result) throws -> Result {
        try RawStatement(self, "UPDATE zona_state SET applying = 1 WHERE applying = 0").run()
        // Somebody left it on: what was written meanwhile nobody has noticed.
        if changesCount == 0 { try noteEscapes() }
        let result = try body()
        try RawStatement(self, "UPDATE zona_state SET applying = 0").run()
        return result
    }
}

extension NamedConflict {
    /// A delete takes nothing along that its writer's context does not cover: that somebody wrote the record stands in
    /// the list, and not what he wrote.
    fileprivate var ofLoser: NamedConflict {
        NamedConflict(conflict: conflict, group: group, dots: Array(dots.prefix(1)))
    }
}
