import ReplicaStore
import SQLiteAccess
import Schema
import SyncCore
import SyncWire

/// What people do at their PCs, through Zona and through other programs, and how it enters the ground truth.
extension Play {
    /// The tables that are worked on in this campaign, the busier ones more than once.
    var busyTables: [String] {
        var names = ["scheda", "scheda", "voce", "voce"]
        if campaign.has(.rules) {
            names += ["parere", "locale", "legame", "movimento", "parere", "locale", "legame", "legame", "legame"]
        }
        if campaign.has(.scope) { names = ["scheda", "voce", "pratica", "pratica", "pratica", "pratica"] }
        if campaign.has(.schema) { names = ["scheda", "scheda", "voce", "voce", "pratica", "nuova"] }
        if campaign.has(.checks) { names += ["tratto", "tratto", "tratto"] }
        if campaign.has(.keys) { names += ["gruppo", "membro", "gruppo", "membro"] }
        return names
    }

    func anyTable(_ desk: Desk) -> (TableDescription, Toys.Profile)? {
        let name = chance.pick(busyTables)
        guard let table = desk.catalog.table(named: name), let profile = Toys.profile(name) else { return nil }
        return (table, profile)
    }

    /// Runs a person's write; a rule of the file may say no, and then nothing has happened.
    func tries(_ desk: Desk, _ body: () throws -> Void) throws -> Bool {
        SimulatedDisk.setClock(now + desk.skew)
        do {
            try body()
            return true
        } catch let fault as StatementFault where fault.message.hasPrefix("zona:") {
            count("refused where written")
            note("desk \(desk.index): \(fault.message)")
            return false
        } catch let error as ReplicaStoreError where [.notValid, .notFound, .stale].contains(error.code) {
            count("refused where written")
            return false
        }
    }

    // MARK: Adding

    func insert(_ desk: Desk) throws {
        guard let (table, profile) = anyTable(desk) else { return }
        let number = try desk.number
        var owner: RecordID?
        var row: [Value] = []
        for (column, role) in profile.roles.prefix(table.columns.count).enumerated() {
            switch role {
            case .text, .money: row.append(newValue(profile, column, number))
            case .ordered: row.append(.text(chance.pick(["a", "b"])))
            case .owner:
                owner = desk.isCapofila ? chance.pick([nil, template.seats[1].comune]) : desk.comune
                row.append(owner.map(Value.id) ?? .null)
            case .key: row.append(.text(chance.pick(["p", "q", "r"])))
            case .name: row.append(.text("g\(chance.below(6))"))
            case .bound: row.append(.integer(Int64(chance.below(10))))
            case .parent:
                guard let parents = desk.catalog.table(named: "gruppo"), let parent = try any(of: parents, desk) else {
                    return
                }
                row.append(.id(parent))
            }
        }
        if campaign.has(.refuse) && chance.happens(0.25) { spoil(&row, profile, number) }
        var id = RecordID(
            high: UInt64(now) << 16 | 0x7000 | UInt64(chance.below(4096)), low: 1 << 63 | chance.next() >> 2)
        if let hidden = hiddenRecord(desk, profile) {
            count("insert over a hidden id")
            id = hidden.id
        }
        try insert(desk, table, id, row, owner: owner)
    }

    private func newValue(_ profile: Toys.Profile, _ column: Int, _ number: UInt64) -> Value {
        let value = world.newValue(by: number)
        return profile.roles[column] == .money ? .integer(Int64(value)) : Written.text(value)
    }

    /// The hub refuses such a value.
    private func spoil(_ row: inout [Value], _ profile: Toys.Profile, _ number: UInt64) {
        guard profile.table == "scheda" || profile.table == "voce" else { return }
        row[1] = Written.text(world.newValue(by: number), isBad: true)
    }

