import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// Merging duplicates is a union. The survivor's change carries the values that the operator chose and names the ids
/// that go; what he had seen of them he replaced, what he had not seen stands beside it as if it had been written to
/// the survivor. A merged id stays an alias: what points to it points to the survivor, also what arrives later.
extension Fold {
    /// Whether the sender may merge other records into the one that he changes.
    func permitMerge(_ change: Change, _ table: TableDescription) throws {
        for id in change.merged {
            guard change.operation == .update, table.rule != .set, table.idKey.isEmpty, change.key.id < id,
                !catalog.isOwner(table)
            else { throw Refusal(.notValid, "merge") }
            guard let loser = try records.record(RecordKey(table: table.number, id: id)) else {
                throw Refusal(.noSuchRecord)
            }
            let slices = try loser.state.row.slices()
            guard isReadable(table.scope(of: slices)) else { throw Refusal(.outOfScope) }
            let owner = table.ownerColumn.map { upkeep.plan(table).value($0, slices) }
            guard table.allows(writer, table.writable, owner: owner) else { throw Refusal(.notYours) }
        }
    }

    /// A change of a merged record is one of its survivor, and what it says of merged records it says of their
    /// survivors. Nothing is left of the delete of a merged record: it is gone already.
    ///
    /// - Returns: nothing when the change stays as it is.
    func moved(_ change: Change) throws -> Moved? {
        guard try upkeep.aliases.hasAny(), let table = catalog.table(change.key.table) else { return nil }
        var key = change.key
        if let target = try upkeep.aliases.target(of: key), !target.isDerived {
            guard change.operation != .delete else { return .dropped }
            key = RecordKey(table: key.table, id: target.id)
        }
        let plan = upkeep.plan(table)
        var full = [ArraySlice<UInt8>](repeating: ValueCoding.null[...], count: table.columns.count)
        guard !plan.parents.isEmpty, let carried = try? table.slices(of: change) else {
            return key == change.key ? nil : .changed(change.with(key: key, values: change.values))
        }
        for (position, column) in change.carried.columns.enumerated() { full[column] = carried[position] }
        let replaced = try upkeep.moved(full, plan, inID: false)
        guard replaced != nil || key != change.key else { return nil }
        let values = change.carried.columns.reduce(into: [UInt8]()) { bytes, column in
            bytes.append(contentsOf: (replaced ?? full)[column])
        }
        return .changed(change.with(key: key, values: values))
    }

    enum Moved {
        case changed(Change)
        case dropped
    }

    /// The records that a change merges into its own are gone from now on.
    mutating func absorb(_ change: Change, stamp: Stamp, _ table: TableDescription) throws {
        for id in change.merged.sorted() {
            guard let pair = try upkeep.aliases.unite(table.number, change.key.id, id, by: stamp.dot) else { continue }
            try moveContent(of: pair.gone, to: pair.stays, change, stamp, table)
            upkeep.moves.append((pair.gone, pair.stays))
        }
    }

    private mutating func moveContent(
        of gone: RecordKey, to stays: RecordKey, _ change: Change, _ stamp: Stamp, _ table: TableDescription
    ) throws {
        guard let source = try records.record(gone) else { return }
        try moveConflicts(of: gone, as: source.state, to: stays, change, stamp)
        if table.rule == .appendOnly {
            try remember(MergeOutcome.Loss(group: ColumnGroup.wholeRow, of: source.state, in: table), at: gone, change)
        } else {
            let written = table.groups.filter {
                $0.index == ColumnGroup.wholeRow || !$0.columns.intersection(change.changed).isEmpty
            }
            for part in try source.state.parts(in: table) {
                if stamp.covers(part.stamp.dot) {
                    for loss in part.losses { try remember(loss, at: gone, change) }
                }
                try inject(part, of: gone, into: stays, table) { group, values in
                    // What nobody ever chose is no news where the operator may not write.
                    written.contains { $0.index == group } || values != table.defaults(of: group)
                }
            }
        }
        for conflict in try conflicts.openSpecial(gone) { try move(conflict.id, to: stays) }
        let existence = Register(
            group: ColumnGroup.existence, siblings: [Sibling(stamp: stamp, values: RecordState.deleted)])
        let tombstone = RecordState(base: nil, registers: [existence], row: source.state.row, isDeleted: true)
        try rewrite(gone, tombstone, before: source.state, in: table)
    }

