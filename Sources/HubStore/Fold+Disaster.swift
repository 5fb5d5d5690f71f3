import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

// What a fold does with what replicas give back after a disaster, and with edits of records that are gone.
extension Fold {
    /// A change as it was merged.
    struct Placed {
        let change: Change
        let stamp: Stamp
        let outcome: MergeOutcome
        let scope: Scope
        let dot: Dot
        let table: TableDescription
    }

    /// An edit that makes a record anew which is gone here is listed, until the record's insert comes; so is what is
    /// given back by somebody who may not have seen a delete that was forgotten. A copy that its giver may not write is
    /// listed while it stands.
    mutating func listSpecial(
        _ placed: Placed, isNew: Bool, open: [(kind: ConflictTable.Special, loser: Dot, id: RecordID)]
    ) throws {
        let change = placed.change
        let about = ConflictTable.About(
            key: change.key, table: placed.table, scope: placed.scope, state: placed.outcome.state, now: now)
        let (table, write) = (
            conflicts, { (key, row, scope) in try writeOwn(key, row, scope) } as ConflictTable.Writing
        )
        let isAnew =
            isNew && placed.table.losesRecords && change.operation != .delete && !Mutant.isOn(.editGone)
        if isAnew, try mayBeGone(change, placed.stamp.context.vector) {
            let deleted = Sibling(stamp: placed.stamp, values: RecordState.deleted)
            try table.list(
                MergeOutcome.Loss(group: ColumnGroup.existence, sibling: deleted), about, listedUnder: placed.dot,
                isForGood: true, kind: ConflictTable.Special.gone.rawValue, write)
        }
        let stands = placed.outcome.state.registers.flatMap(standing).map(\.stamp.dot)
        if stands.contains(change.dot), try !mayWrite(change, placed.table) {
            let held = Sibling(stamp: placed.stamp, values: RecordState.present)
            try table.list(
                MergeOutcome.Loss(group: ColumnGroup.existence, sibling: held), about, listedUnder: placed.dot,
                isForGood: true, kind: ConflictTable.Special.held.rawValue, write)
        }
        for conflict in open where !change.isCopy {
            // An insert whose writer may not have seen the forgotten delete either says nothing of it.
            let isOver =
                try conflict.kind == .gone
                ? change.operation == .insert && !mayBeGone(change, placed.stamp.context.vector)
                : !stands.contains(conflict.loser)
            if isOver { try table.close(conflict.id, "closed", by: change.author, now, about, write) }
        }
    }

    /// The copies that stand: one beside a change that says the same does not.
    private func standing(in register: Register) -> [Sibling] {
        register.siblings.filter { copy in
            copy.stamp.isCopy && !register.siblings.contains { !$0.stamp.isCopy && $0.values == copy.values }
        }
    }

    /// Whether the record that a change makes anew may have been here, and been deleted.
    private func mayBeGone(_ change: Change, _ seen: VersionVector) throws -> Bool {
        guard change.isCopy || isOld else { return change.operation == .update || change.isFilled }
        return try Forgotten.vector(database).map { !seen.covers($0) } ?? false
    }

    /// Whether the writer might have written all that the change carries.
    private func mayWrite(_ change: Change, _ table: TableDescription) throws -> Bool {
        do {
            _ = try table.authorise(change, by: writer, existing: nil)
            return true
        } catch let refusal as Refusal {
            guard refusal.reason == .notYours else { throw refusal }
            return false
        }
    }

    /// A conflict that a replica knows and this hub does not.
    mutating func takeBackConflict(_ change: Change) throws {
        guard !Mutant.isOn(.conflictsLost) else { return }
        guard canGiveBack, let table = catalog.table(ConflictTable.number) else { throw Refusal(.notYours) }
        guard change.operation == .insert, change.carried == table.allColumns else { return }
        let slices = try table.slices(of: change)
        let scope = table.scope(of: slices)
        guard isReadable(scope) else { throw Refusal(.outOfScope) }
        let row = SyncCore.Row(encodedValues: slices)
        let values = try row.values()
        guard case .text(let name) = values[ConflictColumn.tableName.rawValue],
            case .text(let id) = values[ConflictColumn.recordID.rawValue],
            let about = catalog.table(named: String(decoding: name, as: UTF8.self)),
            let record = RecordID(String(decoding: id, as: UTF8.self))
        else { throw Refusal(.notValid) }
        let key = RecordKey(table: about.number, id: record)
        let conflicts = conflicts
        let isTaken = try conflicts.giveBack(
            change.key.id, row, about: key, in: about, as: try records.record(key)?.state, scope: scope,
            { key, row, scope in try writeOwn(key, row, scope) })
        decisionsBack.insert(change.key.id)
        // Somebody was faster, and this one had to skip what came of that, for his own waited: it comes to him again.
        if !isTaken { try records.bump(change.key, seq: hub.nextSeq(), dot: hub.freshDot()) }
    }

    /// A decision that comes back without the change that carried it.
    mutating func takeBackDecision(_ change: Change) throws {
        if let row = try decision(in: change) { decisionsBack.insert(row.conflict) }
    }

    mutating func settleDecisionsBack() throws {
        let conflicts = conflicts
        for conflict in decisionsBack.sorted() {
            guard let decision = try decisions.decider(of: conflict) else { continue }
            // Who chose the loser did so by a change, and that is not here: the decision would close the wrong side.
            if try !decision.keepsShown && waitsBeside(conflict) { continue }
            try conflicts.markDecided(
                conflict, by: decision.author, now: now, { key, row, scope in try writeOwn(key, row, scope) })
        }
        decisionsBack = []
    }

    /// Whether the loser of a conflict still stands beside what shows.
    private func waitsBeside(_ conflict: RecordID) throws -> Bool {
        guard let values = try conflicts.published(conflict), let key = try conflicts.record(of: conflict),
            let group = try conflicts.group(of: conflict), let table = catalog.table(key.table),
            let state = try records.record(key)?.state,
            case .integer(let number) = values[ConflictColumn.otherNumber.rawValue],
            case .integer(let counter) = values[ConflictColumn.otherCounter.rawValue]
        else { return false }
        return Merge.isBeside(conflicts.dot(number, counter), of: group, in: state, table)
    }

    /// Records of which only some columns ever came go back to those who wrote these.
    mutating func refuseIncomplete() throws {
        let read = try RawStatement(database, "SELECT table_no, id FROM record WHERE is_withheld = 1 ORDER BY seq")
        var keys: [RecordKey] = []
        while try read.step() {
            if let id = read.id(1) { keys.append(RecordKey(table: Int(read.integer(0)), id: id)) }
        }
        for key in keys {
            guard let record = try records.record(key) else { continue }
            let dots = Set(
                record.state.registers.filter { $0.group != ColumnGroup.existence }.flatMap(\.siblings)
                    .map(\.stamp.dot))
            for dot in dots.sorted() { try refuse(dot, key, Refusal(.incomplete), hubHasRow: false, isHidden: false) }
        }
        try Tombstones.remove(keys, database)
    }
}
