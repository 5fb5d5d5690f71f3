import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// A conflict that is a function of the state, as it is to be listed.
struct StateConflict {
    enum Kind: String { case duplicate, orphan, invalid }

    let id: RecordID
    let kind: Kind
    /// The record it is about: of duplicates the survivor, of an orphan the child.
    let key: RecordKey
    var group = 0
    let columns: [String]
    let rule: String
    let scope: Scope
    /// The encoded values of `columns`.
    let shownValues: [UInt8]
    var base: [UInt8]?
    let shown: Stamp?
    var other: Stamp?
    /// What a decision had on screen beside its context: of an orphan the deletes of its parent.
    var named: [Dot] = []

    static func duplicateID(_ table: Int, hash: Int64) -> RecordID {
        var bytes = Array("zona_conflict duplicate".utf8)
        bytes.appendVarint(UInt64(table))
        bytes.appendFixed(UInt64(bitPattern: hash))
        return RecordID(version8: Hash.of(bytes))
    }

    static func orphanID(_ entry: OrphanTable.Entry) -> RecordID {
        id("zona_conflict orphan", entry.child, UInt64(entry.column))
    }

    static func invalidID(_ key: RecordKey, check: String) -> RecordID {
        var bytes = id("zona_conflict invalid", key, 0).bytes
        bytes.appendCounted(Array(check.utf8))
        return RecordID(version8: Hash.of(bytes))
    }

    private static func id(_ what: String, _ key: RecordKey, _ column: UInt64) -> RecordID {
        var bytes = Array(what.utf8)
        bytes.appendVarint(UInt64(key.table))
        bytes.appendID(key.id)
        bytes.appendVarint(column)
        return RecordID(version8: Hash.of(bytes))
    }
}

extension Fold {
    /// Lists a conflict, or brings what is listed to what is so now.
    mutating func list(_ conflict: StateConflict) throws {
        var values = try conflicts.published(conflict.id)
        let before = values
        let isOpen = try conflicts.state(of: conflict.id) == "open"
        var made = values ?? [Value](repeating: .null, count: ConflictColumn.allCases.count)
        func set(_ column: ConflictColumn, _ value: Value) { made[column.rawValue] = value }
        set(.scope, conflicts.scopeValue(conflict.scope))
        set(.tableName, .text(catalog.table(conflict.key.table)?.name ?? ""))
        set(.recordID, .text("\(conflict.key.id)"))
        set(.groupNumber, .integer(Int64(conflict.group)))
        set(.columns, .text(conflict.columns.joined(separator: ",")))
        set(.kind, .text(conflict.kind.rawValue))
        set(.rule, .text(conflict.rule))
        set(.state, .text("open"))
        set(.contested, .integer(0))
        set(.otherValues, .blob([]))
        set(.shownValues, .blob(conflict.shownValues))
        set(.baseValues, conflict.base.map(Value.blob) ?? .null)
        for (column, stamp) in [(ConflictColumn.otherAuthor, conflict.other), (.shownAuthor, conflict.shown)] {
            let first = column.rawValue
            made[first] = .text(try stamp.map { try authors.name($0.author) } ?? "-")
            made[first + 1] = try stamp.map { try conflicts.comune(of: $0.dot.number) } ?? .null
            made[first + 2] = .integer(Int64(bitPattern: stamp?.dot.number.rawValue ?? 0))
            made[first + 3] = .integer(Int64(bitPattern: stamp?.dot.counter ?? 0))
            made[first + 4] = .integer(stamp?.time.milliseconds ?? 0)
        }
        set(.dots, .blob(ConflictTable.bytes(of: conflict.named)))
        if !isOpen { set(.listedAt, .integer(now)) }
        set(.closedBy, .null)
        set(.closedAt, .null)
        values = made
        guard made != before || !isOpen else { return }
        try conflicts.open(conflict)
        try writeOwn(RecordKey(table: ConflictTable.number, id: conflict.id), SyncCore.Row(made), conflict.scope)
    }

    /// It is no longer so. What was decided stays as it is.
    mutating func close(_ id: RecordID, by author: [UInt8]) throws {
        guard try conflicts.state(of: id) == "open", var values = try conflicts.published(id) else { return }
        try conflicts.set(id, "closed")
        values[ConflictColumn.state.rawValue] = .text("closed")
        values[ConflictColumn.closedBy.rawValue] = .text(author)
        values[ConflictColumn.closedAt.rawValue] = .integer(now)
        let row = SyncCore.Row(values)
        guard let table = catalog.table(ConflictTable.number) else { return }
        try writeOwn(RecordKey(table: ConflictTable.number, id: id), row, table.scope(of: row.slices()))
    }

