import HubStore
import SQLiteAccess
import SyncCore
import SyncWire

/// A record as the hub's file has it.
struct HubRecord {
    let values: [Value]
    let scope: Value
    let isDeleted: Bool
    let isWithheld: Bool
}

/// An open conflict, and the followed values that it keeps.
private struct OpenConflict {
    let record: RecordID
    let group: Int64
    let loser: Dot
    /// A function of the state: a decision that did not change it leaves it open.
    let followsState: Bool
    let values: [Int]
}

// What must hold once everything has come to rest.
extension Play {
    func check() throws {
        let records = try hubRecords()
        if let key = records.filter({ $0.value.isWithheld }).keys.min() {
            throw SimulationFailure("record \(key) was taken and is withheld for ever")
        }
        let shown = records.filter { !$0.value.isDeleted }
        for desk in desks { try checkDesk(desk, shown) }
        let conflicts = openConflicts(shown)
        try checkValues(shown, conflicts)
        try checkTold()
        try checkOrder(shown, conflicts)
        try checkExistence(shown)
        try checkSettled(conflicts)
        try checkReopened(conflicts)
        try checkClasses(shown)
        try checkSums()
        for id in world.decided.keys.sorted()
        where conflicts[id].map({ !$0.followsState }) == true && !campaign.has(.lostPC) {
            if world.reopened.ever.contains(id) { continue }
            // The change that decided it died with its writer's file and with the hub: its loser stands beside again.
            let isLost = campaign.has(.putBack) && campaign.restoresHub
            if isLost, let name = world.decided[id], !hub.memory.seen.values.contains(where: { $0.contains(name) }) {
                continue
            }
            throw SimulationFailure("conflict \(id) was decided and is still open")
        }
    }

    func hubRecords() throws -> [RecordKey: HubRecord] {
        var records: [RecordKey: HubRecord] = [:]
        for row in try hub.program.rows("SELECT table_no, id, scope, is_deleted, row, is_withheld FROM record") {
            var reader = ByteReader(row[1].bytes)
            let key = RecordKey(table: Int(row[0].integer), id: try reader.id())
            guard let table = table(key.table) else { continue }
            var values = try SyncCore.Row(uncheckedBytes: row[4].bytes).values()
            while values.count < table.columns.count {
                var fallback = ByteReader(table.columns[values.count].defaultValue)
                values.append(try fallback.value())
            }
            records[key] = HubRecord(
                values: values, scope: row[2], isDeleted: row[3].integer == 1, isWithheld: row[5].integer == 1)
        }
        return records
    }

    /// Converged: the rows that this desk may read are here, the same, and no others.
    private func checkDesk(_ desk: Desk, _ shown: [RecordKey: HubRecord]) throws {
        let waiting = try desk.program.rows("SELECT table_no, id FROM zona_pending LIMIT 1").first
        if let waiting { throw SimulationFailure("desk \(desk.index) did not drain: \(waiting.map { $0.string })") }
        for (place, value) in desk.memory.edits.sorted(by: { $0.value < $1.value }) {
            throw SimulationFailure("desk \(desk.index) lost the edit \(value) of \(place.key)")
        }
        for table in desk.catalog.tables {
            var here: [RecordKey: [Value]] = [:]
            let columns = (["id"] + table.columns.map(\.name)).joined(separator: ", ")
            for row in try desk.program.rows("SELECT \(columns) FROM \(table.name)") {
                guard let id = RecordID(row[0].string) else { continue }
                here[RecordKey(table: table.number, id: id)] = Array(row.dropFirst())
            }
            let there = shown.filter { $0.key.table == table.number && isReadable($0.value, by: desk) }
            for key in Set(here.keys).union(there.keys).sorted() {
                let wanted = (there[key]?.values.prefix(table.columns.count)).map(Array.init)
                if here[key] == wanted { continue }
                throw SimulationFailure(
                    "diverged at desk \(desk.index): \(table.name) \(key.id): here \(text(here[key])), "
                        + "at the hub \(text(there[key]?.values))")
            }
        }
    }

    private func text(_ values: [Value]?) -> String {
        guard let values else { return "nothing" }
        return values.map { value in
            switch value {
            case .text(let bytes): String(decoding: bytes, as: UTF8.self)
            case .integer(let number): String(number)
            case .null: "-"
            default: "..."
            }
        }.joined(separator: "|")
    }

