import GRDB
import SQLiteAccess
import SyncCore
import SyncWire
import Texts

/// What applying a pull did.
package struct ApplySummary: Sendable, Equatable {
    package var rows = 0
    package var deleted = 0
    package var own = 0
    package var skipped = 0
    package var refused = 0
    /// Rows that a restored hub lacked or had older: they go up as copies with the next push.
    package var given = 0
    /// Rows that nobody else may have, and that the hub's replaced: kept beside the refused changes.
    package var kept = 0

    package init() {}
}

/// Applies the pages of one complete pull in ONE transaction: page by page would claim records as seen that moved
/// meanwhile.
struct Apply {
    private let database: Database
    private let catalog: Catalog
    private let state: ReplicaState
    private let now: Int64
    private var summary = ApplySummary()
    private var writers: [Int: RowWriter] = [:]
    /// Which page has the last word on a record that moved while the pull was under way; empty for a pull of one page.
    private var lastPage: [RecordKey: Int] = [:]
    private var isBusy: Bool
    private var compare: Compare?
    private let delivered: Delivered?
    private let absent: AbsentRecords
    private let hasBehind: Bool
    /// Whether rows here may be nobody's change: what the hub's replace is kept.
    private let keepsReplaced: Bool
    /// Records of which a change was refused: what the hub's row replaces there is kept as that change.
    private var refused: Set<RecordKey> = []
    /// What goes because its insert was refused, unless the hub speaks of the record.
    private var refusedHere: Set<RecordKey> = []
    private let pending: RawStatement
    private let forgetBehind: RawStatement
    private let skip: RawStatement

    static func run(_ database: Database, catalog: Catalog, now: Int64) throws -> ApplySummary {
        let state = try ReplicaState(database)
        let pages = try readPages(database)
        guard let first = pages.first, let last = pages.last, let end = last.header.end else {
            throw ReplicaStoreError(.stale, localized("the pull is not complete: sync again"))
        }
        let isChain = zip(pages, pages.dropFirst()).allSatisfy { $0.header.to == $1.header.from }
        guard first.header.from <= state.cursor, last.header.to >= state.cursor, isChain,
            pages.allSatisfy({ $0.header.hub.incarnation == state.incarnation }) || Mutant.isOn(.inboxMixed)
        else {
            throw ReplicaStoreError(.stale, localized("the pull began elsewhere than where this file is: sync again"))
        }
        let isFresh = first.header.from == 0
        var apply = try Apply(database, catalog: catalog, state: state, isFresh: isFresh, now: now)
        try StaleStash.clear(database, catalog: catalog)
        if Mutant.isOn(.cursorFirst) {
            try apply.conclude(at: last.header, end)
            try database.execute(sql: "COMMIT; BEGIN IMMEDIATE")
        }
        try apply.applyAll(pages)
        try apply.settleUndelivered(end)
        if !Mutant.isOn(.cursorFirst) { try apply.conclude(at: last.header, end) }
        try apply.endWaiting(for: end.vector)
        try FileDigest(database, catalog: catalog, version: state.schemaVersion)
            .compare(with: end.digest, seq: last.header.to, now: now)
        return apply.summary
    }

    private static func readPages(_ database: Database) throws -> [(frame: Frame, header: PageHeader)] {
        let read = try RawStatement(database, "SELECT bytes FROM zona_inbox ORDER BY position")
        var pages: [(frame: Frame, header: PageHeader)] = []
        while try read.step() {
            let frame = try Frame(reading: read.blob(0), kind: .page)
            pages.append((frame, try PageHeader(reading: frame)))
        }
        return pages
    }

