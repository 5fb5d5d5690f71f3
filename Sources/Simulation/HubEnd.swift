import Foundation
import HubStore
import ReplicaSync
import SyncCore
import SyncSession
import SyncWire

/// The hub's end of the wire: the real store, and what its service keeps in memory.
final class HubEnd {
    let path: String
    let key: SigningKey
    var files = Toys.files
    var store: HubStore
    var program: OtherProgram
    var memory = HubMemory()
    var nonces: Set<[UInt8]> = []
    /// Bytes of uploads that were cut, by hash.
    var parts: [[UInt8]: Int] = [:]

    /// Whether the mark of the log's end lies beside the file, and stays when an old copy of the file is put there.
    private let keepsMark: Bool

    /// - Parameter open: stores of a run before, whose content was put back.
    init(
        path: String, key: SigningKey, keepsMark: Bool = false, open: (store: HubStore, program: OtherProgram)? = nil
    ) throws {
        self.path = path
        self.key = key
        self.keepsMark = keepsMark
        store = try open?.store ?? HubStore(path: path, key: key, files: files)
        program = try open?.program ?? OtherProgram(path: path)
        if keepsMark {
            try? FileManager.default.removeItem(atPath: path + ".mark")
            try store.noticePutBack(now: Template.founded)
        }
    }

    func close() throws {
        try program.close()
        try store.close()
    }

    /// The process dies and is started again: sessions and nonces are gone.
    func reopen() throws {
        try close()
        nonces = []
        if try openFiles() { throw SimulationFailure("the hub took itself for put back, and was not") }
    }

    /// - Returns: whether the file was put back, and the hub noticed by itself.
    @discardableResult
    func openFiles(names: () -> UInt64 = HubStore.randomName) throws -> Bool {
        store = try HubStore(path: path, key: key, files: files, now: Template.founded)
        program = try OtherProgram(path: path)
        return keepsMark ? try store.noticePutBack(names: names, now: Template.founded) : false
    }

    /// Takes the file as it stands, after something that is no conversation.
    func refresh() throws {
        memory.marks = try marks()
    }

    /// Reads how the file stands, without judging.
    func begin() throws {
        memory.marks = try marks()
        for row in try program.rows("SELECT number, folded_counter FROM replica") {
            memory.folded[UInt64(bitPattern: row[0].integer)] = row[1].integer
        }
        memory.lastRefusal = try program.integer("SELECT coalesce(max(seq), 0) FROM refusal")
    }

    func marks() throws -> HubMemory.Marks {
        guard let row = try program.rows("SELECT seq, counter, incarnation, number FROM hub").first?.map(\.integer)
        else {
            throw SimulationFailure("the hub lost its row")
        }
        return HubMemory.Marks(seq: row[0], counter: row[1], incarnation: row[2], number: row[3])
    }
}

/// What the simulation knows of a hub's file. A backup of the file takes a copy of this along.
struct HubMemory {
    struct Marks: Equatable {
        var seq: Int64 = 0
        var counter: Int64 = 0
        var incarnation: Int64 = 0
        var number: Int64 = 0
    }

    var marks = Marks()
    /// Changes merged into each record.
    var seen: [RecordKey: Set<Int>] = [:]
    /// Folded counter of each number.
    var folded: [UInt64: Int64] = [:]
    var lastRefusal: Int64 = 0
    var merged: [Dot: Captured] = [:]
    /// What the list of conflicts said last, for the trace.
    var conflicts: [String: String] = [:]
}