    private func isReadable(_ record: HubRecord, by desk: Desk) -> Bool {
        if desk.isCapofila || record.scope == .null { return true }
        return record.scope.bytes == desk.comune.bytes
    }

    /// Values that an open conflict keeps, by conflict.
    private func openConflicts(_ shown: [RecordKey: HubRecord]) -> [RecordID: OpenConflict] {
        guard let table = catalog.table(named: "zona_conflict") else { return [:] }
        func column(_ name: String) -> Int { table.column(named: name) ?? 0 }
        let (state, group, record) = (column("state"), column("group_no"), column("record_id"))
        let (other, kind, rule) = (column("other_values"), column("kind"), column("rule"))
        let (number, counter) = (column("other_number"), column("other_counter"))
        var open: [RecordID: OpenConflict] = [:]
        for (key, row) in shown where key.table == table.number {
            let kindName = row.values[kind].string
            count("conflict \(kindName)")
            count("rule \(row.values[rule].string)")
            count("conflict \(row.values[state].string)")
            guard row.values[state].string == "open", let id = RecordID(row.values[record].string) else { continue }
            open[key.id] = OpenConflict(
                record: id, group: row.values[group].integer,
                loser: Dot(
                    number: ReplicaNumber(rawValue: UInt64(bitPattern: row.values[number].integer)),
                    counter: UInt64(bitPattern: row.values[counter].integer)),
                followsState: ["duplicate", "orphan", "invalid"].contains(kindName),
                values: Written.values(in: row.values[other].bytes))
        }
        return open
    }

    /// Nothing lost: a value that the hub took is shown, or was replaced by one who had it on screen, or is listed.
    private func checkValues(
        _ shown: [RecordKey: HubRecord], _ open: [RecordID: OpenConflict]
    ) throws {
        var visible: Set<Int> = []
        for (key, record) in shown where key.table < 900 { visible.formUnion(record.values.compactMap(Written.value)) }
        var listed = Set(open.values.flatMap(\.values))
        listed.formUnion(try keptBeside())
        for (value, place) in world.accepted.sorted(by: { $0.key < $1.key }) {
            if visible.contains(value) || listed.contains(value) || world.gone.contains(value) { continue }
            if !(world.over[value] ?? []).isEmpty || world.told.contains(value) { continue }
            if world.deletes[place.key] != nil && world.edits[place.key] == nil { continue }
            // Who decides that a record goes deletes it with the columns that his schema does not show him.
            if world.blind.decided.contains(place.key), isLater(place) { continue }
            throw SimulationFailure(
                "value \(value) of \(place.key) is neither shown, nor replaced by one who saw it, nor listed")
        }
    }

    private func isLater(_ place: World.Place) -> Bool {
        let columns = table(place.key.table)?.columns ?? []
        return columns.indices.contains(place.column) && columns[place.column].since > 1
    }

    /// Values that stand beside the refused ones at some desk.
    private func keptBeside() throws -> Set<Int> {
        var kept: Set<Int> = []
        for desk in desks {
            for row in try desk.program.rows("SELECT \"values\" FROM zona_refused") {
                kept.formUnion(Written.values(in: row[0].bytes))
            }
        }
        return kept
    }

    private func checkTold() throws {
        for desk in desks { try noteTold(desk) }
        for (value, place) in world.refused.sorted(by: { $0.key < $1.key }) {
            if world.told.contains(value) || !(world.over[value] ?? []).isEmpty { continue }
            if world.accepted[value] != nil || world.gone.contains(value) { continue }
            if let maker = world.maker[value], world.untold.contains(maker) { continue }
            throw SimulationFailure("value \(value) of \(place.key) was refused and nobody was told")
        }
    }

    /// No value shows that somebody has replaced with it on screen.
    private func checkOrder(
        _ shown: [RecordKey: HubRecord], _ open: [RecordID: OpenConflict]
    ) throws {
        guard campaign.situations.isDisjoint(with: [.clone, .lostPC, .putBack]) else { return }
        for key in shown.keys.sorted() {
            guard let record = shown[key], let profile = table(key.table).flatMap({ Toys.profile($0.name) }) else {
                continue
            }
            guard profile.isByColumn else { continue }
            for (column, value) in record.values.enumerated() where !profile.grouped.contains(column) {
                guard let known = Written.value(value), !world.again.contains(known) else { continue }
                let newer = (world.over[known] ?? []).filter { world.accepted[$0] != nil && !world.gone.contains($0) }
                guard let first = newer.min() else { continue }
                if campaign.has(.collect), world.deletes[key] != nil { continue }
                throw SimulationFailure("\(key) shows \(known), which \(first) replaced in front of it")
            }
        }
    }

