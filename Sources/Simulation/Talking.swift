import HubStore
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncSession
import SyncWire

extension Play {
    /// One request of the desk's conversation, with everything that a line can do to it.
    func talk(_ desk: Desk) throws {
        if desk.talk == nil { try beginTalk(desk) }
        guard let request = desk.request else { return desk.hangUp() }
        if desk.stick != nil { return try talkByStick(desk, request) }
        let sent = shrunk(request)
        if chance.happens(0.06) {
            count("request lost")
            return loseTalk(desk, request)
        }
        if case .upload(let upload) = sent {
            if chance.happens(0.08) {
                count("upload cut")
                hub.parts[upload.hash] = chance.below(upload.bytes.count)
                return loseTalk(desk, request)
            }
            if upload.start > 0 { count("upload resumed") }
            if chance.happens(0.1), let peer = desk.peer {
                late.append(LateUpload(bytes: upload.bytes, hash: upload.hash, peer: peer, clock: upload.clock))
            }
        }
        let answer: Conversation.Answer
        do {
            answer = try self.answer(sent, of: desk)
            if case .upload = sent, chance.happens(0.1) {
                count("upload doubled")
                _ = try self.answer(sent, of: desk)
            }
        } catch let problem as Problem {
            count("problem \(problem.code)")
            note("desk \(desk.index) was told \(problem.code): \(problem.message)")
            return desk.hangUp()
        }
        if chance.happens(0.08) {
            count("answer lost")
            if campaign.has(.silence), case .upload = sent { fallSilent(desk) }
            return loseTalk(desk, request)
        }
        try receive(answer, desk)
    }

    /// The hub has what this PC does not know that it has, and much may happen before it hears of it.
    private func fallSilent(_ desk: Desk) {
        guard chance.happens(0.6) else { return }
        count("silence")
        desk.awayUntil = step + 30 + chance.below(80)
    }

    /// A page's size is drawn small, so that pulls have several.
    private func shrunk(_ request: Conversation.Request) -> Conversation.Request {
        guard case .page(let after, let size) = request else { return request }
        return .page(after: after, size: min(size, chance.pick([1, 60, 200, 1 << 16])))
    }

    private func loseTalk(_ desk: Desk, _ request: Conversation.Request) {
        if case .page = request, (try? desk.program.integer("SELECT count(*) FROM zona_inbox")) ?? 0 > 0 {
            count("pull interrupted")
        }
        desk.hangUp()
    }

    /// Captures and draws up the first request.
    func beginTalk(_ desk: Desk) throws {
        desk.hangUp()
        desk.wentThrough = false
        // Captured before with batches of a drawn size; the conversation's own capture then finds nothing.
        try capture(desk, targetBytes: chance.pick([1, 40, 128 << 10]))
        var talk = try Conversation(
            store: desk.store, key: desk.key, now: now + desk.skew, newNumber: { [self] in chance.name() })
        desk.request = try talk.begin()
        desk.talk = talk
        count("conversation")
    }

    /// Gives the answer to the conversation, and notes what came of it.
    func receive(_ answer: Conversation.Answer, _ desk: Desk) throws {
        if isTracing { try noteAnswer(answer, desk) }
        var shown: [[UInt8]] = []
        if case .page(let frame) = answer {
            shown =
                try desk.program.rows(
                    "SELECT substr(bytes, length(bytes) - 95, 32) FROM zona_inbox ORDER BY position"
                ).map { $0[0].bytes } + [frame.hash]
        }
        try advance(desk, showing: shown) { talk, sentAt, now throws(SyncFault) in
            try talk.receive(answer, sentAt: sentAt, now: now)
        }
    }

    /// Whose answer came, and from where to where a page goes.
    private func noteAnswer(_ answer: Conversation.Answer, _ desk: Desk) throws {
        switch answer {
        case .greeting(let greeting):
            note("desk \(desk.index) was greeted as \(greeting.state.number) in \(greeting.state.incarnation)")
        case .page(let frame):
            let page = try PageHeader(reading: frame)
            note("desk \(desk.index) got the page \(page.from) to \(page.to) of \(page.hub.incarnation)")
        default: break
        }
    }