    private init(_ database: Database, catalog: Catalog, state: ReplicaState, isFresh: Bool, now: Int64) throws {
        self.database = database
        self.catalog = catalog
        self.state = state
        self.now = now
        compare = isFresh ? try Compare(database, state: state, now: now) : nil
        // In the very first pull there is nothing here that could not be delivered.
        delivered = isFresh && state.lastPull != nil ? try Delivered(database) : nil
        absent = try AbsentRecords(database)
        func any(_ sql: String) throws -> Bool { try RawStatement(database, sql).step() }
        isBusy = try any("SELECT 1 FROM zona_pending LIMIT 1") || any("SELECT 1 FROM zona_touch LIMIT 1")
        hasBehind = try any("SELECT 1 FROM zona_behind LIMIT 1")
        keepsReplaced = try DigestComparison(database).result == .differs
        pending = try RawStatement(
            database,
            """
            SELECT epoch, counter IS NULL AND sent IS NULL FROM zona_pending WHERE table_no = ?1 AND id = ?2
            UNION ALL SELECT epoch, 1 FROM zona_touch WHERE table_no = ?1 AND id = ?2 AND touched_at > ?3
                \(Mutant.isOn(.touchIgnored) ? "AND 0" : "")
            """)
        pending.bind(3, now - Limits.touchMilliseconds)
        forgetBehind = try RawStatement(database, "DELETE FROM zona_behind WHERE table_no = ?1 AND id = ?2")
        skip = try RawStatement(
            database,
            """
            INSERT INTO zona_behind(table_no, id, epoch, skipped_kind, skipped_row) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT(table_no, id)
                DO UPDATE SET skipped_kind = excluded.skipped_kind, skipped_row = excluded.skipped_row
            """)
    }

    private mutating func applyAll(_ pages: [(frame: Frame, header: PageHeader)]) throws {
        if pages.count > 1 {
            for (number, page) in pages.enumerated() {
                var reader = try PageReader(page.frame, header: page.header)
                while let entry = try reader.next() {
                    if Mutant.isOn(.firstPageCounts), lastPage[entry.key] != nil { continue }
                    lastPage[entry.key] = number
                }
            }
        }
        for (number, page) in pages.enumerated() {
            var reader = try PageReader(page.frame, header: page.header)
            summary.refused += reader.refusals.count
            if keepsReplaced { refused.formUnion(reader.refusals.map(\.key)) }
            let insertsRefused = try RefusedChanges.keep(reader.refusals, database, now: now)
            // What is compared with a restored hub is not taken away by what was refused long ago: it may have come
            // back since, and be all that is left of it.
            for refusal in reader.refusals where compare == nil || insertsRefused.contains(refusal.dot) {
                try putBack(refusal)
            }
            let body = reader.body
            while let entry = try reader.next() {
                if pages.count > 1 && lastPage[entry.key] != number { continue }
                try apply(entry, body: body)
            }
        }
        for key in refusedHere.sorted() {
            if let table = catalog.table(key.table) { try writer(of: table).remove(key.id) }
        }
    }

    private mutating func apply(_ entry: PageEntry, body: [UInt8]) throws {
        guard let table = catalog.table(entry.key.table) else { return }
        try delivered?.note(entry.key)
        if !refusedHere.isEmpty { refusedHere.remove(entry.key) }
        if compare != nil {
            try compare?.look(at: entry, body: body, in: table)
            if let given = compare?.given, given > 0 { isBusy = true }
        }
        if entry.kind == .deleted { try absent.note(entry.key, .deleted) }
        // What the hub has is this file's own change, all of it: nothing is left behind.
        if isBusy, entry.kind != .own, try skipped(entry, body: body, table) { return }
        if hasBehind && entry.kind != .withheld {
            forgetBehind.bind(1, entry.key.table)
            forgetBehind.bind(2, idText: entry.key.id)
            try forgetBehind.run()
        }
        if keepsReplaced, compare == nil { try keepReplaced(entry, body: body, table) }
        switch entry.kind {
        case .row:
            try absent.forget(entry.key)
            var reader = ByteReader(body, from: entry.row.lowerBound, to: entry.row.upperBound)
            try writer(of: table).write(entry.key.id, &reader)
            summary.rows += 1
        case .deleted:
            try writer(of: table).remove(entry.key.id)
            summary.deleted += 1
        case .own:
            summary.own += 1
        case .withheld:
            // Of what is not here nothing can be changed: no context waits for it.
            guard try isHere(entry.key, table) else { return try absent.note(entry.key, .withheld) }
            try markBehind(entry, epoch: state.epoch, body: body, keepsRow: false)
        }
    }