    private func hiddenRecord(_ desk: Desk, _ profile: Toys.Profile) -> RecordKey? {
        guard campaign.has(.scope), profile.table == "pratica", !desk.isCapofila, chance.happens(0.2) else {
            return nil
        }
        let hidden = hub.memory.seen.keys.filter { key in
            table(key.table)?.name == profile.table && world.owner[key] != .some(.some(desk.comune))
        }.sorted()
        return hidden.isEmpty ? nil : chance.pick(hidden)
    }

    private func insert(_ desk: Desk, _ table: TableDescription, _ id: RecordID, _ row: [Value], owner: RecordID?)
        throws
    {
        let derived = table.idKey.isEmpty ? id : DerivedIDs.id(of: row, in: table)
        let key = RecordKey(table: table.number, id: derived)
        if try desk.row(key, table) != nil { return }
        let byProgram = chance.happens(0.5)
        if byProgram { count("by another program") }
        let isDone = try tries(desk) {
            if byProgram {
                let places = (1...row.count + 1).map { "?\($0)" }.joined(separator: ", ")
                let verb = chance.pick(["INSERT INTO", "INSERT OR REPLACE INTO"])
                try desk.program.run(
                    "\(verb) \(table.name)(id, \(Desk.columns(table))) VALUES (\(places))", [.id(id)] + row)
            } else {
                _ = try desk.person.insert(
                    into: table, row.enumerated().map { ($0.offset, $0.element) }, id: table.idKey.isEmpty ? id : nil,
                    by: Operator("anna"))
            }
        }
        guard isDone else { return }
        if !table.idKey.isEmpty {
            count("derived id")
            if desk.memory.own[key] != nil { count("insert again") }
        }
        if table.rule == .appendOnly { count("appended") }
        count("insert")
        note("desk \(desk.index) inserted \(key) \(row.compactMap(Written.value))")
        if world.owner[key] == nil { world.owner[key] = .some(owner) }
        begin(key, desk, row: nil)
        for (column, value) in row.enumerated() { wrote(value, at: World.Place(key: key, column: column), desk) }
    }

    // MARK: Keeping account

    /// The first write of a record since the last capture.
    func begin(_ key: RecordKey, _ desk: Desk, row: [Value]?) {
        world.wrote(key)
        if desk.memory.written[key] == nil { desk.memory.written[key] = Memory.Beginning(row: row) }
        if desk.form?.key == key { desk.form = nil }
    }

    func wrote(_ value: Value, at place: World.Place, _ desk: Desk) {
        guard let known = Written.value(value) else { return }
        desk.memory.edits[place] = known
        desk.memory.written[place.key]?.made.insert(known)
    }

    func any(of table: TableDescription, _ desk: Desk) throws -> RecordID? {
        let ids = try desk.ids(table)
        return ids.isEmpty ? nil : chance.pick(ids)
    }

    func anyRow(_ desk: Desk) throws -> Known? {
        if campaign.has(.near), chance.happens(0.7), let near = try nearRow(desk) { return near }
        guard let (table, _) = anyTable(desk), let id = try any(of: table, desk) else { return nil }
        return try known(RecordKey(table: table.number, id: id), desk)
    }

    private func nearRow(_ desk: Desk) throws -> Known? {
        world.lately.isEmpty ? nil : try known(chance.pick(world.lately), desk)
    }

    typealias Known = (key: RecordKey, table: TableDescription, profile: Toys.Profile, row: [Value])

    private func known(_ key: RecordKey, _ desk: Desk) throws -> Known? {
        guard let table = desk.table(key.table), let profile = Toys.profile(table.name),
            let row = try desk.row(key, table)
        else { return nil }
        return (key, table, profile, row)
    }

    // MARK: Changing

    /// A row that waits to be given back is written over before it goes up.
    func writeOverCopy(_ desk: Desk) throws -> Bool {
        let copies = try desk.program.rows(
            """
            SELECT table_no, id FROM zona_pending WHERE is_copy = 1 AND counter IS NULL AND table_no < 900 ORDER BY id
            """)
        guard !copies.isEmpty, chance.happens(0.5) else { return false }
        let row = chance.pick(copies)
        guard let id = RecordID(row[1].string),
            let (key, table, profile, values) = try known(RecordKey(table: Int(row[0].integer), id: id), desk),
            table.rule != .set, table.rule != .appendOnly
        else { return false }
        count("copy written over")
        try write(desk, key, table, changes(of: values, profile, try desk.number), over: values, onScreen: values)
        return true
    }