    /// Writes to the survivor what one change had written to the record that goes.
    private mutating func inject(
        _ part: RecordState.Part, of gone: RecordKey, into key: RecordKey, _ table: TableDescription,
        where matters: (Int, [UInt8]) -> Bool
    ) throws {
        guard let existing = try records.record(key) else { return }
        let losses = part.losses.filter { matters($0.group, $0.sibling.values) }
        guard !losses.isEmpty else { return }
        var values: [Int: ArraySlice<UInt8>] = [:]
        var carried = ColumnSet()
        for loss in losses {
            guard let columns = table.group(loss.group)?.columns else { continue }
            var reader = ByteReader(loss.sibling.values)
            for column in columns.columns {
                let start = reader.position
                try reader.skipValue()
                values[column] = loss.sibling.values[start..<reader.position]
            }
            carried = carried.union(columns)
        }
        let named = losses.filter { !$0.sibling.stamp.named.isEmpty }.map {
            NamedConflict(conflict: key.id, group: $0.group, dots: $0.sibling.stamp.named)
        }
        func change(_ decides: [NamedConflict]) throws -> Change {
            Change(
                key: key, operation: .update, dot: part.stamp.dot, time: part.stamp.time,
                author: Array(try authors.name(part.stamp.author).utf8), carried: carried, changed: carried,
                values: carried.columns.reduce(into: []) { $0.append(contentsOf: values[$1] ?? ValueCoding.null[...]) },
                isCopy: part.stamp.isCopy, decides: decides)
        }
        let open = try conflicts.open(key)
        let outcome = try Merge.outcome(
            of: change(named), stamp: part.stamp.written(to: part.stamp.record ?? gone.id), on: existing.state,
            recordDot: existing.dot, in: table, open: open, contextIsKnown: true,
            unions: try upkeep.aliases.unions(of: key))
        let slices = try outcome.state.row.slices()
        let scope = table.scope(of: slices)
        let dot = hub.freshDot()
        try records.write(key, outcome.state, seq: hub.nextSeq(), dot: dot, scope: scope, in: table, isNew: false)
        try upkeep.note(key, table, before: existing.state, after: outcome.state, slices: slices)
        for loss in outcome.replaced { try remember(loss, at: key, change([])) }
        let conflicts = conflicts
        try conflicts.settle(
            outcome, of: change([]), in: table, scope: scope, listedUnder: dot, stillOpen: open, now: now,
            writing: { key, row, scope in try writeOwn(key, row, scope) })
    }

    /// What was open about the record that goes. A loser that the operator had not seen is listed anew about the
    /// survivor, if it stands there still; if it stands in the list only, or he knew the listing, the conflict is about
    /// the survivor from now on; else he had it on screen and replaced it.
    private mutating func moveConflicts(
        of gone: RecordKey, as state: RecordState, to stays: RecordKey, _ change: Change, _ stamp: Stamp
    ) throws {
        for conflict in try conflicts.open(gone) {
            let id = ConflictTable.id(gone, group: conflict.group, loser: conflict.loser)
            let knewListing = conflict.listedUnder.map { stamp.covers($0) } ?? true
            let isListedOn =
                stamp.covers(conflict.loser) ? knewListing : !state.stands(conflict.loser, in: conflict.group)
            guard isListedOn, conflict.group != ColumnGroup.existence else {
                try close(id, by: change.author)
                continue
            }
            try move(id, to: stays)
        }
    }

    /// A conflict is about another record from now on.
    private mutating func move(_ id: RecordID, to stays: RecordKey) throws {
        guard var values = try conflicts.published(id), let table = catalog.table(ConflictTable.number) else { return }
        try conflicts.move(id, to: stays)
        values[ConflictColumn.recordID.rawValue] = .text("\(stays.id)")
        let row = SyncCore.Row(values)
        try writeOwn(RecordKey(table: table.number, id: id), row, table.scope(of: row.slices()))
    }

    // MARK: References

    /// What points to a record that was merged, or whose key changed, points to the other.
    mutating func repoint(from: RecordKey, to: RecordKey) throws {
        guard let parent = catalog.table(from.table) else { return }
        for child in upkeep.plan(parent).children {
            let plan = upkeep.plan(child.table)
            var found: [RecordKey] = []
            // Deleted rows too: an edit that had not seen the delete may bring one back.
            try forEachRow(of: child.table, includingDeleted: true) { key, slices in
                if child.columns.contains(where: { plan.id($0, slices) == from.id }) { found.append(key) }
            }
            found += try naming(from.id, of: child.table)
            for key in Set(found).sorted() { try repoint(key, plan) }
        }
    }

    private mutating func repoint(_ key: RecordKey, _ plan: TablePlan) throws {
        guard let record = try records.record(key) else { return }
        let slices = try record.state.row.slices()
        var state = record.state
        var isMoved = false
        if let moved = try upkeep.moved(slices, plan, inID: false) {
            state.row = SyncCore.Row(encodedValues: moved)
            isMoved = true
        }
        for index in state.registers.indices {
            guard let columns = plan.table.group(state.registers[index].group)?.columns.columns else { continue }
            state.registers[index].siblings = try state.registers[index].siblings.map { sibling in
                let values = try movedValues(sibling.values, of: columns, plan)
                if values != sibling.values { isMoved = true }
                return Sibling(stamp: sibling.stamp, values: values)
            }
        }
        if isMoved {
            try rewrite(key, state, before: record.state, in: plan.table)
        } else {
            try upkeep.note(key, plan.table, before: record.state, after: record.state, slices: slices)
        }
        try closeEqual(key, state, plan.table)
        for conflict in try conflicts.open(key) {
            try repoint(ConflictTable.id(key, group: conflict.group, loser: conflict.loser), plan)
        }
    }

