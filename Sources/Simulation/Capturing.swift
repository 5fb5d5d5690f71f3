import ReplicaStore
import SyncCore
import SyncWire

extension Play {
    /// Captures what is pending, and notes what each change says.
    func capture(_ desk: Desk, targetBytes: Int) throws {
        let behind = try desk.behind()
        let summary = try desk.store.capture(key: desk.key, now: now + desk.skew, targetBytes: targetBytes)
        if summary.changes > 0 { count("capture") }
        try noteCapture(desk, behindBefore: behind)
    }

    /// Reads the batches that a capture made: the chain is unbroken, and each change was really seen or written here.
    func noteCapture(_ desk: Desk, behindBefore: Set<RecordKey>) throws {
        let number = try desk.number
        let rows = try desk.program.rows(
            """
            SELECT bytes, context, hash FROM zona_outbox WHERE number = ?1 AND last_counter > ?2 ORDER BY last_counter
            """,
            [
                .number(number),
                .integer(number == UInt64(bitPattern: desk.marks.number) ? desk.marks.nextCounter - 1 : 0),
            ])
        for row in rows {
            if let known = batches[row[2].bytes] {
                // The other copy of this file has captured the same, to the byte.
                for change in known {
                    desk.memory.own[change.key, default: []].insert(change.name)
                    for (column, value) in change.values {
                        let place = World.Place(key: change.key, column: column)
                        if desk.memory.edits[place] == value { desk.memory.edits[place] = nil }
                    }
                }
                desk.memory.lastHash = row[2].bytes
                continue
            }
            let frame = try Frame(reading: row[0].bytes, kind: .batch)
            var context = ByteReader(row[1].bytes)
            var reader = frame.header
            let header = try BatchHeader(reading: &reader, after: try context.vector())
            if header.firstCounter > 1 {
                guard header.previousHash == desk.memory.lastHash else {
                    let dot = Dot(number: ReplicaNumber(rawValue: number), counter: header.firstCounter)
                    throw SimulationFailure("a capture of desk \(desk.index) broke its chain at \(dot)")
                }
            }
            desk.memory.lastHash = frame.hash
            var changes = try BatchReader(frame, header: header)
            var captured: [Captured] = []
            while let change = try changes.next() { captured.append(try follow(change, of: desk)) }
            batches[frame.hash] = captured
        }
        desk.memory.written = [:]
        try noteTookPlace(desk, behindBefore: behindBefore)
        try mark(desk)
    }

    /// Skipped rows that now show.
    func noteTookPlace(_ desk: Desk, behindBefore: Set<RecordKey>, but shown: Set<RecordKey> = []) throws {
        for key in behindBefore.subtracting(try desk.behind()).subtracting(shown).sorted() {
            guard let seen = desk.memory.skipped.removeValue(forKey: key) else { continue }
            count("skipped row took its place")
            desk.memory.seen[key] = seen
        }
    }

    private func follow(_ change: Change, of desk: Desk) throws -> Captured {
        var values: [(column: Int, value: Int)] = []
        var carried: [Int] = []
        var reader = ByteReader(change.values)
        let roles = table(change.key.table).flatMap { Toys.profile($0.name) }?.roles ?? []
        let counting = change.isFilled && !change.isCopy ? change.changed : change.carried
        for column in change.carried.columns {
            let value = try reader.value()
            guard column < roles.count, let known = Written.value(value) else { continue }
            let place = World.Place(key: change.key, column: column)
            if desk.memory.edits[place] == known {
                guard !change.isCopy else {
                    throw SimulationFailure("desk \(desk.index) wrote \(known), and it went up as nobody's change")
                }
                desk.memory.edits[place] = nil
            }
            carried.append(known)
            if counting.contains(column) { values.append((column, known)) }
        }
        let name = deed(change, values.map(\.value), of: desk)
        // While a record waits, pulls leave it alone: what its writer has seen of it is what the last pull showed.
        var all = (desk.memory.seen[change.key] ?? []).union(desk.memory.own[change.key] ?? [])
        // Who decides had on screen what the conflict names; but who deletes has settled no column.
        let settles = change.decides.filter { change.operation != .delete || $0.group == ColumnGroup.existence }
        for dot in settles.flatMap(\.dots) { all.formUnion(names[dot] ?? []) }
        desk.memory.own[change.key, default: []].insert(name)
        names[change.dot, default: []].insert(name)
        note("desk \(desk.index) captured \(change.key) \(change.operation) \(change.dot) \(values)")
        return Captured(
            name: name, dot: change.dot, key: change.key, operation: change.operation, values: values, carried: carried,
            seen: all, isCopy: change.isCopy, decides: change.decides.map(\.conflict),
            settled: try settled(by: change, of: desk))
    }

    /// What was captured and nobody acknowledged may be captured again.
    private func deed(_ change: Change, _ values: [Int], of desk: Desk) -> Int {
        let number = change.dot.number
        let isOne = campaign.situations.isDisjoint(with: [.clone, .putBack]) && !values.isEmpty
        guard isOne, !change.isCopy, change.decides.isEmpty else { return world.newDeed() }
        let before = desk.memory.deeds[change.key]?.last
        if let before, before.values == values, before.number != number { return before.name }
        let name = world.newDeed()
        desk.memory.deeds[change.key, default: []].append((values, number, name))
        return name
    }

    private func settled(by change: Change, of desk: Desk) throws -> [World.Settled] {
        guard !change.decides.isEmpty else { return [] }
        let listed = try desk.program.rows("SELECT id FROM zona_conflict").compactMap { RecordID($0[0].string) }
        // Who decides about a column of a record that is deleted writes no column.
        let isDelete = change.operation == .delete
        return change.decides.filter { !isDelete || $0.group == ColumnGroup.existence }.map {
            World.Settled(key: change.key, group: Int64($0.group), dots: $0.dots, listed: Set(listed))
        }
    }
}