extension Play {
    /// Answers one request of a desk's conversation, as the hub's service does.
    func answer(_ request: Conversation.Request, of desk: Desk) throws -> Conversation.Answer {
        switch request {
        case .nonce:
            let nonce = chance.bytes(32)
            hub.nonces.insert(nonce)
            return .nonce(try Nonce(reading: hub.store.nonceFrame(nonce: nonce, now: now)))
        case .greeting(let frame):
            let (peer, answer) = try hub.store.greet(
                frame.bytes, now: now, session: chance.bytes(16), names: { chance.name() },
                isOurNonce: { hub.nonces.remove($0) != nil })
            desk.peer = peer
            try observe()
            return .greeting(try HubGreeting(reading: answer))
        case .keys: return .keys(nil)
        case .isStored(let hash):
            return .isStored(try hub.store.hasStored(hash, of: try peer(of: desk)))
        case .bytesHeld(let hash):
            return .bytesHeld(hub.parts[hash] ?? 0)
        case .upload(let upload):
            let frame = try hub.store.accept(upload.bytes, from: try peer(of: desk), offset: upload.clock, now: now)
            hub.parts[upload.hash] = nil
            try observe()
            return .acknowledgement(try Acknowledgement(reading: frame))
        case .page(let after, let size):
            let sent = sentPages[desk.index] ?? []
            // One from elsewhere, or one that would fit but for when it was made.
            let fitting = sent.filter { (try? PageHeader(reading: $0).from) == after }
            if campaign.has(.stick), !isCalm, !sent.isEmpty, chance.happens(fitting.isEmpty ? 0.04 : 0.2) {
                count("page out of turn")
                return .page(chance.pick(fitting.isEmpty ? sent : fitting))
            }
            let frame = try hub.store.page(for: try peer(of: desk), after: after, sizeBytes: size, now: now)
            try remember(frame)
            sentPages[desk.index] = sent.suffix(49) + [frame]
            return .page(frame)
        }
    }

    private func peer(of desk: Desk) throws -> HubSession.Peer {
        guard let peer = desk.peer else { throw Problem(.sessionUnknown, "no session") }
        return peer
    }

    /// What a page shows, as it leaves.
    func remember(_ frame: Frame) throws {
        var reader = try PageReader(frame, header: try PageHeader(reading: frame))
        var entries: [(key: RecordKey, seen: Set<Int>)] = []
        while let entry = try reader.next() { entries.append((entry.key, hub.memory.seen[entry.key] ?? [])) }
        pages[frame.hash] = entries
    }

    /// Looks at what the hub has done: nothing goes back, nothing is merged twice, and what was taken counts as said.
    func observe() throws {
        let marks = try hub.marks()
        let old = hub.memory.marks
        if marks.incarnation == old.incarnation {
            guard marks.seq >= old.seq, marks.counter >= old.counter, marks.number == old.number else {
                throw SimulationFailure("a counter of the hub went back")
            }
        } else {
            guard campaign.restoresHub else {
                throw SimulationFailure("the hub began a new life, and was not put back")
            }
            count("new life of the hub by itself")
        }
        guard marks != old || !batches.isEmpty else { return }
        hub.memory.marks = marks
        for row in try hub.program.rows("SELECT number, folded_counter FROM replica ORDER BY number") {
            let number = UInt64(bitPattern: row[0].integer)
            let before = hub.memory.folded[number] ?? 0
            guard row[1].integer != before else { continue }
            guard row[1].integer > before else { throw SimulationFailure("a folded counter of the hub went back") }
            try folded(number, from: before, to: row[1].integer)
            hub.memory.folded[number] = row[1].integer
        }
        try observeRefusals()
        try noteConflicts()
    }

    /// What the list of conflicts says now, where it says something else than before.
    private func noteConflicts() throws {
        guard isTracing else { return }
        for row in try hub.program.rows(
            """
            SELECT hex(id), table_no, hex(record_id), group_no, state, kind, loser_number, loser_counter,
                listed_counter FROM conflict ORDER BY id
            """)
        {
            let loser = Dot(
                number: ReplicaNumber(rawValue: UInt64(bitPattern: row[6].integer)),
                counter: UInt64(bitPattern: row[7].integer))
            let text =
                "\(row[5].string) of \(row[1].integer)/\(row[2].string.suffix(8)) group \(row[3].integer) "
                + "loser \(loser) listed \(row[8].integer): \(row[4].string)"
            if hub.memory.conflicts.updateValue(text, forKey: row[0].string) != text {
                note("conflict \(row[0].string.prefix(8)) \(text)")
            }
        }
    }

