import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

extension Fold {
    /// At the end of a unit: lists and closes the conflicts that are functions of the state, and shows and hides what
    /// depends on other records. Looks only at what the unit touched, in the order of keys, so that the same log
    /// gives the same hub.
    ///
    /// - Parameter author: who gets the credit for what closes.
    mutating func settle(by author: [UInt8]) throws {
        try settleDecisionsBack()
        try upkeep.keys.flush()
        while let work = nextWork() {
            switch work {
            case .moves(let moves): for move in moves { try repoint(from: move.from, to: move.to) }
            case .gone(let keys): try findChildren(of: keys)
            case .children(let keys): for key in keys { try settleChild(key, by: author) }
            case .dependent(let keys): for key in try heldUp(by: keys) { try settleDependent(key) }
            }
        }
        try settleDuplicates(by: author)
        let unchecked = upkeep.unchecked.sorted()
        upkeep.unchecked = []
        for key in unchecked { try settleChecks(key, by: author) }
    }

    private enum Work {
        case moves([(from: RecordKey, to: RecordKey)])
        case gone([RecordKey])
        case children([RecordKey])
        case dependent([RecordKey])
    }

    private func nextWork() -> Work? {
        if !upkeep.moves.isEmpty {
            defer { upkeep.moves = [] }
            return .moves(upkeep.moves)
        }
        if !upkeep.gone.isEmpty {
            defer { upkeep.gone = [] }
            return .gone(upkeep.gone.sorted())
        }
        if !upkeep.children.isEmpty {
            defer { upkeep.children = [] }
            return .children(upkeep.children.sorted())
        }
        if !upkeep.dependent.isEmpty {
            defer { upkeep.dependent = [] }
            return .dependent(upkeep.dependent.sorted())
        }
        return nil
    }

    /// Writes a record that the hub itself changes, under a dot of its own, so that everybody gets it.
    mutating func rewrite(
        _ key: RecordKey, _ state: RecordState, before: RecordState?, in table: TableDescription
    ) throws {
        let slices = try state.row.slices()
        try records.write(
            key, state, seq: hub.nextSeq(), dot: hub.freshDot(), scope: table.scope(of: slices), in: table,
            isNew: before == nil)
        try upkeep.note(key, table, before: before, after: state, slices: slices)
    }

    // MARK: Who lives

    /// The dots by which a record lives, by its own writers and by those of the records whose key became its own:
    /// a delete removes only what its writer had seen. None: it is deleted, or was never here.
    func ownLife(of key: RecordKey, through visited: Set<RecordKey> = []) throws -> [Dot] {
        let state = try records.record(key)?.state
        var dots = state.map(\.presentDots) ?? []
        let sources = try upkeep.aliases.derivedSources(of: key)
        guard !sources.isEmpty, !visited.contains(key) else { return dots }
        let deletes = state.map(\.deletes) ?? []
        for source in sources {
            for dot in try ownLife(of: source, through: visited.union([key]))
            where !deletes.contains(where: { $0.covers(dot) }) {
                dots.append(dot)
            }
        }
        return dots
    }

    /// The deletes of a record that nobody has undone, and of those whose key became its own.
    private func ownDeletes(of key: RecordKey, through visited: Set<RecordKey> = []) throws -> [Stamp] {
        let deletes = try records.record(key)?.state.deletes ?? []
        guard !visited.contains(key) else { return deletes }
        return try upkeep.aliases.derivedSources(of: key).reduce(deletes) {
            try $0 + ownDeletes(of: $1, through: visited.union([key]))
        }
    }

    /// Whether who deleted a parent could see a child at all. His vector covers what his comune may not read.
    private func couldSee(_ delete: Stamp, _ child: StoredRecord, _ table: TableDescription) throws -> Bool {
        switch table.scope(of: try child.state.row.slices()) {
        case .ambito: true
        case .capofilaOnly: delete.side.contains(.capofila)
        case .comune(let owner):
            try delete.side.contains(.capofila) || conflicts.comune(of: delete.dot.number) == .text("\(owner)")
        }
    }

