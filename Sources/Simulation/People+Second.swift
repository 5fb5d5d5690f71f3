import ReplicaStore
import SyncCore

/// Second thoughts: undoing, forms, decisions, refused changes.
extension Play {
    /// The user undoes all that no batch holds yet: each row back to how it was.
    func revert(_ desk: Desk) throws {
        for key in desk.memory.written.keys.sorted() {
            guard let beginning = desk.memory.written[key], !beginning.hasDecision, let old = beginning.row,
                let table = desk.table(key.table), let row = try desk.row(key, table), row != old,
                table.rule != .set, table.rule != .appendOnly
            else { continue }
            let set = table.columns.enumerated().map { "\($1.name) = ?\($0 + 2)" }.joined(separator: ", ")
            let isDone = try tries(desk) {
                try desk.program.run("UPDATE \(table.name) SET \(set) WHERE id = ?1", [.id(key.id)] + old)
            }
            guard isDone else { continue }
            if desk.form?.key == key { desk.form = nil }
            count("revert")
            note("desk \(desk.index) undid \(key)")
            for (new, before) in zip(row, old) where new != before {
                if let value = Written.value(new) { world.over[value, default: []].insert(World.undone) }
                if let value = Written.value(before) { world.over[value]?.subtract(beginning.made) }
            }
            desk.memory.edits = desk.memory.edits.filter { $0.key.key != key }
            // The same person has the form open: it shows what he went back to.
            if desk.form?.key == key { desk.form?.row = old }
        }
    }

    // MARK: Forms

    /// Opens a form, saves the open one, or closes it.
    func useForm(_ desk: Desk) throws {
        guard let form = desk.form else { return try openForm(desk) }
        guard let table = desk.table(form.key.table), let profile = Toys.profile(table.name) else { return }
        guard chance.happens(0.7), let row = try desk.row(form.key, table) else {
            return try closeForm(desk, form, table)
        }
        var screen = form.row
        if now + desk.skew - form.touchedAt >= Limits.touchMilliseconds {
            // Its touch has ended: it shows the record anew.
            count("form too old")
            screen = row
        }
        count("form saved")
        try write(
            desk, form.key, table, changes(of: row, profile, try desk.number), over: row, onScreen: screen)
        try closeForm(desk, form, table)
    }

    func closeForm(_ desk: Desk, _ form: Form, _ table: TableDescription) throws {
        let behind = try desk.behind()
        desk.form = nil
        try desk.person.endTouch(form.key.id, of: table)
        try noteTookPlace(desk, behindBefore: behind)
    }

    private func openForm(_ desk: Desk) throws {
        guard let (key, table, _, row) = try anyRow(desk), table.rule != .set, table.rule != .appendOnly else { return }
        try desk.person.touch(key.id, of: table, now: now + desk.skew)
        desk.form = Form(key: key, row: row, touchedAt: now + desk.skew)
        count("form")
        note("desk \(desk.index) opened a form on \(key)")
        if chance.happens(0.2) { now += Limits.touchMilliseconds * 2 / 3 }
    }

    // MARK: Decisions

    func decide(_ desk: Desk) throws {
        let open = try desk.person.conflicts()
        guard !open.isEmpty else { return }
        for _ in 0..<min(2, open.count) { try decide(desk, chance.pick(open)) }
    }

    private func decide(_ desk: Desk, _ conflict: Conflict) throws {
        guard let table = desk.catalog.table(named: conflict.table), let profile = Toys.profile(table.name) else {
            return
        }
        if conflict.kind == "duplicate" { return try merge(desk, conflict, table) }
        let key = RecordKey(table: table.number, id: conflict.recordID)
        let row = try desk.row(key, table)
        let columns = conflict.columns.compactMap(table.column(named:))
        // About a column that this PC's schema lacks: for somebody else to decide.
        guard columns.count == conflict.columns.count else { return }
        var choice = ConflictChoice.shown
        switch chance.below(3) {
        case 0 where !columns.isEmpty && row != nil:
            let free = columns.filter { profile.roles[$0] == .text || profile.roles[$0] == .money }
            guard !free.isEmpty else { break }
            let column = chance.pick(free)
            let value = world.newValue(by: try desk.number)
            choice = .new([(column, profile.roles[column] == .money ? .integer(Int64(value)) : Written.text(value))])
        case 1 where row != nil || conflict.keepsRow: choice = .other
        default: break
        }
        if case .other = choice, columns.isEmpty, table.rule == .appendOnly { return }
        let isDone = try tries(desk) {
            try desk.person.resolve(conflict, choice, note: "", by: Operator("anna"), now: now + desk.skew)
        }
        guard isDone else { return }
        count("decision")
        world.reopened.last.remove(conflict.id)
        note("desk \(desk.index) decided \(conflict.id) on \(key): \(choice)")
        try decided(desk, conflict, key, columns, before: row, after: try desk.row(key, table))
    }