    private func folded(_ number: UInt64, from: Int64, to: Int64) throws {
        let stored = try hub.program.rows(
            """
            SELECT hash, first_counter, last_counter FROM log WHERE kind = 'batch' AND number = ?1 AND last_counter > ?2
                AND last_counter <= ?3 ORDER BY first_counter
            """, [.number(number), .integer(from), .integer(to)])
        var next = from + 1
        if stored.count > 1 { count("unit of many batches") }
        for batch in stored {
            guard batch[1].integer == next else { throw SimulationFailure("the log has a hole, or a batch twice") }
            next = batch[2].integer + 1
            guard let changes = batches[batch[0].bytes] else {
                throw SimulationFailure("the hub stored a batch that nobody captured")
            }
            let refused = try refusedCounters(number, from: batch[1].integer, to: batch[2].integer)
            for change in changes {
                guard hub.memory.merged[change.dot] == nil else {
                    throw SimulationFailure("\(change.dot) was merged twice")
                }
                hub.memory.merged[change.dot] = change
                if refused.contains(Int64(change.dot.counter)) { try refuse(change) } else { take(change) }
            }
        }
    }

    private func refusedCounters(_ number: UInt64, from: Int64, to: Int64) throws -> Set<Int64> {
        Set(
            try hub.program.rows(
                "SELECT counter FROM refusal WHERE number = ?1 AND counter BETWEEN ?2 AND ?3 AND reason <> 10",
                [.number(number), .integer(from), .integer(to)]
            ).map { $0[0].integer })
    }

    private func refuse(_ change: Captured) throws {
        count("refused")
        // Nobody writes what he may not, nothing is put back: then nothing is refused, edits of what is gone either.
        guard !campaign.situations.isDisjoint(with: Self.refusing) else {
            throw SimulationFailure("\(change.key) \(change.dot) was refused, and nothing was wrong with it")
        }
        note("refused \(change.key) \(change.dot) \(change.values)")
        for (column, value) in change.values where world.refused[value] == nil {
            world.refused[value] = World.Place(key: change.key, column: column)
        }
    }

    private static let refusing: Set<Campaign.Situation> = [
        .refuse, .scope, .rules, .keys, .restore, .clone, .putBack, .lostPC,
    ]

    private func take(_ change: Captured) {
        note("took \(change.key) \(change.operation) \(change.dot) \(change.values)\(change.isCopy ? " copy" : "")")
        for (column, value) in change.values {
            world.gone.remove(value)
            guard world.accepted[value] == nil else { continue }
            world.accepted[value] = World.Place(key: change.key, column: column)
        }
        let deed = World.Deed(name: change.name, seen: change.seen, isCopy: change.isCopy)
        if change.operation == .delete {
            world.deletes[change.key, default: []].append(deed)
        } else {
            world.edits[change.key, default: []].append(deed)
        }
        hub.memory.seen[change.key, default: []].insert(change.name)
        for conflict in change.decides { world.decided[conflict] = change.name }
        world.settled += change.settled
        if change.isCopy { count("copy") }
    }

    /// What was taken and never became whole goes back to its writers.
    private func observeRefusals() throws {
        let rows = try hub.program.rows(
            "SELECT seq, number, counter, reason FROM refusal WHERE seq > ?1 ORDER BY seq",
            [.integer(hub.memory.lastRefusal)])
        for row in rows {
            hub.memory.lastRefusal = row[0].integer
            guard row[3].integer == 10 else { continue }
            count("incomplete")
            let dot = Dot(
                number: ReplicaNumber(rawValue: UInt64(bitPattern: row[1].integer)),
                counter: UInt64(bitPattern: row[2].integer))
            for (column, value) in hub.memory.merged[dot]?.values ?? [] {
                world.refused[value] =
                    world.refused[value]
                    ?? World.Place(
                        key: hub.memory.merged[dot]?.key ?? RecordKey(table: 0, id: RecordID(high: 0, low: 0)),
                        column: column)
                world.accepted[value] = nil
            }
        }
    }
}
