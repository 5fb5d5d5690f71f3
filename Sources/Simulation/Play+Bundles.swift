import HubStore
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncSession
import SyncWire

/// A bundle under way to the hub: a greeting, then batches.
struct StickUp {
    let desk: Int
    let frames: [[UInt8]]
    var taken = 0
}

/// A receipt and pages under way to a PC.
struct StickDown {
    let desk: Int
    let greeting: HubGreeting
    let stored: Set<[UInt8]>
    var pages: [Frame]
}

// Sticks that carry whole bundles, both ways: late, twice, out of order, and some never.
extension Play {
    func useBundles(_ desk: Desk) throws {
        if chance.happens(0.06) { try writeBundle(desk) }
        if !bundlesUp.isEmpty, chance.happens(0.12) { try takeBundle() }
        if chance.happens(0.06) { try givePages(desk) }
        let waiting = bundlesDown.indices.filter { bundlesDown[$0].desk == desk.index }
        if !waiting.isEmpty, chance.happens(0.3) { try readStick(desk, at: chance.pick(waiting)) }
    }

    private func writeBundle(_ desk: Desk) throws {
        count("bundle")
        // One sync at a time: a conversation over the line has ended when a bundle is written.
        desk.hangUp()
        try capture(desk, targetBytes: chance.pick([1, 40, 128 << 10]))
        var frames: [[UInt8]] = []
        try StickRunner(store: desk.store, key: desk.key).frames { frame, _ in frames.append(frame) }
        bundlesUp.append(StickUp(desk: desk.index, frames: frames))
        if bundlesUp.count > 12 { bundlesUp.removeFirst() }
    }

    /// The hub takes a bundle; it may take the same again, and the stick may be pulled out in the middle.
    private func takeBundle() throws {
        let index = chance.below(bundlesUp.count)
        let bundle = bundlesUp[index]
        bundlesUp[index].taken += 1
        if chance.happens(0.5) { bundlesUp.remove(at: index) }
        count(bundle.taken == 0 ? "bundle taken" : "bundle taken again")
        do {
            let (peer, isOlder) = try hub.store.greetFromStick(
                bundle.frames[0], now: now, names: { chance.name() })
            try observe()
            if isOlder { count("bundle older") }
            var isWhole = true
            for batch in bundle.frames.dropFirst() {
                guard !chance.happens(0.05) else {
                    isWhole = false
                    break
                }
                isWhole = try takeBatch(batch, from: peer) && isWhole
            }
            if isWhole && !isOlder { try hub.store.concludeStick(peer, now: now) }
            try observe()
            if chance.happens(0.6) { try give(to: bundle.desk, peer, withPages: false) }
        } catch let problem as Problem {
            count("problem \(problem.code)")
            note("a bundle of desk \(bundle.desk) was told \(problem.code): \(problem.message)")
        }
    }

    private func takeBatch(_ batch: [UInt8], from peer: HubSession.Peer) throws -> Bool {
        defer { now += 1 }
        do {
            _ = try hub.store.acceptFromStick(batch, from: peer, now: now)
            try observe()
            return true
        } catch let problem as Problem {
            count("problem \(problem.code)")
            return false
        }
    }

    /// The hub makes a bundle from the last greeting that it has of a desk.
    private func givePages(_ desk: Desk) throws {
        let key = desk.key.publicKey
        guard let greeting = try hub.store.stickRecipients().last(where: { $0.key == key })?.greeting else { return }
        do {
            try give(to: desk.index, try hub.store.peer(in: greeting), withPages: true)
        } catch let problem as Problem {
            count("problem \(problem.code)")
        }
    }

    private func give(to desk: Int, _ peer: HubSession.Peer, withPages: Bool) throws {
        let (frame, stored) = try hub.store.stickGreeting(for: peer)
        var down = StickDown(
            desk: desk, greeting: try HubGreeting(reading: frame), stored: Set(stored), pages: [])
        var after = peer.greeting.cursor
        var isComplete = !withPages || peer.greeting.incarnation != hub.store.incarnation
        while !isComplete {
            let page = try hub.store.stickPage(for: peer, after: after, sizeBytes: chance.pick([60, 200, 1 << 16]))
            try remember(page)
            let header = try PageHeader(reading: page)
            down.pages.append(page)
            (after, isComplete) = (header.to, header.isComplete)
        }
        bundlesDown.append(down)
        if bundlesDown.count > 24 { bundlesDown.removeFirst() }
    }

    /// A desk begins to take a stick in, as `StickRunner` does.
    private func readStick(_ desk: Desk, at index: Int) throws {
        var stick = bundlesDown[index]
        if chance.happens(0.5) { bundlesDown.remove(at: index) }
        desk.hangUp()
        let state = try desk.store.state()
        let pages = try stick.pages.first.flatMap { first in
            try stick.pages.last.map { (try PageHeader(reading: first).from, try PageHeader(reading: $0).to) }
        }
        let judgement = StickJudgement(
            stick.greeting, pages: pages.map { (from: $0.0, to: $0.1) }, local: try desk.store.local(),
            formerNumbers: try desk.store.formerNumbers(), cursor: state.cursor)
        note("desk \(desk.index) looks at a stick, stored \(stick.greeting.state.storedCounter): \(judgement)")
        switch judgement {
        case .refused(let reason):
            if case .missing = reason { count("stick refused missing") } else { count("stick refused \(reason)") }
            return
        case .receipt:
            if !stick.pages.isEmpty { count("stick known") }
            stick.pages = []
        case .pull(let from):
            count(from < state.cursor ? "pages before the cursor" : "pages by stick")
            try desk.store.goBack(to: from)
            desk.marks.cursor = Int64(from)
        }
        try capture(desk, targetBytes: chance.pick([1, 40, 128 << 10]))
        desk.talk = try Conversation(
            store: desk.store, key: desk.key, pulls: !stick.pages.isEmpty, pushes: false, now: now + desk.skew,
            newNumber: { [self] in chance.name() })
        desk.stick = stick
        try advance(desk) { talk, _, now throws(SyncFault) in try talk.begin(with: stick.greeting, now: now) }
    }

    /// One answer out of the stick; the program may end before it.
    func talkByStick(_ desk: Desk, _ request: Conversation.Request) throws {
        guard !chance.happens(0.06), let stick = desk.stick else {
            count("stick pulled out")
            return desk.hangUp()
        }
        switch request {
        case .isStored(let hash):
            try receive(.isStored(stick.stored.contains(hash)), desk)
        case .page:
            guard let page = stick.pages.first else { throw SimulationFailure("a stick without its last page") }
            desk.stick?.pages.removeFirst()
            try receive(.page(page), desk)
        case .nonce, .greeting, .keys, .bytesHeld, .upload:
            throw SimulationFailure("a stick was asked for what it cannot answer")
        }
    }
}
