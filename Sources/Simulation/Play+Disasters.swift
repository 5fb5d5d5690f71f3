import Foundation
import HubStore
import ReplicaStore
import SyncCore
import SyncWire

/// A kept copy of the hub's file, with what the simulation knew of it.
struct HubBackup {
    let path: String
    let memory: HubMemory
    /// Of each number the last counter that the copy holds.
    let stored: [UInt64: Int64]
}

/// Copies, backups and losses of files.
extension Play {
    func disaster(_ desk: Desk) throws {
        let draw = chance.part()
        switch draw {
        case ..<0.2: if campaign.has(.clone), desks.count < 7 { try clone(desk) }
        case ..<0.35: if campaign.restoresHub { try backUp() }
        case ..<0.4: if campaign.has(.move) { try restore(try copyOfNow()) }
        case ..<0.5:
            guard campaign.restoresHub, let last = backups.last else { return }
            let old = campaign.has(.oldBackup) && backups.count > 1 ? backups[backups.count - 2] : last
            try restore(chance.happens(0.5) ? old : last)
        case ..<0.6: if campaign.has(.lostPC), desks.count > 2 { try lose(desk) }
        case ..<0.8: if campaign.has(.putBack) { try backUp(desk) }
        default: if campaign.has(.putBack) { try putBack(desk) }
        }
    }

    // MARK: Copies of a PC's file

    /// The file is copied, with its key, to another PC: two that believe they are the same.
    func clone(_ desk: Desk, isOftenAway: Bool = true) throws {
        count("clone")
        let path = side + "/\(desks.count)-clone.sqlite"
        try desk.program.copy(to: path)
        let twin = try Desk(
            index: desks.count, path: path, key: desk.key, comune: desk.comune, isCapofila: desk.isCapofila,
            skew: desk.skew, files: desk.files)
        twin.memory = desk.memory
        twin.memory.edits = [:]
        note("desk \(twin.index) is a copy of desk \(desk.index)")
        try twin.program.run("DELETE FROM zona_touch")
        desks.append(twin)
        // Mostly one of the two is without a network for a while: then they go far apart.
        if isOftenAway, chance.happens(0.7) { twin.awayUntil = step + 20 + chance.below(60) }
        try mark(twin)
    }

    private func backUp(_ desk: Desk) throws {
        count("backup of a PC")
        let path = side + "/\(desk.index)-backup.sqlite"
        try desk.program.copy(to: path)
        deskBackups[desk.index] = (path, desk.memory)
        note("desk \(desk.index) was backed up")
    }

    private func putBack(_ desk: Desk) throws {
        guard let backup = deskBackups[desk.index] else { return }
        count("PC put back")
        note("desk \(desk.index) is put back from its backup")
        try forgetNumbers(of: desk)
        try losing {
            desk.hangUp()
            desk.form = nil
            try desk.close()
            try replaceFile(desk.path, by: backup.path)
            desk.memory = backup.memory
            desk.memory.edits = [:]
            try desk.reopenFiles()
            desk.marks = Desk.Marks()
            try desk.program.run("DELETE FROM zona_touch")
            try mark(desk)
        }
    }

    /// The file is lost; a new PC is enrolled in its place.
    private func lose(_ desk: Desk) throws {
        count("PC lost")
        note("desk \(desk.index) is lost")
        try forgetNumbers(of: desk)
        let number = ReplicaNumber(rawValue: try desk.number)
        let former = try desk.store.formerNumbers()
        for value in world.refused.keys where world.maker[value].map(world.untold.contains) == true {
            world.told.insert(value)
        }
        deskBackups[desk.index] = nil
        try losing {
            desk.hangUp()
            try desk.close()
            try remove(desk.path)
            let path = side + "/\(desk.index)-\(step)-new.sqlite"
            let seat = try Template.enrol(
                desk.comune, isCapofila: desk.isCapofila, at: hub.store, path: path, now: now, &chance)
            let new = try Desk(
                index: desk.index, path: path, key: seat.key, comune: desk.comune, isCapofila: desk.isCapofila,
                skew: desk.skew)
            desks[desk.index] = new
            try mark(new)
        }
        world.lost += [number] + former
        try? hub.store.retire(number, now: now)
        try hub.refresh()
    }

    /// What is left of the hub is one of the backups that it keeps.
    func burn(_ desk: Desk) throws {
        guard backups.count > 1 else { return }
        count("fire")
        if campaign.has(.putBack) { try putBack(desk) }
        if campaign.has(.lostPC) {
            try lose(desk)
            let other = chance.pick(desks)
            if other.index != desk.index, chance.happens(0.5) { try lose(other) }
        }
        try restore(chance.pick(Array(backups.suffix(2))))
    }

    private func forgetNumbers(of desk: Desk) throws {
        world.untold.insert(try desk.number)
        for row in try desk.program.rows("SELECT number FROM zona_number") {
            world.untold.insert(UInt64(bitPattern: row[0].integer))
        }
    }

    // MARK: Copies of the hub's file

    private func copyOfNow() throws -> HubBackup {
        let path = side + "/hub-\(backups.count)-\(step).backup"
        try hub.program.copy(to: path)
        var stored: [UInt64: Int64] = [:]
        for row in try hub.program.rows("SELECT number, stored_counter FROM replica") {
            stored[UInt64(bitPattern: row[0].integer)] = row[1].integer
        }
        return HubBackup(path: path, memory: hub.memory, stored: stored)
    }

