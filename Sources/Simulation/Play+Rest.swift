import Foundation
import HubStore
import ReplicaStore
import SyncCore
import SyncWire

// What the system says of itself once everything has come to rest.
extension Play {
    /// Every file adds up to what the hub says, and the hub to what its log makes.
    func checkSums() throws {
        for desk in desks {
            let result = try desk.store.scanDigest(now: now)
            count("digest \(result)")
            guard result != .differs else {
                throw SimulationFailure("desk \(desk.index) does not add up to what the hub says")
            }
            guard result != .waits else {
                let behind = try desk.behind().min().map { "\($0)" } ?? "nothing"
                throw SimulationFailure("at desk \(desk.index) records stay behind for ever: \(behind)")
            }
        }
        if seed % 4 == 0 { try foldAgain() }
    }

    /// The log, folded again into a new hub, makes the hub that is here.
    private func foldAgain() throws {
        count("log folded again")
        let path = side + "/again.sqlite"
        let report = try hub.store.verify(
            foldingInto: path, checkpoint: side + "/checkpoint.sqlite")
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        guard !report.isEqual else { return }
        let first = report.differences.first.map { "\($0.table) \($0.name) \($0.kind) \($0.columns)" }
        throw SimulationFailure(
            "the log folded again makes another hub: \(report.differenceCount) differences, the first \(first ?? "-"); "
                + "\(report.faults.first ?? "no fault in the log")")
    }

    // MARK: Conflicts that are functions of the state

    /// Duplicates, orphans and rows that a check does not pass are listed exactly while they are there.
    func checkClasses(_ shown: [RecordKey: HubRecord]) throws {
        guard let table = catalog.table(named: "zona_conflict") else { return }
        var duplicates: [String: Set<String>] = [:]
        var orphans: Set<String> = []
        var invalid: Set<String> = []
        for (key, record) in shown where key.table == table.number {
            func text(_ column: String) -> String { table.column(named: column).map { record.values[$0].string } ?? "" }
            guard text("state") == "open" else { continue }
            if text("kind") == "orphan" { orphans.insert(text("record_id")) }
            if text("kind") == "invalid" { invalid.insert(text("record_id")) }
            guard text("kind") == "duplicate", let members = table.column(named: "base_values") else { continue }
            duplicates[text("record_id")] = Set(try Self.ids(record.values[members].bytes))
        }
        let wanted = wantedDuplicates(shown)
        guard duplicates == wanted else {
            throw SimulationFailure("listed as duplicates: \(duplicates.count), there are \(wanted.count) or others")
        }
        // What was written to a group that went into another is that one's life too, unless who deleted it knew of the
        // merge and had it on screen.
        let united = world.edits.filter { $0.key.table < 900 }.reduce(into: [:]) { all, entry in
            all[world.survivor(of: entry.key), default: [World.Deed]()] += entry.value
        }
        let (certain, possible) = (wantedOrphans(shown, edits: united), wantedOrphans(shown, edits: world.edits))
        guard certain.isSubset(of: orphans), orphans.isSubset(of: possible) else {
            let which = certain.subtracting(orphans).union(orphans.subtracting(possible)).min() ?? ""
            throw SimulationFailure(
                "orphans listed \(orphans.count), there are \(certain.count) to \(possible.count); the first that "
                    + "differs: \(which)")
        }
        let ranges = catalog.table(named: "tratto")?.number
        let wrong = shown.filter { $0.key.table == ranges && $0.value.values[0].integer > $0.value.values[1].integer }
        guard invalid == Set(wrong.keys.map { "\($0.id)" }) else {
            throw SimulationFailure("listed as invalid: \(invalid.count), there are \(wrong.count) or others")
        }
        if !wrong.isEmpty { count("invalid at rest") }
        if !wanted.isEmpty { count("duplicates at rest") }
        if !certain.isEmpty { count("orphans at rest") }
    }

    private static func ids(_ bytes: [UInt8]) throws -> [String] {
        var reader = ByteReader(bytes)
        var found: [String] = []
        while !reader.isAtEnd { found.append(try reader.value().string) }
        return found
    }

    /// By survivor, the smallest id: the shown groups that have one name.
    private func wantedDuplicates(_ shown: [RecordKey: HubRecord]) -> [String: Set<String>] {
        guard let table = catalog.table(named: "gruppo") else { return [:] }
        var byName: [String: Set<String>] = [:]
        for (key, record) in shown where key.table == table.number {
            byName[record.values[0].string, default: []].insert("\(key.id)")
        }
        var wanted: [String: Set<String>] = [:]
        for ids in byName.values where ids.count > 1 {
            if let survivor = ids.min() { wanted[survivor] = ids }
        }
        return wanted
    }

    /// Shown members whose group does not show, or shows for its members' sake alone.
    ///
    /// - Parameter edits: what a group lives by.
    private func wantedOrphans(_ shown: [RecordKey: HubRecord], edits: [RecordKey: [World.Deed]]) -> Set<String> {
        guard let parents = catalog.table(named: "gruppo"), let children = catalog.table(named: "membro") else {
            return []
        }
        let there = Set(
            shown.keys.filter { key in
                guard key.table == parents.number, let deletes = world.deletes[key] else {
                    return key.table == parents.number
                }
                return (edits[key] ?? []).contains { edit in
                    deletes.allSatisfy { !$0.seen.contains(edit.name) }
                }
            }.map { "\($0.id)" })
        return Set(
            shown.filter { $0.key.table == children.number && !there.contains($0.value.values[0].string) }.keys
                .map { "\($0.id)" })
    }
}
