import SyncCore
import SyncSession
import SyncWire
import Testing

@Suite struct ClientSessionTests {
    /// A session at each of its phases, with the one event that belongs there.
    enum Phase: CaseIterable {
        case begun, awaitingNonce, awaitingGreeting, pushing, awaitingAcknowledgement, pulling, applying, ended
    }

    enum Event: CaseIterable {
        case start, nonce, greeting, outbox, acknowledgement, page, applied
    }

    private func session(at phase: Phase, pulls: Bool = true) -> ClientSession {
        var session = ClientSession(local: Fixture.local, pulls: pulls)
        for event in [Event.start, .nonce, .greeting, .outbox, .acknowledgement] {
            let reached: Phase? =
                switch event {
                case .start: .begun
                case .nonce: .awaitingNonce
                case .greeting: .awaitingGreeting
                case .outbox: .pushing
                case .acknowledgement: .awaitingAcknowledgement
                case .page, .applied: nil
                }
            if reached == phase { return session }
            _ = send(event, to: &session)
        }
        _ = session.onOutbox(next: nil)
        if phase == .pulling { return session }
        _ = session.onPage(Fixture.page(from: 40, to: 44, isComplete: true))
        if phase == .applying { return session }
        _ = session.onApplied()
        return session
    }

    private func send(_ event: Event, to session: inout ClientSession) -> ClientSession.Directive {
        switch event {
        case .start: session.start()
        case .nonce: session.onNonce(Fixture.nonce, sentAt: 1_000_000, receivedAt: 1_000_200)
        case .greeting: session.onGreeting(Fixture.greeting())
        case .outbox: session.onOutbox(next: 8)
        case .acknowledgement:
            session.onAcknowledgement(Acknowledgement(state: Fixture.state(folded: 8, stored: 8, hash: 8)))
        case .page: session.onPage(Fixture.page(from: 40, to: 44, isComplete: true))
        case .applied: session.onApplied()
        }
    }

    private func isInTurn(_ event: Event, at phase: Phase) -> Bool {
        switch (phase, event) {
        case (.begun, .start), (.awaitingNonce, .nonce), (.awaitingGreeting, .greeting), (.pushing, .outbox),
            (.awaitingAcknowledgement, .acknowledgement), (.pulling, .page), (.applying, .applied):
            true
        default: false
        }
    }