    /// A write that escaped the triggers stands here perhaps.
    private mutating func keepReplaced(_ entry: PageEntry, body: [UInt8], _ table: TableDescription) throws {
        guard entry.kind == .row || entry.kind == .deleted, table.writable != .hub, !refused.contains(entry.key) else {
            return
        }
        let here = try ComparedTable(database, table)
        let hubs = entry.kind == .row ? try here.normalised(body, entry.row) : nil
        guard let row = try here.row(entry.key.id), row != hubs else { return }
        try RefusedChanges.keepAside(entry.key, row, table, database, now: now)
        summary.kept += 1
    }

    /// What a pull from the beginning did not deliver: of a restored hub it is compared, of any other it is gone.
    private mutating func settleUndelivered(_ end: PageEnd) throws {
        guard let delivered else { return }
        if compare != nil {
            try compare?.lookAtUndelivered(delivered, tables: catalog.tables, hub: end.vector)
            summary.given = compare?.given ?? 0
            summary.kept = compare?.kept ?? 0
        } else {
            if keepsReplaced { summary.kept += try delivered.keepMissing(in: catalog.tables, now: now) }
            summary.deleted += try delivered.removeMissing(in: catalog.tables, noting: absent)
        }
        try delivered.clear()
    }

    /// A record with pending changes, or on somebody's screen, is skipped and is behind: its merge comes with a
    /// later pull. A row that is only added, and here as it is there, is nothing that a merge would bring again.
    private mutating func skipped(_ entry: PageEntry, body: [UInt8], _ table: TableDescription) throws -> Bool {
        pending.bind(1, entry.key.table)
        pending.bind(2, idText: entry.key.id)
        defer { pending.reset() }
        guard try pending.step() else { return false }
        if table.rule == .appendOnly, entry.kind == .row {
            let here = try ComparedTable(database, table)
            if try here.row(entry.key.id) == here.normalised(body, entry.row) { return false }
        }
        try markBehind(entry, epoch: pending.integer(0), body: body, keepsRow: pending.integer(1) == 1)
        summary.skipped += 1
        return true
    }

    private func isHere(_ key: RecordKey, _ table: TableDescription) throws -> Bool {
        let read = try RawStatement(database, "SELECT 1 FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1")
        read.bind(1, idText: key.id)
        return try read.step()
    }

    private func markBehind(_ entry: PageEntry, epoch: Int64, body: [UInt8], keepsRow: Bool) throws {
        if Mutant.isOn(.skipForgotten) { return }
        skip.bind(1, entry.key.table)
        skip.bind(2, idText: entry.key.id)
        skip.bind(3, epoch)
        if keepsRow && (entry.kind == .row || entry.kind == .deleted) {
            skip.bind(4, Int(entry.kind.rawValue))
            skip.bind(5, blob: Array(body[entry.row]))
        } else {
            skip.bindNull(4)
            skip.bindNull(5)
        }
        try skip.run()
    }

    /// The hub's row takes the place of a refused one: by its own entry, or by going.
    private mutating func putBack(_ refusal: PageRefusal) throws {
        guard !refusal.hubHasRow, catalog.table(refusal.key.table) != nil else { return }
        pending.bind(1, refusal.key.table)
        pending.bind(2, idText: refusal.key.id)
        defer { pending.reset() }
        guard try pending.step() else {
            forgetBehind.bind(1, refusal.key.table)
            forgetBehind.bind(2, idText: refusal.key.id)
            try forgetBehind.run()
            refusedHere.insert(refusal.key)
            return
        }
        // On screen, or written again and not captured: it goes when the form closes without a write, or the write is
        // undone.
        guard pending.integer(1) == 1 else { return }
        skip.bind(1, refusal.key.table)
        skip.bind(2, idText: refusal.key.id)
        skip.bind(3, pending.integer(0))
        skip.bind(4, Int(PageEntryKind.deleted.rawValue))
        skip.bind(5, blob: [])
        try skip.run()
    }