    /// Whether no file is lost or copied, and no delete is forgotten of which something may come back.
    private var isEachDeleteKnown: Bool {
        campaign.situations.isDisjoint(with: [.clone, .putBack, .lostPC, .oldBackup])
            && !(campaign.has(.restore) && campaign.has(.collect))
    }

    /// What somebody opened again, and nobody decided afterwards, is open.
    private func checkReopened(_ open: [RecordID: OpenConflict]) throws {
        for id in world.reopened.last.sorted() where open[id] == nil {
            throw SimulationFailure("conflict \(id) was opened again, and is not open")
        }
        if !world.reopened.last.isEmpty { count("reopened at rest") }
    }

    /// What somebody settled is not listed anew for others to settle.
    private func checkSettled(_ open: [RecordID: OpenConflict]) throws {
        guard !campaign.hasDisasters, campaign.situations.isDisjoint(with: [.collect, .keys]) else { return }
        for (id, conflict) in open.sorted(by: { $0.key < $1.key })
        where !conflict.followsState && !world.reopened.ever.contains(id) {
            for settled in world.settled where settled.key.id == conflict.record && settled.group == conflict.group {
                guard settled.dots.contains(conflict.loser), !settled.listed.contains(id) else { continue }
                throw SimulationFailure("\(conflict.loser) of \(settled.key) was settled and is listed anew")
            }
        }
    }

    /// A deleted record comes back only by a write that the deletion had not seen; and then it is listed.
    private func checkExistence(_ shown: [RecordKey: HubRecord]) throws {
        let listed = Set(
            try hub.program.rows(
                "SELECT table_no, record_id FROM conflict WHERE group_no = 0 AND state IN ('open', 'decided')"
            ).map { [$0[0].integer.description, Hash.text($0[1].bytes)] })
        let parents = Set(shown.filter { table($0.key.table)?.name == "membro" }.map { $0.value.values[0].string })
        for key in shown.keys.sorted() where key.table < 900 {
            // A deleted parent shows while a child needs it.
            if table(key.table)?.name == "gruppo", parents.contains("\(key.id)") { continue }
            // What others wrote where he could not see it stands against his delete.
            if world.blind.deleted.contains(key) { continue }
            let deletes = (world.deletes[key] ?? []).filter { !$0.isCopy }
            let edits = (world.edits[key] ?? []).filter { !$0.isCopy }
            let isListed = listed.contains([key.table.description, Hash.text(key.id.bytes)])
            guard !deletes.isEmpty else { continue }
            if isEachDeleteKnown, edits.count == world.edits[key]?.count,
                deletes.contains(where: { deed in edits.allSatisfy { deed.seen.contains($0.name) } })
            {
                throw SimulationFailure("\(key) is there, and who deleted it had seen every change of it")
            }
            if campaign.situations.isDisjoint(with: [.clone, .putBack]), !isListed {
                for deed in deletes where edits.allSatisfy({ deed.seen.contains($0.name) }) {
                    throw SimulationFailure("deleted record \(key) is back, and nobody had written it anew")
                }
            }
            guard !campaign.has(.clone), !isListed else { continue }
            if edits.allSatisfy({ edit in deletes.allSatisfy { !edit.seen.contains($0.name) } }) {
                throw SimulationFailure("an edit won against a delete of \(key), and it is not listed")
            }
        }
        guard campaign.situations.isDisjoint(with: [.clone, .putBack, .lostPC, .oldBackup, .restore, .collect]) else {
            return
        }
        for key in world.edits.keys.sorted()
        where key.table < 900 && shown[key] == nil && world.merged[key] == nil {
            let deletes = world.deletes[key] ?? []
            let kept = (world.edits[key] ?? []).filter { edit in deletes.allSatisfy { !$0.seen.contains(edit.name) } }
            if let edit = kept.first {
                throw SimulationFailure("\(key) is gone, though no deletion had seen the change \(edit.name)")
            }
        }
    }
}