    @Test func `a whole conversation goes nonce, greeting, batches, pages, one apply`() {
        var session = ClientSession(local: Fixture.local)

        #expect(session.start() == .askNonce)
        #expect(session.onNonce(Fixture.nonce, sentAt: 0, receivedAt: 0) == .greet(Fixture.nonce))
        #expect(session.onGreeting(Fixture.greeting()) == .acknowledge(folded: 3, stored: 3))
        #expect(session.onOutbox(next: 5) == .send(counter: 5))
        #expect(
            session.onAcknowledgement(Acknowledgement(state: Fixture.state(folded: 3, stored: 5, hash: 5)))
                == .acknowledge(folded: 3, stored: 5))
        #expect(session.onOutbox(next: 8) == .send(counter: 8))
        #expect(
            session.onAcknowledgement(Acknowledgement(state: Fixture.state(folded: 8, stored: 8, hash: 8)))
                == .acknowledge(folded: 8, stored: 8))
        #expect(session.onOutbox(next: nil) == .askPage(after: 40, size: Limits.pageBytesFirst))
        #expect(
            session.onPage(Fixture.page(from: 40, to: 44, isComplete: false))
                == .keepAndAsk(after: 44, size: Limits.pageBytesFirst * 2))
        #expect(session.onPage(Fixture.page(from: 44, to: 44, isComplete: true)) == .keepAndApply)
        #expect(session.onApplied() == .finish)
    }

    @Test(arguments: Phase.allCases, Event.allCases)
    func `an event out of turn ends the conversation, and one in turn does not`(_ phase: Phase, _ event: Event) {
        var session = session(at: phase)

        let directive = send(event, to: &session)

        if isInTurn(event, at: phase) {
            #expect(!isUnexpected(directive))
        } else {
            #expect(isUnexpected(directive))
            #expect(isUnexpected(send(event, to: &session)))
        }
    }

    @Test(arguments: Event.allCases) func `after a stop nothing goes on`(_ event: Event) {
        var session = session(at: .awaitingGreeting)
        _ = session.onGreeting(Fixture.greeting(Fixture.state(folded: 0, stored: 0, hash: 0)))

        #expect(isUnexpected(send(event, to: &session)))
    }

    @Test func `a push alone ends where the pull would begin`() {
        var session = session(at: .pushing, pulls: false)

        #expect(session.onOutbox(next: nil) == .finish)
    }

    @Test func `pages double up to the limit and no further`() {
        var session = session(at: .pulling)
        var sizes: [Int] = []
        var after: UInt64 = 40
        for _ in 0..<8 {
            guard
                case .keepAndAsk(let next, let size) = session.onPage(
                    Fixture.page(from: after, to: after + 1, isComplete: false))
            else { break }
            after = next
            sizes.append(size)
        }

        #expect(sizes.count == 8)
        #expect(sizes.first == Limits.pageBytesFirst * 2)
        #expect(sizes.last == Limits.pageBytes)
        #expect(sizes.allSatisfy { $0 <= Limits.pageBytes })
    }

    @Test(arguments: [(1_000_000, 1_000_200, 400), (1_000_000, 1_000_000, 500), (2_000_000, 2_000_000, -999_500)])
    func `the offset is the hub's clock less the middle of the question`(_ sent: Int, _ received: Int, _ offset: Int) {
        var session = session(at: .awaitingNonce)

        _ = session.onNonce(Fixture.nonce, sentAt: Int64(sent), receivedAt: Int64(received))

        #expect(session.measuredOffset == Int64(offset))
    }

    @Test func `clocks at their edges do not trap`() {
        var session = session(at: .awaitingNonce)

        let directive = session.onNonce(Fixture.nonce, sentAt: .min, receivedAt: .max)

        #expect(directive == .greet(Fixture.nonce))
    }

    @Test func `a nonce of another ambito is not signed`() {
        var session = session(at: .awaitingNonce)
        let nonce = Nonce(
            ambito: RecordID(high: 9, low: 9), incarnation: Fixture.incarnation, nonce: Fixture.nonceBytes, hubTime: 0)

        #expect(session.onNonce(nonce, sentAt: 0, receivedAt: 0) == .stop(.wrongAmbito))
    }

    /// What a hub may say that this file must not believe, and what it does at a greeting and at a page.
    static let disturbed: [(state: HubState, greeting: ClientSession.Directive, page: ClientSession.Directive)] = [
        (Fixture.state(ambito: RecordID(high: 9, low: 9)), .stop(.wrongAmbito), .stop(.wrongAmbito)),
        (Fixture.state(number: ReplicaNumber(rawValue: 78)), .stop(.wrongAmbito), .beginAgain),
        (Fixture.state(incarnation: Incarnation(rawValue: 4)), .stop(.formerHub), .beginAgain),
        (Fixture.state(hash: 99), .askStored(Fixture.link(5)), .beginAgain),
        (Fixture.state(folded: 3, stored: 4, hash: 3), .askStored(Fixture.link(5)), .beginAgain),
        (Fixture.state(folded: 0, stored: 0, hash: 0), .stop(.hubKnowsLess), .beginAgain),
        (Fixture.state(folded: 9, stored: 9, hash: 8), .askStored(Fixture.link(5)), .beginAgain),
        (
            Fixture.state(folded: 5, stored: 3), .stop(.unexpected("more folded than stored")),
            .stop(.unexpected("more folded than stored"))
        ),
    ]

    @Test(arguments: disturbed.indices) func `a greeting that this file cannot believe does not push or pull`(
        _ index: Int
    ) {
        var session = session(at: .awaitingGreeting)

        #expect(session.onGreeting(Fixture.greeting(Self.disturbed[index].state)) == Self.disturbed[index].greeting)
    }

    @Test(arguments: disturbed.indices) func `a page that this file cannot believe is not kept`(_ index: Int) {
        var session = session(at: .pulling)

        let page = Fixture.page(from: 40, to: 44, isComplete: true, state: Self.disturbed[index].state)

        #expect(session.onPage(page) == Self.disturbed[index].page)
    }

    @Test func `an acknowledgement that names somebody else's batch acknowledges nothing`() {
        var session = session(at: .awaitingAcknowledgement)

        let directive = session.onAcknowledgement(
            Acknowledgement(state: Fixture.state(folded: 8, stored: 8, hash: 99)))

        #expect(directive == .beginAgain)
    }

    @Test(arguments: [(0, 3), (1, 5), (2, 8)])
    func `of a forked file counts as acknowledged what the hub has by hash`(_ stored: Int, _ known: Int) {
        var session = session(at: .awaitingGreeting)
        var directive = session.onGreeting(Fixture.greeting(Fixture.state(folded: 9, stored: 9, hash: 99)))
        for link in 0..<stored {
            #expect(directive == .askStored(Fixture.link([5, 8][link])))
            directive = session.onStored(true)
        }
        if stored < 2 { directive = session.onStored(false) }

        #expect(directive == .fork(known: UInt64(known)))
        #expect(isUnexpected(session.onStored(true)))
    }

    @Test func `a hub in another life is met`() {
        var session = session(at: .awaitingGreeting)
        let greeting = Fixture.greeting(Fixture.state(incarnation: Incarnation(rawValue: 6)))

        #expect(session.onGreeting(greeting) == .meet(greeting))
    }

    /// Nothing that it has can be stale, but what it wrote to its own changes.
    @Test(arguments: [0, 3])
    func `who has never pulled starts afresh only where the hub has changes of his`(_ stored: UInt64) {
        var local = Fixture.local
        local.isFresh = true
        local.chain = [ClientSession.ChainLink(counter: stored, hash: Fixture.hash(UInt8(stored)))]
        for isStale in [true, false] {
            local.isStale = isStale
            var session = ClientSession(local: local)
            _ = session.start()
            _ = session.onNonce(Fixture.nonce, sentAt: 0, receivedAt: 0)
            let state = Fixture.state(folded: stored, stored: stored, hash: UInt8(stored))

            let directive = session.onGreeting(Fixture.greeting(state, horizon: 39))

            let goesOn = ClientSession.Directive.acknowledge(folded: stored, stored: stored)
            #expect(directive == (isStale || stored == 0 ? goesOn : .startAfresh(folded: stored)))
        }
    }

    @Test(arguments: [(37, false), (38, false), (39, true)])
    func `who was away for longer than deletions are remembered starts afresh`(_ horizon: Int, _ isStale: Bool) {
        var session = session(at: .awaitingGreeting)

        let directive = session.onGreeting(Fixture.greeting(horizon: UInt64(horizon)))

        #expect(directive == (isStale ? .startAfresh(folded: 3) : .acknowledge(folded: 3, stored: 3)))
    }

    @Test(arguments: [(0, 50, false), (37, 37, false), (37, 38, true)])
    func `a pull from the beginning that was cut does not go on once its pages lack what is forgotten`(
        _ kept: Int, _ horizon: Int, _ isTooOld: Bool
    ) {
        for isFresh in [true, false] {
            var local = Fixture.local
            local.cursor = UInt64(kept)
            local.oldest = 0
            local.isFresh = isFresh
            local.isStale = isFresh
            local.isComparing = !isFresh
            var session = ClientSession(local: local)
            _ = session.start()
            _ = session.onNonce(Fixture.nonce, sentAt: 0, receivedAt: 0)

            let directive = session.onGreeting(Fixture.greeting(horizon: UInt64(horizon)))

            #expect((directive == .beginAgain) == isTooOld)
        }
    }

    @Test func `what a restored hub lacks is given back before anything else is sent`() {
        var local = Fixture.local
        local.isComparing = true
        var session = ClientSession(local: local)
        _ = session.start()
        _ = session.onNonce(Fixture.nonce, sentAt: 0, receivedAt: 0)
        let former = ReplicaNumber(rawValue: 70)
        let other = NumberState(
            number: ReplicaNumber(rawValue: 71), storedCounter: 2, storedHash: Fixture.hash(2), durableCounter: 0)
        let known = NumberState(
            number: former, storedCounter: 4, storedHash: Fixture.hash(4), durableCounter: 0)

        #expect(session.onGreeting(Fixture.greeting(numbers: [known, other])) == .findOwed([known, other]))
        #expect(session.onOwed((former, 6)) == .giveBack(number: former, counter: 6))
        let state = Fixture.state(folded: 6, stored: 6, hash: 6, number: former)
        #expect(
            session.onAcknowledgement(Acknowledgement(state: state)) == .findOwed([NumberState(state), other]))
        #expect(session.onOwed(nil) == .acknowledge(folded: 3, stored: 3))
    }

    @Test func `an acknowledgement of less than was sent is not believed`() {
        var session = session(at: .awaitingAcknowledgement)

        let directive = session.onAcknowledgement(
            Acknowledgement(state: Fixture.state(folded: 5, stored: 5, hash: 5)))

        #expect(directive == .stop(.unexpected("the hub did not keep a batch")))
    }

    @Test func `a page that was made before what this conversation acknowledged is not kept`() {
        var session = session(at: .awaitingAcknowledgement)
        _ = session.onAcknowledgement(Acknowledgement(state: Fixture.state(folded: 8, stored: 8, hash: 8)))
        _ = session.onOutbox(next: nil)

        let page = Fixture.page(
            from: 40, to: 44, isComplete: true, state: Fixture.state(folded: 5, stored: 5, hash: 5))

        #expect(session.onPage(page) == .beginAgain)
    }

    @Test func `a greeting acknowledges what a lost answer did not`() {
        var session = session(at: .awaitingGreeting)

        let directive = session.onGreeting(Fixture.greeting(Fixture.state(folded: 5, stored: 8, hash: 8)))

        #expect(directive == .acknowledge(folded: 5, stored: 8))
    }

    @Test func `a replica newer than its hub waits, and an older one does not`() {
        var newer = session(at: .awaitingGreeting)
        var older = session(at: .awaitingGreeting)

        #expect(
            newer.onGreeting(Fixture.greeting(schemaVersion: 1)) == .stop(.hubTooOld(hub: 1, replica: 2)))
        #expect(older.onGreeting(Fixture.greeting(schemaVersion: 3)) == .acknowledge(folded: 3, stored: 3))
    }

    @Test(arguments: [(39, 44), (41, 44), (0, 44)])
    func `a page that does not begin where this file is, is not kept`(_ from: Int, _ to: Int) {
        var session = session(at: .pulling)

        let directive = session.onPage(Fixture.page(from: UInt64(from), to: UInt64(to), isComplete: true))

        #expect(directive == .stop(.pageElsewhere))
    }

    @Test func `a page that neither goes on nor ends does not go round for ever`() {
        var session = session(at: .pulling)

        #expect(isUnexpected(session.onPage(Fixture.page(from: 40, to: 40, isComplete: false))))
    }

    @Test func `two files that say the same are equal, and a hash makes a difference`() {
        var other = Fixture.local
        #expect(other == Fixture.local)

        other.chain[1] = Fixture.link(6)

        #expect(other != Fixture.local)
    }

    private func isUnexpected(_ directive: ClientSession.Directive) -> Bool {
        if case .stop(.unexpected) = directive { true } else { false }
    }
}