    private mutating func writer(of table: TableDescription) throws -> RowWriter {
        if let known = writers[table.number] { return known }
        let writer = try RowWriter(database, table: table)
        writers[table.number] = writer
        return writer
    }

    /// Records that wait for a merge which never comes, because what was to be merged was refused and nothing is left
    /// here of it: they would hold back for ever what the hub may forget. As long as the hub has not answered all that
    /// went up from here, the merge may come.
    private func endWaiting(for vector: VersionVector) throws {
        let sent = Dot(number: state.number, counter: state.acknowledgedCounter)
        guard hasBehind, vector.covers(sent) else { return }
        for table in catalog.tables {
            let isOver = """
                table_no = \(table.number) AND skipped_kind IS NOT \(PageEntryKind.row.rawValue)
                AND id NOT IN (SELECT id FROM \(TriggerSQL.quoted(table.name)))
                AND id NOT IN (SELECT id FROM zona_pending WHERE table_no = \(table.number))
                AND id NOT IN (SELECT id FROM zona_touch WHERE table_no = \(table.number))
                """
            // Nobody deleted it, as far as is known here.
            try absent.noteAll(of: table, in: "zona_behind", where: isOver, .withheld)
            try RawStatement(database, "DELETE FROM zona_behind WHERE \(isOver)").run()
        }
    }

    /// Knowledge becomes exactly the vector of the complete page, the cursor its `seq`.
    private func conclude(at header: PageHeader, _ end: PageEnd) throws {
        try database.execute(sql: "DELETE FROM zona_inbox")
        let waits = try RawStatement(database, "SELECT 1 FROM zona_pending LIMIT 1").step()
        let floor = waits ? max(state.floor, end.highestTime) : end.highestTime
        var epoch = state.epoch
        var vector: [UInt8] = []
        vector.appendVector(end.vector)
        if header.to != state.cursor {
            epoch += 1
            let insert = try RawStatement(
                database, "INSERT INTO zona_knowledge(epoch, seq, vector, schema_version) VALUES (?1, ?2, ?3, ?4)")
            insert.bind(1, epoch)
            insert.bind(2, Int64(header.to))
            insert.bind(3, blob: vector)
            insert.bind(4, state.schemaVersion)
            try insert.run()
        }
        let save = try RawStatement(
            database,
            """
            UPDATE zona_state SET epoch = ?1, cursor = ?2, log_hash = ?3, floor = ?4, last_pull = ?5,
                durable_counter = ?6, is_stale = 0
            """)
        save.bind(1, epoch)
        save.bind(2, Int64(header.to))
        save.bind(3, blob: end.logHash)
        save.bind(4, Int64(bitPattern: floor.rawValue))
        save.bind(5, now)
        save.bind(6, Int64(header.hub.durableCounter))
        try save.run()
        if compare != nil { try Rescue.end(database, at: header.to) }
        try RawStatement(
            database,
            """
            DELETE FROM zona_knowledge WHERE epoch <> (SELECT epoch FROM zona_state)
                AND epoch IS NOT (SELECT rescue_epoch FROM zona_state) AND epoch NOT IN
                (SELECT epoch FROM zona_pending UNION SELECT epoch FROM zona_behind UNION SELECT epoch FROM zona_touch)
            """
        ).run()
    }
}

extension ReplicaStore {
    /// Applies what a complete pull brought. `now` is the PC's clock, Unix milliseconds.
    package func applyInbox(now: Int64) throws(ReplicaStoreError) -> ApplySummary {
        let catalog = catalog
        return try write { database in
            if try !database.notesWrites() { try database.noteEscapes() }
            return try database.whileApplying {
                try SkippedRows.endTouches(database, catalog: catalog, now: now)
                return try Apply.run(database, catalog: catalog, now: now)
            }
        }
    }
}