    /// Records whose values beside the shown ones, or whose open conflicts, name an id.
    private func naming(_ id: RecordID, of table: TableDescription) throws -> [RecordKey] {
        let beside = try RawStatement(database, "SELECT id FROM record WHERE table_no = ?1 AND instr(state, ?2) > 0")
        beside.bind(1, table.number)
        beside.bind(2, idBytes: id)
        var found: [RecordKey] = []
        while try beside.step() { if let id = beside.id(0) { found.append(RecordKey(table: table.number, id: id)) } }
        let listed = try RawStatement(
            database,
            """
            SELECT c.record_id FROM conflict c JOIN record r ON r.table_no = \(ConflictTable.number) AND r.id = c.id
            WHERE c.table_no = ?1 AND c.state = 'open' AND instr(r.row, ?2) > 0
            """)
        listed.bind(1, table.number)
        listed.bind(2, idBytes: id)
        while try listed.step() { if let id = listed.id(0) { found.append(RecordKey(table: table.number, id: id)) } }
        return found
    }

    /// What a conflict lists of a record that was merged is of its survivor.
    private mutating func repoint(_ conflict: RecordID, _ plan: TablePlan) throws {
        guard var values = try conflicts.published(conflict),
            case .text(let names) = values[ConflictColumn.columns.rawValue]
        else { return }
        let columns = String(decoding: names, as: UTF8.self).split(separator: ",").compactMap {
            plan.table.column(named: String($0))
        }
        let before = values
        for side in [ConflictColumn.otherValues, .shownValues, .baseValues] {
            guard case .blob(let bytes) = values[side.rawValue], !bytes.isEmpty else { continue }
            values[side.rawValue] = .blob(try movedValues(bytes, of: columns, plan))
        }
        guard values != before else { return }
        let scope = try conflicts.scope(of: values)
        try writeOwn(RecordKey(table: ConflictTable.number, id: conflict), SyncCore.Row(values), scope)
    }

    private func movedValues(_ values: [UInt8], of columns: [Int], _ plan: TablePlan) throws -> [UInt8] {
        var full = [ArraySlice<UInt8>](repeating: ValueCoding.null[...], count: plan.table.columns.count)
        var reader = ByteReader(values)
        for column in columns {
            let start = reader.position
            try reader.skipValue()
            full[column] = values[start..<reader.position]
        }
        let moved = try upkeep.moved(full, plan, inID: false) ?? full
        return columns.reduce(into: []) { $0.append(contentsOf: moved[$1]) }
    }

    /// Two values that pointed to two records and now point to one are no conflict.
    private mutating func closeEqual(_ key: RecordKey, _ state: RecordState, _ table: TableDescription) throws {
        for conflict in try conflicts.open(key) {
            guard let siblings = state.register(conflict.group)?.siblings,
                let loser = siblings.first(where: { $0.stamp.dot == conflict.loser }),
                loser.values == Merge.winner(of: conflict.group, among: siblings, in: table).values
            else { continue }
            let id = ConflictTable.id(key, group: conflict.group, loser: conflict.loser)
            try close(id, by: Array("zona-server".utf8))
        }
    }
}

extension Change {
    func with(key: RecordKey, values: [UInt8]) -> Change {
        Change(
            key: key, operation: operation, dot: dot, time: time, author: author, action: action, carried: carried,
            changed: changed, values: values, isFilled: isFilled, isCopy: isCopy, decides: decides)
    }
}

extension MergeOutcome.Loss {
    /// The row of a record of which only one change is known.
    init(group: Int, of state: RecordState, in table: TableDescription) throws {
        let slices = try state.row.slices()
        guard let stamp = state.base ?? state.registers.first?.siblings.first?.stamp else {
            throw HubStoreError(.database, "a record of \(table.name) has no writer")
        }
        self.init(
            group: group,
            sibling: Sibling(stamp: stamp, values: slices.reduce(into: []) { $0.append(contentsOf: $1) }))
    }
}

extension RecordState {
    /// What one change wrote of a record, as far as it still stands.
    struct Part {
        let stamp: Stamp
        var losses: [MergeOutcome.Loss]
    }

    /// The values that stand, by the change that wrote them, in the order of dots. Existence is not among them.
    func parts(in table: TableDescription) throws -> [Part] {
        let slices = try row.slices()
        var parts: [Dot: Part] = [:]
        for group in table.groups {
            var siblings = register(group.index)?.siblings ?? []
            if siblings.isEmpty, let base {
                let values = group.columns.columns.reduce(into: [UInt8]()) { bytes, column in
                    bytes.append(
                        contentsOf: column < slices.count ? slices[column] : table.columns[column].defaultValue[...])
                }
                siblings = [Sibling(stamp: base, values: values)]
            }
            for sibling in siblings {
                parts[sibling.stamp.dot, default: Part(stamp: sibling.stamp, losses: [])].losses.append(
                    MergeOutcome.Loss(group: group.index, sibling: sibling))
            }
        }
        return parts.keys.sorted().compactMap { parts[$0] }
    }
}