    /// These records, and those that live by them through others: their parents, and the parents of those.
    private func heldUp(by keys: [RecordKey]) throws -> [RecordKey] {
        var all = Set(keys)
        var rest = keys
        while let key = rest.popLast() {
            for parent in try upkeep.orphans.of(child: key).compactMap(\.parent) where all.insert(parent).inserted {
                rest.append(parent)
            }
        }
        return all.sorted()
    }

    /// The same, and by children that no delete of it had seen. A ring of records that hold each other up lives only
    /// if one of them does by itself.
    func life(of key: RecordKey, through visited: Set<RecordKey> = []) throws -> [Dot] {
        if try upkeep.aliases.target(of: key) != nil { return [] }
        let own = try ownLife(of: key)
        guard own.isEmpty, !visited.contains(key) else { return own }
        let deletes = try ownDeletes(of: key)
        guard !deletes.isEmpty else { return [] }
        var dots: [Dot] = []
        for orphan in try upkeep.orphans.of(parent: key) {
            guard let table = catalog.table(orphan.child.table), let child = try records.record(orphan.child) else {
                continue
            }
            var life = try life(of: orphan.child, through: visited.union([key]))
            guard !life.isEmpty else { continue }
            if let stamp = child.state.shownStamp(of: orphan.column, in: table) { life.append(stamp.dot) }
            let isUnseen = try deletes.allSatisfy { delete in
                try life.contains { !delete.covers($0) } || !couldSee(delete, child, table)
            }
            if isUnseen { dots += life }
        }
        return dots
    }

    /// Shows or hides a record that depends on others, and makes it when only its key is new.
    private mutating func settleDependent(_ key: RecordKey) throws {
        guard let table = catalog.table(key.table) else { return }
        let shows = try !life(of: key).isEmpty
        guard let record = try records.record(key) else {
            guard shows, let state = try derived(key, table) else { return }
            return try rewrite(key, state, before: nil, in: table)
        }
        guard record.state.isDeleted == shows else { return }
        var state = record.state
        state.isDeleted = !shows
        try rewrite(key, state, before: record.state, in: table)
    }

    /// The records whose key became this one's, also over a key under which no record ever stood.
    private func sources(of key: RecordKey) throws -> [RecordKey] {
        var all: [RecordKey] = []
        var rest = [key]
        while let next = rest.popLast() {
            for source in try upkeep.aliases.derivedSources(of: next) where !all.contains(source) && source != key {
                all.append(source)
                rest.append(source)
            }
        }
        return all
    }

    /// A record that exists because the key of another one changed: the other's values, and no writer of its own.
    private func derived(_ key: RecordKey, _ table: TableDescription) throws -> RecordState? {
        let plan = upkeep.plan(table)
        for source in try sources(of: key) {
            guard let old = try records.record(source)?.state else { continue }
            let slices = try old.row.slices()
            let inID = try upkeep.moved(slices, plan, inID: true) ?? slices
            let moved = try upkeep.moved(inID, plan, inID: false) ?? inID
            let registers = table.groups.compactMap { group in
                group.columns.columns.first.flatMap { old.shownStamp(of: $0, in: table) }.map { stamp in
                    Register(
                        group: group.index,
                        siblings: [
                            Sibling(
                                stamp: stamp,
                                values: group.columns.columns.reduce(into: []) {
                                    $0.append(contentsOf: plan.value($1, moved))
                                })
                        ])
                }
            }
            return RecordState(
                base: nil, registers: registers, row: SyncCore.Row(encodedValues: moved), isDeleted: false)
        }
        return nil
    }

    // MARK: Orphans

    /// Shown rows that refer to records which no longer show. Deletes of parents are rare: the tables of their
    /// children are read through, once for all of them.
    private mutating func findChildren(of gone: [RecordKey]) throws {
        for table in Set(gone.map(\.table)).sorted() {
            guard let described = catalog.table(table) else { continue }
            let wanted = Set(gone.filter { $0.table == table }.map(\.id))
            for child in upkeep.plan(described).children {
                let plan = upkeep.plan(child.table)
                try forEachRow(of: child.table, includingDeleted: false) { key, slices in
                    let isFound = child.columns.contains { plan.id($0, slices).map(wanted.contains) ?? false }
                    if isFound { upkeep.children.insert(key) }
                }
            }
        }
    }

