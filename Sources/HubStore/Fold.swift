import GRDB
import SQLiteAccess
import SyncCore
import SyncSession
import SyncWire

/// Folds a unit into the state: each change authorised, validated, merged, in one transaction.
struct Fold {
    let database: Database
    let catalog: Catalog
    let writer: Writer
    let now: Int64
    var hub: HubRow
    let contexts: ContextTable
    let authors: AuthorTable
    let records: RecordTable
    var conflicts: ConflictTable
    let decisions: DecisionTable
    let upkeep: Upkeep
    let validation: Validation
    private let insertRefusal: RawStatement
    private let readRefusedInsert: LazyStatement
    private let insertHistory: RawStatement
    /// Of the batch that is being folded: the schema of its changes, and that of what their writers had seen.
    private var schema = (version: 1, seen: 1)
    /// Actions of the unit of which a change was refused: all their changes are.
    private var refusedActions: Set<UInt64>?
    /// Conflicts about which decisions came back in this unit. What they say together counts: one may reopen it.
    var decisionsBack: Set<RecordID> = []
    /// Whether the batch was captured for an earlier life of the hub.
    private(set) var isOld = false
    private let hasFormerLives: Bool
    private(set) var refused = 0
    private(set) var clamped = 0

    init(_ database: Database, catalog: Catalog, hub: HubRow, writer: Writer, now: Int64) throws {
        self.database = database
        self.catalog = catalog
        self.writer = writer
        self.now = now
        self.hub = hub
        contexts = try ContextTable(database)
        authors = try AuthorTable(database)
        records = try RecordTable(database, contexts: contexts, digest: hub.digest)
        decisions = DecisionTable(database, contexts: contexts)
        conflicts = try ConflictTable(database, catalog: catalog, authors: authors, decisions: decisions)
        upkeep = Upkeep(database, catalog: catalog)
        validation = Validation(database)
        hasFormerLives = try RawStatement(database, "SELECT 1 FROM hub_incarnation LIMIT 1").step()
        insertRefusal = try RawStatement(
            database,
            """
            INSERT INTO refusal(seq, number, counter, table_no, id, reason, detail, hub_has_row, is_hidden, is_insert)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        readRefusedInsert = LazyStatement(
            database,
            """
            SELECT 1 FROM refusal f JOIN replica theirs ON theirs.number = f.number
            JOIN replica mine ON mine.key = theirs.key
            WHERE f.is_insert = 1 AND f.id = ?1 AND f.table_no = ?2 AND mine.number = ?3 LIMIT 1
            """)
        insertHistory = try RawStatement(
            database,
            """
            INSERT INTO history(table_no, id, group_no, number, counter, time, author, "values", replaced_by_number,
                replaced_by_counter)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
    }

    /// - Parameter correction: milliseconds by which the unit's stamps are moved.
    mutating func fold(_ batches: [(frame: Frame, header: BatchHeader)], correction: Int64) throws {
        var lastAuthor: [UInt8] = []
        for batch in batches {
            let context = try contexts.context(of: batch.header.context)
            let isKnown = hub.vector.covers(batch.header.context)
            isOld = batch.header.incarnation != hub.incarnation
            schema = (batch.header.schemaVersion, batch.header.contextVersion)
            var changes = try BatchReader(batch.frame, header: batch.header)
            var author: (name: [UInt8], number: Int64) = ([], try authors.number(of: []))
            while var change = try changes.next() {
                if change.author != author.name { author = (change.author, try authors.number(of: change.author)) }
                change.time = accepted(change.time, header: batch.header, correction: correction)
                hub.vector.formUnion(change.dot)
                if change.action != 0 && refusedActions == nil { refusedActions = try findRefusedActions(batches) }
                try fold(change, context: context, author: author.number, contextIsKnown: isKnown)
            }
            lastAuthor = author.name
        }
        try settle(by: lastAuthor)
    }

    /// The stamp as the hub accepts it: corrected, never at or below the writer's floor, never ahead of the hub's
    /// clock.
    private mutating func accepted(_ time: HybridTime, header: BatchHeader, correction: Int64) -> HybridTime {
        let ceiling = max(HybridTime(milliseconds: now + Limits.clockAheadMilliseconds), hub.highestTime.next)
        let moved = time.accepted(correction: correction, floor: header.floor, ceiling: ceiling)
        if moved == ceiling, time != ceiling { clamped += 1 }
        hub.highestTime = max(hub.highestTime, moved)
        return moved
    }

    mutating func fold(_ sent: Change, context: Context, author: Int64, contextIsKnown: Bool) throws {
        var change = sent
        let move = try moved(sent)
        if case .changed(let other) = move { change = other }
        // The merged record goes out once more: its sender still has it.
        if move != nil, sent.key != change.key || change.operation == .delete {
            try records.bump(sent.key, seq: hub.nextSeq(), dot: hub.freshDot())
        }
        if case .dropped = move { return }
        let existing = try records.record(change.key)
        do {
            if change.action != 0, refusedActions?.contains(change.action) == true {
                _ = try permit(change, existing: existing?.state, version: schema.version)
                throw Refusal(.withItsAction)
            }
            if change.isCopy, change.key.table == ConflictTable.number { return try takeBackConflict(change) }
            let table = try permit(change, existing: existing?.state, version: schema.version)
            if table.rule == .appendOnly, let existing, change.merged.isEmpty, change.decides.isEmpty,
                !brings(change, toRow: existing.state.row)
            {
                return
            }
            try merge(
                change, into: existing, context: context, author: author, contextIsKnown: contextIsKnown,
                movedFrom: move == nil ? nil : sent.key, table)
            if change.isCopy, table.number == ConflictTable.decisions { try takeBackDecision(change) }
        } catch let refusal as Refusal {
            try refuse(change, refusal, existing: existing)
        } catch let fault as MalformedBytes {
            try refuse(change, Refusal(.notValid, fault.what), existing: existing)
        }
    }

    // MARK: Refusing

    /// Everything that depends on the change, the catalog and the record's owner only.
    private func permit(_ change: Change, existing: RecordState?, version: Int) throws -> TableDescription {
        guard let table = catalog.table(change.key.table), table.since <= version else {
            throw Refusal(.unknown, "table \(change.key.table)")
        }
        let owned = owned(existing, table)
        let slices = try owned?.row.slices()
        if let slices, !isReadable(table.scope(of: slices)), !Mutant.isOn(.scopeCheck) { throw Refusal(.outOfScope) }
        // Of a record without an owner nobody knows whose it is: it is as if it were not here.
        if change.operation == .update || change.isFilled, owned == nil, !Mutant.isOn(.needRecord) {
            guard isOld || change.isFilled, try !isOfRefusedInsert(change) else { throw Refusal(.noSuchRecord) }
        }
        if table.rule == .appendOnly {
            // Who decides that what stands there stays writes nothing.
            let decides = change.operation == .update && change.changed.isEmpty && !change.decides.isEmpty
            guard change.operation == .insert || !change.merged.isEmpty || decides else { throw Refusal(.appendOnly) }
            if let existing, !(try isEqual(change, existing, table)) { throw Refusal(.appendOnly) }
        }
        if table.rule == .set && change.operation == .update && change.decides.isEmpty { throw Refusal(.appendOnly) }
        guard change.carried.isSubset(of: .first(table.columnCount(at: version))) else { throw Refusal(.unknown) }
        let carried = try authorise(change, existing: slices, table)
        if change.operation != .delete { try validation.check(change, carried, table) }
        if change.operation == .insert && !isReadable(table.scope(of: carried)) { throw Refusal(.outOfScope) }
        if !change.merged.isEmpty { try permitMerge(change, table) }
        if change.key.table == ConflictTable.decisions { try permitReopening(change) }
        return table
    }

    /// Whether the record never was here, because its writer's insert was refused: what he built on it goes with it,
    /// also when it is given back.
    private func isOfRefusedInsert(_ change: Change) throws -> Bool {
        let read = try readRefusedInsert()
        read.bind(1, idBytes: change.key.id)
        read.bind(2, change.key.table)
        read.bind(3, Int64(bitPattern: change.dot.number.rawValue))
        defer { read.reset() }
        return try read.step()
    }

    /// A record of which a restored hub has only some columns has no owner yet: its scope says nothing.
    private func owned(_ existing: RecordState?, _ table: TableDescription) -> RecordState? {
        guard let existing, let owner = table.ownerColumn, existing.base == nil,
            let group = table.groups.first(where: { $0.columns.contains(owner) }), existing.register(group.index) == nil
        else { return existing }
        return nil
    }

    /// What comes back after a disaster is not refused because its giver may not write it: nobody else may have it. It
    /// is held, and listed for its owner. Such changes count only where there was something to come back from.
    private func authorise(
        _ change: Change, existing: [ArraySlice<UInt8>]?, _ table: TableDescription
    ) throws -> [ArraySlice<UInt8>] {
        guard change.isCopy || change.isFilled, canGiveBack, table.writable != .hub else {
            return try table.authorise(change, by: writer, existing: existing)
        }
        if change.isCopy { return try table.slices(of: change) }
        return try table.authorise(change, as: .update, by: writer, existing: existing)
    }

    /// Whether this hub was restored, or has forgotten something.
    var canGiveBack: Bool { isOld || hub.horizon > 0 || hasFormerLives }

    func isReadable(_ scope: Scope) -> Bool {
        switch scope {
        case .ambito: return true
        case .capofilaOnly: return writer.isCapofila
        case .comune(let owner):
            var encoded: [UInt8] = [6]
            encoded.appendID(owner)
            return writer.isCapofila || encoded == writer.comune
        }
    }

    /// Whether a row has columns in `change` of which nothing has been said yet.
    private func brings(_ change: Change, toRow row: SyncCore.Row) -> Bool {
        let count = (try? row.slices().count) ?? 0
        return !change.carried.subtracting(.first(count)).isEmpty
    }

    /// Of columns that the row lacks nothing was said: nothing is against it.
    private func isEqual(_ change: Change, _ existing: RecordState, _ table: TableDescription) throws -> Bool {
        let old = try existing.row.slices()
        let new = try table.slices(of: change)
        return !existing.isDeleted
            && zip(change.carried.columns, new).allSatisfy { column, value in
                column >= old.count || old[column] == value
            }
    }

    /// A first reading of a unit that has actions: which of them hold a change that is refused.
    private func findRefusedActions(_ batches: [(frame: Frame, header: BatchHeader)]) throws -> Set<UInt64> {
        var found: Set<UInt64> = []
        var made: [RecordKey: RecordState] = [:]
        for batch in batches {
            var changes = try BatchReader(batch.frame, header: batch.header)
            while let sent = try changes.next() {
                var change = sent
                if case .changed(let other) = try moved(sent) { change = other }
                let existing = try made[change.key] ?? records.record(change.key)?.state
                do {
                    let table = try permit(change, existing: existing, version: batch.header.schemaVersion)
                    if change.operation == .insert && existing == nil {
                        let row = SyncCore.Row(encodedValues: try table.slices(of: change))
                        made[change.key] = RecordState(base: nil, registers: [], row: row, isDeleted: false)
                    }
                } catch is Refusal {
                    if change.action != 0 { found.insert(change.action) }
                }
            }
        }
        return found
    }

    /// Refusals are state: each has a `seq` and comes in its sender's pages. The record goes out again under a
    /// fresh dot, so that what the sender built on the refused value comes back to him.
    private mutating func refuse(_ change: Change, _ refusal: Refusal, existing: StoredRecord?) throws {
        refused += 1
        let isHidden = refusal.reason == .outOfScope
        let hasRow = existing != nil && !isHidden
        try refuse(
            change.dot, change.key, refusal, isInsert: change.operation == .insert, hubHasRow: hasRow,
            isHidden: isHidden)
        if hasRow && !Mutant.isOn(.refuseBump) { try records.bump(change.key, seq: hub.nextSeq(), dot: hub.freshDot()) }
    }

    mutating func refuse(
        _ dot: Dot, _ key: RecordKey, _ refusal: Refusal, isInsert: Bool = false, hubHasRow: Bool, isHidden: Bool
    ) throws {
        insertRefusal.bind(1, Int64(hub.nextSeq()))
        insertRefusal.bind(2, Int64(bitPattern: dot.number.rawValue))
        insertRefusal.bind(3, Int64(dot.counter))
        insertRefusal.bind(4, key.table)
        insertRefusal.bind(5, idBytes: key.id)
        insertRefusal.bind(6, Int(refusal.reason.rawValue))
        insertRefusal.bind(7, text: refusal.detail)
        insertRefusal.bind(8, hubHasRow ? 1 : 0)
        insertRefusal.bind(9, isHidden ? 1 : 0)
        insertRefusal.bind(10, isInsert ? 1 : 0)
        try insertRefusal.run()
    }

    // MARK: Merging

    private mutating func merge(
        _ change: Change, into existing: StoredRecord?, context: Context, author: Int64, contextIsKnown: Bool,
        movedFrom sent: RecordKey?, _ table: TableDescription
    ) throws {
        let side = self.side(existing: existing, change: change, table)
        // Of a table that came after his last complete pull the writer has seen no row but his own.
        let isUnseen = table.since > schema.seen
        let unseen = try unseenColumns(of: table)
        let unions = existing == nil ? nil : try upkeep.aliases.unions(of: change.key)
        let stamp = Stamp(
            dot: change.dot, time: change.time, author: author,
            context: isUnseen ? try contexts.context(of: VersionVector()) : context, side: side,
            record: unions == nil || sent?.id == change.key.id ? nil : sent?.id)
        let (open, dormant) = existing == nil ? ([], []) : try conflicts.listed(change.key)
        let special = existing == nil ? [] : try conflicts.openSpecial(change.key)
        let outcome = try Merge.outcome(
            of: change, stamp: stamp, on: existing?.state, recordDot: existing?.dot, in: table, open: open,
            dormant: dormant, contextIsKnown: contextIsKnown, unseen: unseen, unions: unions)
        // Who writes in this life and knew what it lacks may have more in his row than it has: the record goes back to
        // him, as does what he has not seen of it. What is given back keeps its dot: by it others tell whether they
        // knew that version, and its writer, who has another number now, gets it all the same. So does a record that a
        // copy leaves as it was.
        let same = change.isCopy && outcome.showsWhat(existing?.state) ? existing?.dot : nil
        let isKnown = isOld || contextIsKnown && !outcome.hasUnseen
        let dot = same ?? (outcome.isPlain && sent == nil && isKnown ? change.dot : hub.freshDot())
        let slices = try outcome.state.row.slices()
        let scope = table.scope(of: slices)
        try records.write(
            change.key, outcome.state, seq: hub.nextSeq(), dot: dot, scope: scope, in: table, isNew: existing == nil)
        try upkeep.note(change.key, table, before: existing?.state, after: outcome.state, slices: slices)
        for loss in outcome.replaced { try remember(loss, at: change.key, change) }
        let place = Placed(change: change, stamp: stamp, outcome: outcome, scope: scope, dot: dot, table: table)
        try listSpecial(place, isNew: existing == nil, open: special)
        let isQuiet = outcome.changesNothingListed && open.isEmpty
        if change.key.table == ConflictTable.decisions { try reopen(change, context: context) }
        guard !isQuiet || !change.decides.isEmpty else { return }
        let conflicts = conflicts
        try conflicts.settle(
            outcome, of: change, in: table, scope: scope, listedUnder: dot, stillOpen: open, now: now,
            decidedWith: context, writing: { key, row, scope in try writeOwn(key, row, scope) })
        for named in change.decides { try touchClass(of: named.conflict) }
        if !change.merged.isEmpty { try absorb(change, stamp: stamp, table) }
    }

    private func unseenColumns(of table: TableDescription) throws -> UnseenColumns? {
        guard schema.seen < catalog.version else { return nil }
        let columns = table.columns(after: schema.seen)
        return columns.isEmpty
            ? nil : UnseenColumns(columns: columns, context: try contexts.context(of: VersionVector()))
    }

    private func side(existing: StoredRecord?, change: Change, _ table: TableDescription) -> WriterSide {
        var side: WriterSide = writer.isCapofila ? .capofila : []
        guard let owner = table.ownerColumn else { return side }
        let slices = (try? existing?.state.row.slices()) ?? (try? table.slices(of: change)) ?? []
        let place = existing != nil ? owner : change.carried.columns.firstIndex(of: owner)
        if let place, place < slices.count, slices[place].elementsEqual(writer.comune) { side.insert(.owner) }
        return side
    }

    func remember(_ loss: MergeOutcome.Loss, at key: RecordKey, _ change: Change) throws {
        let stamp = loss.sibling.stamp
        insertHistory.bind(1, key.table)
        insertHistory.bind(2, idBytes: key.id)
        insertHistory.bind(3, loss.group)
        insertHistory.bind(4, Int64(stamp.dot.number.rawValue))
        insertHistory.bind(5, Int64(stamp.dot.counter))
        insertHistory.bind(6, Int64(bitPattern: stamp.time.rawValue))
        insertHistory.bind(7, stamp.author)
        insertHistory.bind(8, blob: loss.sibling.values)
        insertHistory.bind(9, Int64(change.dot.number.rawValue))
        insertHistory.bind(10, Int64(change.dot.counter))
        try insertHistory.run()
    }

    /// Writes a record of the hub's own: a conflict.
    mutating func writeOwn(_ key: RecordKey, _ row: SyncCore.Row, _ scope: Scope) throws {
        try write(key, row, scope, under: hub.freshDot())
    }

    /// Writes what a hub is founded with: the ambito, its comuni, the code lists. It is older than everything that
    /// anybody knows (counter 0, which every vector covers), so that what a rebuilt hub begins with never stands
    /// against what replicas give back.
    mutating func seed(_ key: RecordKey, _ row: SyncCore.Row, _ scope: Scope) throws {
        try write(key, row, scope, under: Dot(number: hub.number, counter: 0))
    }

    private mutating func write(_ key: RecordKey, _ row: SyncCore.Row, _ scope: Scope, under dot: Dot) throws {
        guard let table = catalog.table(key.table) else { return }
        let existing = try records.record(key)
        let stamp = Stamp(
            dot: dot, time: hub.stamp(now: now), author: try authors.number(of: Array("zona-server".utf8)),
            context: try contexts.context(of: VersionVector()), side: .capofila)
        let state = RecordState(base: stamp, registers: [], row: row, isDeleted: false)
        try records.write(key, state, seq: hub.nextSeq(), dot: dot, scope: scope, in: table, isNew: existing == nil)
        try upkeep.note(key, table, before: existing?.state, after: state, slices: row.slices())
    }
}