    // MARK: Duplicates

    /// One conflict for each natural key that several shown records hold.
    mutating func settleDuplicates(by author: [UInt8]) throws {
        for hash in upkeep.keys.takeChanged() {
            let members = try upkeep.keys.members(hash)
            for number in Set(members.map(\.table)).sorted() {
                guard let table = catalog.table(number) else { continue }
                if try !listDuplicate(members.filter { $0.table == number }, hash: hash, table) {
                    try close(StateConflict.duplicateID(number, hash: hash), by: author)
                }
            }
            for table in catalog.tables where !members.contains(where: { $0.table == table.number }) {
                guard upkeep.plan(table).hasKey else { continue }
                try close(StateConflict.duplicateID(table.number, hash: hash), by: author)
            }
        }
    }

    /// A conflict was decided, perhaps by one who had other records with this key on screen: where several hold it
    /// still, they are listed again.
    func touchClass(of conflict: RecordID) throws {
        guard let key = try conflicts.record(of: conflict), let table = catalog.table(key.table),
            let record = try records.record(key), let hash = try upkeep.plan(table).keyHash(record.state.row.slices()),
            StateConflict.duplicateID(key.table, hash: hash) == conflict
        else { return }
        try upkeep.keys.touch(hash)
    }

    private mutating func listDuplicate(_ members: [RecordKey], hash: Int64, _ table: TableDescription) throws -> Bool {
        let plan = upkeep.plan(table)
        var classes: [[UInt8]: [(key: RecordKey, record: StoredRecord, slices: [ArraySlice<UInt8>])]] = [:]
        for member in members {
            guard let record = try records.record(member) else { continue }
            let slices = try record.state.row.slices()
            classes[plan.key(slices), default: []].append((member, record, slices))
        }
        let shared = classes.filter { $0.value.count > 1 }
        guard let key = shared.keys.min(by: { $0.lexicographicallyPrecedes($1) }), let found = shared[key] else {
            return false
        }
        let scopes = Set(found.map { table.scope(of: $0.slices) })
        var ids: [UInt8] = []
        for member in found {
            ids.append(RawValue.Kind.uuid.rawValue)
            ids.appendID(member.key.id)
        }
        let first = table.naturalKey[0]
        try list(
            StateConflict(
                id: StateConflict.duplicateID(table.number, hash: hash), kind: .duplicate, key: found[0].key,
                columns: table.naturalKey.map { table.columns[$0].name }, rule: table.rule.rawValue,
                scope: scopes.count == 1 ? scopes.first ?? .capofilaOnly : .capofilaOnly, shownValues: key, base: ids,
                shown: found[0].record.state.shownStamp(of: first, in: table),
                other: found[1].record.state.shownStamp(of: first, in: table)))
        return true
    }

    // MARK: Checks

    /// Lists each check over several groups that the shown row breaks.
    mutating func settleChecks(_ key: RecordKey, by author: [UInt8]) throws {
        guard let table = catalog.table(key.table), let record = try records.record(key) else { return }
        let plan = upkeep.plan(table)
        let slices = try record.state.row.slices()
        for check in plan.crossing {
            let id = StateConflict.invalidID(key, check: check.name)
            let columns = check.columns.columns
            let values = columns.map { plan.value($0, slices) }
            guard !record.state.isDeleted, try !validation.holds(check, values, table) else {
                try close(id, by: author)
                continue
            }
            let stamps = columns.compactMap { record.state.shownStamp(of: $0, in: table) }
            let ordered = stamps.sorted { ($0.time, $0.dot) > ($1.time, $1.dot) }
            try list(
                StateConflict(
                    id: id, kind: .invalid, key: key, group: 0, columns: columns.map { table.columns[$0].name },
                    rule: check.name, scope: table.scope(of: slices),
                    shownValues: values.reduce(into: []) { $0.append(contentsOf: $1) }, shown: ordered.first,
                    other: ordered.first { $0.dot != ordered.first?.dot }))
        }
    }
}

extension ConflictTable {
    /// Opens a conflict of the state, or points it to the record that it is about now.
    func open(_ conflict: StateConflict) throws {
        let upsert = try openState()
        upsert.bind(1, idBytes: conflict.id)
        upsert.bind(2, conflict.key.table)
        upsert.bind(3, idBytes: conflict.key.id)
        upsert.bind(4, conflict.group)
        upsert.bind(5, text: conflict.kind.rawValue)
        try upsert.run()
    }
}