    func forEachRow(
        of table: TableDescription, includingDeleted: Bool, _ body: (RecordKey, [ArraySlice<UInt8>]) throws -> Void
    ) throws {
        let read = try RawStatement(
            database,
            "SELECT id, row FROM record WHERE table_no = ?1\(includingDeleted ? "" : " AND is_deleted = 0") ORDER BY id"
        )
        read.bind(1, table.number)
        while try read.step() {
            guard let id = read.id(0) else { continue }
            try body(RecordKey(table: table.number, id: id), try SyncCore.Row(uncheckedBytes: read.blob(1)).slices())
        }
    }

    /// Lists a child for each parent of it that is gone, and closes what is no longer so.
    private mutating func settleChild(_ key: RecordKey, by author: [UInt8]) throws {
        guard let table = catalog.table(key.table), let record = try records.record(key) else { return }
        let plan = upkeep.plan(table)
        let slices = try record.state.row.slices()
        let known = try upkeep.orphans.of(child: key)
        let isShown = try !record.state.isDeleted && upkeep.aliases.target(of: key) == nil
        var found: [OrphanTable.Entry] = []
        for parent in plan.parents where isShown && !plan.isNull(parent.column, slices) {
            let id = plan.id(parent.column, slices)
            let entry = OrphanTable.Entry(child: key, column: parent.column, parentTable: parent.table, parentID: id)
            if let parent = entry.parent, try !ownLife(of: parent).isEmpty { continue }
            found.append(entry)
        }
        for entry in known where !found.contains(where: { $0.column == entry.column }) {
            try upkeep.orphans.remove(entry)
            if let parent = entry.parent { upkeep.dependent.insert(parent) }
            try close(StateConflict.orphanID(entry), by: author)
        }
        for entry in found {
            let before = known.first { $0.column == entry.column }
            if let parent = before?.parent, parent != entry.parent { upkeep.dependent.insert(parent) }
            try upkeep.orphans.set(entry)
            if let parent = entry.parent { upkeep.dependent.insert(parent) }
            try listOrphan(entry, table, record, slices)
        }
    }

    private mutating func listOrphan(
        _ entry: OrphanTable.Entry, _ table: TableDescription, _ child: StoredRecord, _ slices: [ArraySlice<UInt8>]
    ) throws {
        let deletes = try entry.parent.flatMap { try records.record($0) }?.state.deletes ?? []
        let last = deletes.max { ($0.time, $0.dot) < ($1.time, $1.dot) }
        let group = table.groups.first { $0.columns.contains(entry.column) }
        try list(
            StateConflict(
                id: StateConflict.orphanID(entry), kind: .orphan, key: entry.child, group: group?.index ?? 0,
                columns: [table.columns[entry.column].name], rule: table.rule.rawValue,
                scope: table.scope(of: slices), shownValues: Array(upkeep.plan(table).value(entry.column, slices)),
                shown: child.state.shownStamp(of: entry.column, in: table), other: last,
                named: deletes.map(\.dot)))
    }
}

extension RecordState {
    /// The dots of the writers for whom the record exists.
    var presentDots: [Dot] {
        guard let existence = register(ColumnGroup.existence) else { return base.map { [$0.dot] } ?? [] }
        return existence.siblings.filter { $0.values == Self.present }.map(\.stamp.dot)
    }

    /// The deletes that nobody has undone.
    var deletes: [Stamp] {
        (register(ColumnGroup.existence)?.siblings ?? []).filter { $0.values == Self.deleted }.map(\.stamp)
    }

    /// Who wrote what a column shows.
    func shownStamp(of column: Int, in table: TableDescription) -> Stamp? {
        guard let group = table.groups.first(where: { $0.columns.contains(column) }) else { return base }
        guard let siblings = register(group.index)?.siblings, !siblings.isEmpty else { return base }
        return Merge.winner(of: group.index, among: siblings, in: table).stamp
    }
}