    /// A step of a desk's conversation, and what came of it.
    ///
    /// - Parameter shown: hashes of the pages that it shows if it applies them.
    func advance(
        _ desk: Desk, showing shown: [[UInt8]] = [],
        _ go: (inout Conversation, _ sentAt: Int64, _ now: Int64) throws(SyncFault) -> Conversation.Request?
    ) throws {
        guard var talk = desk.talk else { return }
        let before = try Standing(desk)
        let sentAt = now + desk.skew
        now += Int64(chance.below(40)) + 1
        do {
            desk.request = try go(&talk, sentAt, now + desk.skew)
        } catch {
            note("desk \(desk.index) ended its conversation: \(error.context)")
            try ended(error)
            try noteReceived(desk, shown, before)
            return desk.hangUp()
        }
        try noteReceived(desk, shown, before)
        desk.talk = talk
        guard desk.request == nil else { return }
        try concluded(desk, talk)
    }

    private func concluded(_ desk: Desk, _ talk: Conversation) throws {
        for event in talk.summary.events {
            count("\(event)")
            if desk.stick != nil { count("\(event) by stick") }
            guard mayHappen(event) else {
                throw SimulationFailure("desk \(desk.index) \(event), and nothing was put back, copied or forgotten")
            }
        }
        if desk.stick != nil {
            count(talk.waitsForBundle ? "stick waits for a bundle" : "stick read to its end")
        } else if !talk.beginsAgain {
            desk.wentThrough = true
            try desk.store.noteContact(at: now + desk.skew, offset: talk.summary.clockOffset, fault: nil)
            count("synced")
        }
        desk.hangUp()
    }

    /// Files that nobody copies or puts back keep their numbers, and hubs their lives.
    private func mayHappen(_ event: IdentityEvent) -> Bool {
        switch event {
        case .metHub: campaign.restoresHub
        case .forked: !campaign.situations.isDisjoint(with: [.clone, .putBack, .restore, .lostPC])
        case .startedAfresh: campaign.has(.collect)
        }
    }

    private func ended(_ fault: SyncFault) throws {
        count("conversation ended")
        guard fault.context.hasPrefix("this is an old hub"), isCalm || chance.happens(0.3) else { return }
        // Somebody put an old file back without a word; the technician, told of it, says so to the hub.
        count("technician")
        try hub.store.beginNewLife(names: { chance.name() }, now: now)
        try hub.refresh()
    }

    /// How the file stood before an answer came.
    struct Standing {
        let epoch: Int64
        let lastPull: Int64
        let number: Int64
        let behind: Set<RecordKey>

        init(_ desk: Desk) throws {
            let row = try desk.program.rows("SELECT epoch, coalesce(last_pull, 0), number FROM zona_state").first
            epoch = row?[0].integer ?? 0
            lastPull = row?[1].integer ?? 0
            number = row?[2].integer ?? 0
            behind = try desk.behind()
        }
    }

    private func noteReceived(_ desk: Desk, _ shown: [[UInt8]], _ before: Standing) throws {
        let after = try Standing(desk)
        if !shown.isEmpty && (after.epoch != before.epoch || after.lastPull != before.lastPull) {
            try noteApplied(desk, shown, before)
        }
        if after.number != before.number { try noteRenumbered(desk) }
        try mark(desk)
    }

    /// What the applied pages showed is now what this person has on screen.
    private func noteApplied(_ desk: Desk, _ shown: [[UInt8]], _ before: Standing) throws {
        count("applied")
        if shown.count > 1 { count("pull of many pages") }
        let behind = try desk.behind()
        for hash in shown {
            for entry in pages[hash] ?? [] {
                if behind.contains(entry.key) {
                    count("skipped")
                    desk.memory.skipped[entry.key] = entry.seen
                } else {
                    desk.memory.skipped[entry.key] = nil
                    desk.memory.seen[entry.key] = entry.seen
                }
            }
        }
        note("desk \(desk.index) applied \(shown.count) pages, behind: \(behind.sorted())")
        try noteTookPlace(
            desk, behindBefore: before.behind, but: Set(shown.flatMap { (pages[$0] ?? []).map(\.key) }))
        try noteTold(desk)
        try checkIsolation(desk)
    }

    /// Refused values of which this file tells its operator.
    func noteTold(_ desk: Desk) throws {
        for row in try desk.program.rows("SELECT \"values\" FROM zona_refused") {
            world.told.formUnion(Written.values(in: row[0].bytes))
        }
    }

    /// The file goes on under a new number: what is pending is captured again from the start.
    private func noteRenumbered(_ desk: Desk) throws {
        count("renumbered")
        desk.memory.lastHash = Hash.none
    }
}