    func update(_ desk: Desk) throws {
        guard let (key, table, profile, row) = try anyRow(desk) else { return }
        guard table.rule != .set && table.rule != .appendOnly else { return }
        try write(desk, key, table, changes(of: row, profile, try desk.number), over: row, onScreen: row)
    }

    /// New values for one column of the record, or for two.
    func changes(of row: [Value], _ profile: Toys.Profile, _ number: UInt64) -> [(column: Int, value: Value)] {
        let free = row.indices.filter { [.text, .money, .ordered, .name, .bound].contains(profile.roles[$0]) }
        var changes: [Int: Value] = [:]
        for _ in 0..<(chance.happens(0.25) ? 2 : 1) {
            let column = chance.pick(free)
            switch profile.roles[column] {
            case .ordered: changes[column] = .text(chance.pick(["a", "b", "c"]))
            case .name: changes[column] = .text("g\(chance.below(6))")
            case .bound: changes[column] = .integer(Int64(chance.below(10)))
            default: changes[column] = newValue(profile, column, number)
            }
        }
        if campaign.has(.refuse), chance.happens(0.15), profile.table == "scheda" || profile.table == "voce" {
            changes[1] = Written.text(world.newValue(by: number), isBad: true)
        }
        return changes.keys.sorted().compactMap { column in changes[column].map { (column, $0) } }
    }

    /// - Parameters:
    ///   - row: how the file has it.
    ///   - screen: how the writer sees it.
    func write(
        _ desk: Desk, _ key: RecordKey, _ table: TableDescription, _ changes: [(column: Int, value: Value)],
        over row: [Value], onScreen screen: [Value]
    ) throws {
        let changes = changes.filter { row[$0.column] != $0.value }
        guard !changes.isEmpty else { return }
        let isDone = try tries(desk) { try carryOut(desk, key, table, changes, row) }
        guard isDone else { return }
        count("update")
        note("desk \(desk.index) wrote \(key) \(changes.map { ($0.column, Written.value($0.value) ?? 0) })")
        begin(key, desk, row: row)
        for (column, value) in changes {
            if let new = Written.value(value) { world.replaced(Written.value(screen[column]), by: new) }
            wrote(value, at: World.Place(key: key, column: column), desk)
        }
    }

    private func carryOut(
        _ desk: Desk, _ key: RecordKey, _ table: TableDescription, _ changes: [(column: Int, value: Value)],
        _ row: [Value]
    ) throws {
        switch chance.below(6) {
        case 0:
            count("replace")
            count("by another program")
            var new = row
            for change in changes { new[change.column] = change.value }
            let places = (1...row.count + 1).map { "?\($0)" }.joined(separator: ", ")
            try desk.program.run(
                "INSERT OR REPLACE INTO \(table.name)(id, \(Desk.columns(table))) VALUES (\(places))",
                [.id(key.id)] + new)
        case 1:
            count("upsert")
            count("by another program")
            var new = row
            for change in changes { new[change.column] = change.value }
            let places = (1...row.count + 1).map { "?\($0)" }.joined(separator: ", ")
            let set = changes.map { "\(table.columns[$0.column].name) = excluded.\(table.columns[$0.column].name)" }
            try desk.program.run(
                """
                INSERT INTO \(table.name)(id, \(Desk.columns(table))) VALUES (\(places))
                ON CONFLICT(id) DO UPDATE SET \(set.joined(separator: ", "))
                """, [.id(key.id)] + new)
        case 2, 3:
            count("by another program")
            let set = changes.enumerated().map { "\(table.columns[$1.column].name) = ?\($0 + 2)" }
            try desk.program.run(
                "UPDATE \(table.name) SET \(set.joined(separator: ", ")) WHERE id = ?1",
                [.id(key.id)] + changes.map(\.value))
        default:
            _ = try desk.person.update(key.id, of: table, changes, by: Operator("anna"))
        }
    }