    /// A backup is kept; what every kept one holds, the replicas may let go.
    func backUp() throws {
        count("backup of the hub")
        backups.append(try copyOfNow())
        note("the hub was backed up")
        let kept = backups.suffix(Mutant.isOn(.keepAll) ? 1 : 2)
        for row in try hub.program.rows("SELECT number FROM replica") {
            let number = UInt64(bitPattern: row[0].integer)
            let durable = backups.count < 2 ? 0 : kept.map { $0.stored[number] ?? 0 }.min() ?? 0
            try hub.program.run(
                "UPDATE replica SET durable_counter = ?2 WHERE number = ?1", [row[0], .integer(durable)])
        }
    }

    /// The hub's file is put back: by its operator, who says so, or by somebody who does not. Where PCs are put back
    /// too, the hub notices by the mark beside its file; elsewhere the mark is put back with it, and replicas show it.
    private func restore(_ backup: HubBackup) throws {
        let isAnnounced = chance.happens(0.6)
        count(isAnnounced ? "restore" : "restore without a word")
        note("the hub is put back\(isAnnounced ? "" : " without a word")")
        try losing {
            for desk in desks { desk.hangUp() }
            try hub.close()
            try replaceFile(hub.path, by: backup.path)
            hub.memory = backup.memory
            hub.nonces = []
            hub.parts = [:]
            let isNoticed = try hub.openFiles(names: { chance.name() })
            if isNoticed { count("put back by hand noticed") }
            if isAnnounced && !isNoticed {
                try hub.store.beginNewLife(names: { chance.name() }, now: now)
            }
            try hub.refresh()
        }
    }

    private func replaceFile(_ path: String, by source: String) throws {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try FileManager.default.copyItem(atPath: source, toPath: path)
    }

    // MARK: What dies

    /// Values and changes that no file on earth holds after `body` are counted out. What is only under way is in none:
    /// it counts again if the hub takes it.
    private func losing(_ body: () throws -> Void) throws {
        let before = try existing()
        try body()
        world.gone.formUnion(before.subtracting(try existing()))
        let known = try knownDeeds()
        for key in world.deletes.keys { world.deletes[key]?.removeAll { !known.contains($0.name) } }
        world.decided = world.decided.filter { known.contains($0.value) }
    }

    /// Those that the hub has, that a batch holds, or that somebody knows.
    private func knownDeeds() throws -> Set<Int> {
        var known: Set<Int> = []
        for names in hub.memory.seen.values { known.formUnion(names) }
        for desk in desks {
            for names in Array(desk.memory.seen.values) + Array(desk.memory.own.values) { known.formUnion(names) }
            for row in try desk.program.rows("SELECT hash FROM zona_outbox") {
                known.formUnion((batches[row[0].bytes] ?? []).map(\.name))
            }
        }
        return known
    }

    /// Every value that is written down anywhere, but for rows that a pull only skipped.
    private func existing() throws -> Set<Int> {
        var found: Set<Int> = []
        var hubBytes: [UInt8] = []
        var recordBytes: [RecordKey: [UInt8]] = [:]
        for row in try hub.program.rows("SELECT row, state, table_no, id FROM record") {
            let bytes = row[0].bytes + [0] + row[1].bytes + [0]
            hubBytes += bytes
            var reader = ByteReader(row[3].bytes)
            recordBytes[RecordKey(table: Int(row[2].integer), id: try reader.id())] = bytes
        }
        found.formUnion(Written.texts(in: hubBytes))
        for (value, place) in world.accepted where !found.contains(value) {
            // Three bytes: they are found anywhere, sooner or later. Records that are merged may hold each other's.
            let bytes = campaign.has(.keys) ? hubBytes : recordBytes[place.key] ?? []
            if Written.holds(bytes, money: value) { found.insert(value) }
        }
        for desk in desks { found.formUnion(try existing(at: desk)) }
        return found
    }

    private func existing(at desk: Desk) throws -> Set<Int> {
        var found: Set<Int> = []
        for table in desk.catalog.tables {
            let columns = Desk.columns(table)
            for name in [table.name, "zona_before_\(table.name)"] {
                for row in try desk.program.rows("SELECT \(columns) FROM \(name)") {
                    found.formUnion(row.compactMap(Written.value))
                }
            }
        }
        for sql in ["SELECT other_values FROM zona_conflict", "SELECT \"values\" FROM zona_refused"] {
            for row in try desk.program.rows(sql) { found.formUnion(Written.values(in: row[0].bytes)) }
        }
        for row in try desk.program.rows("SELECT hash FROM zona_outbox") {
            found.formUnion((batches[row[0].bytes] ?? []).flatMap(\.carried))
        }
        return found
    }

    // MARK: Forgetting

    /// A good night for all who are there, then tombstones go; and somebody stays away for a long while.
    func collect(_ desk: Desk) throws {
        if chance.happens(0.02) {
            for desk in desks where desk.awayUntil <= step { try goodNight(desk) }
            for desk in desks where desk.awayUntil <= step { try goodNight(desk) }
            try collect()
        }
        if chance.happens(0.25) { try collect() }
        if chance.happens(0.012), desk.awayUntil <= step {
            desk.awayUntil = step + 60 + chance.below(140)
            desk.hangUp()
            count("retired")
            try? hub.store.retire(ReplicaNumber(rawValue: try desk.number), now: now)
            try hub.refresh()
        }
    }

    private func collect() throws {
        let summary = try hub.store.collect(now: now)
        if summary.collected > 0 { note("\(summary.collected) tombstones went") }
        if summary.collected > 0 { count("collected", summary.collected) }
        try hub.refresh()
    }
}
