import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// Notes, while a unit is folded, what its end must look at: natural keys that several records hold, children whose
/// parent is gone, rows that a merge broke. These conflicts are functions of the state: they are open while it is so.
///
/// On the path of every change: nothing is read twice, and a first insert costs one entry in an array, and for each
/// parent a look into a set.
final class Upkeep {
    let database: Database
    let catalog: Catalog
    let keys: KeyIndex
    let orphans: OrphanTable
    let aliases: AliasTable
    /// Records that no longer show: who refers to them?
    var gone: Set<RecordKey> = []
    /// Children to look at.
    var children: Set<RecordKey> = []
    /// Records of which somebody else decides whether they show: parents of orphans, and records whose key changed.
    var dependent: Set<RecordKey> = []
    /// References to the first id become references to the second.
    var moves: [(from: RecordKey, to: RecordKey)] = []
    /// Records that a check over several groups must look at.
    var unchecked: Set<RecordKey> = []
    private var plans: [Int: TablePlan] = [:]
    private var alive: Set<RecordKey> = []
    private let readAlive: LazyStatement

    init(_ database: Database, catalog: Catalog) {
        self.database = database
        self.catalog = catalog
        keys = KeyIndex(database)
        orphans = OrphanTable(database)
        aliases = AliasTable(database)
        readAlive = LazyStatement(
            database, "SELECT is_deleted OR is_withheld FROM record WHERE table_no = ?1 AND id = ?2")
    }

    func plan(_ table: TableDescription) -> TablePlan {
        if let known = plans[table.number] { return known }
        let plan = TablePlan(table, in: catalog)
        plans[table.number] = plan
        return plan
    }

    /// A record was written.
    ///
    /// - Parameters:
    ///   - before: what it was, nothing if it is new.
    ///   - slices: its values now.
    func note(
        _ key: RecordKey, _ table: TableDescription, before: RecordState?, after: RecordState,
        slices: [ArraySlice<UInt8>]
    ) throws {
        let plan = plan(table)
        guard plan.isWatched else { return }
        let isShown = after.shows(in: table)
        if plan.hasKey { try noteKey(key, plan, before: before, isShown: isShown, slices) }
        if !plan.parents.isEmpty { try noteParents(key, plan, isNew: before == nil, isShown: isShown, slices) }
        if !plan.children.isEmpty {
            try noteChildren(key, wasShown: before?.shows(in: table) ?? false, isShown: isShown)
        }
        if !plan.crossing.isEmpty { unchecked.insert(key) }
    }

    private func noteKey(
        _ key: RecordKey, _ plan: TablePlan, before: RecordState?, isShown: Bool, _ slices: [ArraySlice<UInt8>]
    ) throws {
        let new = isShown ? plan.keyHash(slices) : nil
        guard let before else {
            if let new { keys.addFresh(new, key) }
            return
        }
        let old = !before.shows(in: plan.table) ? nil : plan.keyHash(try before.row.slices())
        if old == new {
            if let new { try keys.touch(new) }
            return
        }
        if let old { try keys.remove(old, key) }
        if let new { try keys.add(new, key) }
    }

    private func noteParents(
        _ key: RecordKey, _ plan: TablePlan, isNew: Bool, isShown: Bool, _ slices: [ArraySlice<UInt8>]
    ) throws {
        for parent in plan.parents {
            if isShown, !plan.isNull(parent.column, slices) {
                guard let id = plan.id(parent.column, slices), try isAlive(RecordKey(table: parent.table, id: id))
                else {
                    children.insert(key)
                    continue
                }
            }
        }
        if !isNew, try !orphans.of(child: key).isEmpty { children.insert(key) }
        if try aliases.hasAny() { try noteDerived(key, plan, slices) }
    }