    /// A conflict that has ended is opened again.
    func reopen(_ desk: Desk) throws {
        let ended = try desk.person.conflicts(onlyOpen: false).filter {
            $0.state != "open" && !$0.followsState && !$0.reopenedHere
        }
        guard !ended.isEmpty else { return }
        let conflict = chance.pick(ended)
        let isDone = try tries(desk) {
            try desk.person.reopen(conflict, note: "", by: Operator("anna"), now: now + desk.skew)
        }
        guard isDone else { return }
        count("reopened")
        note("desk \(desk.index) reopened \(conflict.id)")
        world.reopened.ever.insert(conflict.id)
        world.reopened.last.insert(conflict.id)
    }

    /// Everything that the conflict showed and that the record does not hold now was overruled, on purpose.
    private func decided(
        _ desk: Desk, _ conflict: Conflict, _ key: RecordKey, _ columns: [Int], before: [Value]?, after: [Value]?
    ) throws {
        if let before, after == nil { return deleted(key, desk, before, asDecision: true) }
        begin(key, desk, row: before)
        desk.memory.written[key]?.hasDecision = true
        let held = Set((after ?? []).compactMap(Written.value))
        for value in (conflict.shown.values + conflict.other.values).compactMap(Written.value)
        where !held.contains(value) {
            world.over[value, default: []].insert(World.overruled)
        }
        guard let after else { return }
        if before == nil { count("row put back") }
        world.again.formUnion(columns.compactMap { Written.value(after[$0]) })
        for column in columns where before?[column] != after[column] {
            if let old = before.flatMap({ Written.value($0[column]) }) {
                world.over[old, default: []].insert(World.overruled)
            }
            let place = World.Place(key: key, column: column)
            // As the file had it before anything that waits here: nothing is written after all.
            if let begun = desk.memory.written[key]?.row, begun.indices.contains(column), begun[column] == after[column]
            {
                desk.memory.edits[place] = nil
            } else {
                wrote(after[column], at: place, desk)
            }
        }
    }

    /// One record is made of duplicates; the values of one of them stay.
    private func merge(_ desk: Desk, _ conflict: Conflict, _ table: TableDescription) throws {
        let keys = conflict.members.map { RecordKey(table: table.number, id: $0) }
        let rows = try keys.map { try desk.row($0, table) }
        guard keys.count > 1, rows.allSatisfy({ $0 != nil }) else { return }
        let isDone = try tries(desk) {
            _ = try desk.person.merge(
                conflict, keeping: chance.below(keys.count), [], note: "", by: Operator("anna"), now: now + desk.skew)
        }
        guard isDone, let before = rows[0], let after = try desk.row(keys[0], table) else { return }
        count("merge")
        note("desk \(desk.index) merged \(keys)")
        world.merge(keys)
        begin(keys[0], desk, row: before)
        desk.memory.written[keys[0]]?.hasDecision = true
        let held = Set(after.compactMap(Written.value))
        world.again.formUnion(held)
        for value in rows.flatMap({ $0 ?? [] }).compactMap(Written.value) where !held.contains(value) {
            world.over[value, default: []].insert(World.overruled)
        }
        for column in after.indices where before[column] != after[column] {
            wrote(after[column], at: World.Place(key: keys[0], column: column), desk)
        }
    }

    // MARK: Refused changes

    /// The operator reads a refused change, writes it once more without the fault, and lets it go.
    func resubmit(_ desk: Desk) throws {
        guard let change = try desk.person.refusedChanges().first, let table = desk.catalog.table(named: change.table)
        else {
            return
        }
        let key = RecordKey(table: table.number, id: change.id)
        world.told.formUnion(change.values.compactMap { Written.value($0.value) })
        if let row = try desk.row(key, table), let profile = Toys.profile(change.table) {
            let number = try desk.number
            let again = change.values.filter(\.isChanged).compactMap { entry -> (column: Int, value: Value)? in
                guard let column = table.column(named: entry.column), profile.roles[column] == .text else { return nil }
                return (column, Written.text(world.newValue(by: number)))
            }
            try write(desk, key, table, again, over: row, onScreen: row)
        }
        count("resubmitted")
        _ = try desk.person.dropRefused(change.dot, now: now + desk.skew)
    }
}