    func delete(_ desk: Desk) throws {
        if campaign.has(.keys), chance.happens(0.6), try deleteFamily(desk) { return }
        let link = campaign.has(.rules) && chance.happens(0.6) ? try anyLink(desk) : nil
        guard let (key, table, row) = try link ?? anyRow(desk).map({ ($0.0, $0.1, $0.3) }) else { return }
        _ = try delete(desk, key, table, row)
    }

    private func delete(_ desk: Desk, _ key: RecordKey, _ table: TableDescription, _ row: [Value]) throws -> Bool {
        let isDone = try tries(desk) {
            if chance.happens(0.5) {
                try desk.program.run("DELETE FROM \(table.name) WHERE id = ?1", [.id(key.id)])
            } else {
                try desk.person.delete(key.id, of: table, by: Operator("anna"))
            }
        }
        guard isDone else { return false }
        count("delete")
        note("desk \(desk.index) deleted \(key)")
        deleted(key, desk, row)
        return true
    }

    /// A group goes with its members, whom somebody may be writing meanwhile.
    private func deleteFamily(_ desk: Desk) throws -> Bool {
        guard let children = catalog.table(named: "membro"), let parents = catalog.table(named: "gruppo"),
            let id = try desk.program.rows(
                "SELECT gruppo_id FROM membro WHERE gruppo_id IN (SELECT id FROM gruppo) ORDER BY id"
            ).map({ $0[0].string }).randomElement(using: &chance).flatMap(RecordID.init)
        else { return false }
        for row in try desk.program.rows("SELECT id FROM membro WHERE gruppo_id = ?1 ORDER BY id", [.id(id)]) {
            guard let child = RecordID(row[0].string) else { continue }
            let key = RecordKey(table: children.number, id: child)
            guard let values = try desk.row(key, children) else { continue }
            guard try delete(desk, key, children, values) else { return true }
        }
        let key = RecordKey(table: parents.number, id: id)
        guard let values = try desk.row(key, parents) else { return true }
        if try delete(desk, key, parents, values) { count("family deleted") }
        return true
    }

    /// A row of a join table: deleted here while another desk adds the same, which random rows would seldom be.
    private func anyLink(_ desk: Desk) throws -> (RecordKey, TableDescription, [Value])? {
        for table in desk.catalog.tables where table.rule == .set {
            guard let id = try any(of: table, desk) else { continue }
            let key = RecordKey(table: table.number, id: id)
            if let row = try desk.row(key, table) { return (key, table, row) }
        }
        return nil
    }

    func deleted(_ key: RecordKey, _ desk: Desk, _ row: [Value], asDecision: Bool = false) {
        begin(key, desk, row: row)
        for value in row.compactMap(Written.value) { world.over[value, default: []].insert(World.deleted) }
        desk.memory.edits = desk.memory.edits.filter { $0.key.key != key }
        let later = table(key.table)?.columns.indices.filter { table(key.table)?.columns[$0].since ?? 1 > 1 } ?? []
        func shown(_ column: Int) -> Int? { row.indices.contains(column) ? Written.value(row[column]) : nil }
        let others = world.accepted.contains { value, place in
            place.key == key && later.contains(place.column) && shown(place.column) != value
        }
        if others || later.contains(where: { shown($0) == nil }) {
            world.blind.deleted.insert(key)
            if asDecision { world.blind.decided.insert(key) }
        }
    }
}

/// The id that a join table's row has by its key.
enum DerivedIDs {
    static func id(of row: [Value], in table: TableDescription) -> RecordID {
        DerivedID.of(table: table.name, key: table.idKey.map { ValueCoding.bytes(of: row[$0])[...] })
    }
}