    /// A record whose id is made of the id of a merged record leads to the one with the new key.
    private func noteDerived(_ key: RecordKey, _ plan: TablePlan, _ slices: [ArraySlice<UInt8>]) throws {
        guard plan.parents.contains(where: \.isInID) else { return }
        let target = try aliases.target(of: key).map { RecordKey(table: key.table, id: $0.id) }
        if let target { dependent.formUnion([key, target]) }
        guard let moved = try moved(slices, plan, inID: true) else { return }
        var new = RecordKey(
            table: key.table, id: DerivedID.of(table: plan.table.name, key: plan.table.idKey.map { moved[$0] }))
        if let further = try aliases.target(of: new) { new = RecordKey(table: key.table, id: further.id) }
        // The key may have changed again while no record stood under the one that it became first.
        let last = target ?? key
        guard new != last else { return }
        try aliases.derive(last, to: new.id)
        moves.append((last, new))
        dependent.formUnion([last, new])
    }

    /// A row's values with references to merged records replaced; nothing when there are none.
    ///
    /// - Parameter inID: whether columns that make the id are replaced, or the others.
    func moved(_ slices: [ArraySlice<UInt8>], _ plan: TablePlan, inID: Bool) throws -> [ArraySlice<UInt8>]? {
        var moved: [ArraySlice<UInt8>]?
        for parent in plan.parents where parent.isInID == inID && parent.column < slices.count {
            guard let id = TablePlan.id(in: slices[parent.column]),
                let target = try aliases.target(of: RecordKey(table: parent.table, id: id))
            else { continue }
            var value: [UInt8] = [RawValue.Kind.uuid.rawValue]
            value.appendID(target.id)
            moved = moved ?? slices
            moved?[parent.column] = value[...]
        }
        return moved
    }

    private func noteChildren(_ key: RecordKey, wasShown: Bool, isShown: Bool) throws {
        if !isShown {
            alive.remove(key)
            if wasShown { gone.insert(key) }
        }
        let waiting = try orphans.of(parent: key)
        guard !waiting.isEmpty else { return }
        dependent.insert(key)
        children.formUnion(waiting.map(\.child))
    }

    /// Whether a parent shows, and not only because of a child.
    private func isAlive(_ key: RecordKey) throws -> Bool {
        if alive.contains(key) { return true }
        let read = try readAlive()
        read.bind(1, key.table)
        read.bind(2, idBytes: key.id)
        let isShown = try read.step() && read.integer(0) == 0
        read.reset()
        guard isShown, try orphans.of(parent: key).isEmpty else { return false }
        if alive.count >= 100_000 { alive.removeAll(keepingCapacity: true) }
        alive.insert(key)
        return true
    }
}

extension RecordState {
    /// Whether it is in pages: neither deleted nor incomplete.
    func shows(in table: TableDescription) -> Bool {
        !isDeleted && isWhole(in: table)
    }
}

extension Upkeep {
    static func markComplete(_ database: Database) throws {
        try RawStatement(database, "UPDATE upkeep SET is_complete = 1").run()
    }

    /// Looks once at all records of a hub from before this was kept; does nothing afterwards.
    static func complete(_ pool: DatabasePool, catalog: Catalog) throws {
        let isComplete = try pool.read { database in
            let read = try RawStatement(database, "SELECT is_complete FROM upkeep")
            return try read.step() && read.integer(0) == 1
        }
        guard !isComplete else { return }
        try pool.write { database in
            let hub = try HubRow(database)
            // What the hub finds out is nobody's work, and dated like the last thing it accepted.
            let nobody = Writer(comune: hub.ambito, isCapofila: true)
            let now = hub.highestTime.milliseconds
            var fold = try Fold(database, catalog: catalog, hub: hub, writer: nobody, now: now)
            for table in catalog.tables where fold.upkeep.plan(table).isWatched {
                try fold.forEachRow(of: table, includingDeleted: false) { key, slices in
                    guard let record = try fold.records.record(key) else { return }
                    try fold.upkeep.note(key, table, before: nil, after: record.state, slices: slices)
                }
            }
            try fold.settle(by: Array("zona-server".utf8))
            try markComplete(database)
            try fold.hub.log(database, LogEntry(kind: "upkeep"), at: now)
            try fold.hub.save(database)
        }
    }
}
