import SyncCore
import SyncSession
import SyncWire
import Testing

/// What a file from a stick is, before anything of it is taken.
@Suite struct StickJudgementTests {
    private static let ambito = RecordID(high: 1, low: 1)
    private static let number = ReplicaNumber(rawValue: 7)
    private static let former = ReplicaNumber(rawValue: 6)
    private static let hash = [UInt8](repeating: 5, count: 32)

    private let local = ClientSession.Local(
        ambito: ambito, number: number, incarnation: Incarnation(rawValue: 3), schemaVersion: 1, cursor: 50,
        chain: [.init(counter: 5, hash: hash), .init(counter: 6, hash: Hash.of([6]))],
        formerIncarnations: [Incarnation(rawValue: 2)])

    private func greeting(
        ambito: RecordID = ambito, incarnation: UInt64 = 3, number: ReplicaNumber = number, stored: UInt64 = 5,
        horizon: UInt64 = 0
    ) -> HubGreeting {
        HubGreeting(
            state: HubState(
                ambito: ambito, incarnation: Incarnation(rawValue: incarnation), number: number,
                foldedCounter: stored, storedCounter: stored, storedHash: stored == 5 ? Self.hash : Hash.of([6]),
                durableCounter: 0),
            session: Receipt.noSession, schemaVersion: 1, horizon: horizon)
    }

    private func judge(
        _ greeting: HubGreeting, pages: (from: UInt64, to: UInt64)? = nil, cursor: UInt64 = 40
    ) -> StickJudgement {
        StickJudgement(greeting, pages: pages, local: local, formerNumbers: [Self.former], cursor: cursor)
    }

    @Test func `pages that begin at the cursor or before it are pulled from where they begin`() {
        #expect(judge(greeting(), pages: (40, 44)) == .pull(from: 40))
        #expect(judge(greeting(), pages: (40, 40)) == .pull(from: 40))
        #expect(judge(greeting(), pages: (30, 41)) == .pull(from: 30))
    }

    @Test func `pages that are here already leave the receipt`() {
        #expect(judge(greeting(), pages: (30, 40)) == .receipt)
        #expect(judge(greeting()) == .receipt)
    }

    /// An interrupted pull's pages lie beyond the cursor, and count for nothing here.
    @Test func `pages beyond the cursor say that one is missing`() {
        #expect(judge(greeting(), pages: (50, 60)) == .refused(.missing(from: 50, cursor: 40)))
    }

    @Test func `what is not for this file, or older than what it knows, is refused`() {
        #expect(judge(greeting(ambito: RecordID(high: 1, low: 2))) == .refused(.otherAmbito))
        #expect(judge(greeting(number: ReplicaNumber(rawValue: 8))) == .refused(.otherReplica))
        #expect(judge(greeting(number: Self.former)) == .refused(.formerNumber))
        #expect(judge(greeting(incarnation: 2)) == .refused(.formerHub))
        #expect(judge(greeting(stored: 4)) == .refused(.older))
    }

    @Test func `a hub in a new life is met by its greeting, whatever the pages`() {
        #expect(judge(greeting(incarnation: 4, stored: 0), pages: (0, 9)) == .receipt)
    }

    @Test func `by stick nothing is sent: after what arrived the pull begins`() {
        var session = ClientSession(local: local, pushes: false)

        #expect(session.start(with: greeting()) == .acknowledge(folded: 5, stored: 5))
        #expect(session.onOutbox(next: 6) == .askPage(after: 50, size: Limits.pageBytesFirst))
        #expect(session.measuredOffset == nil)
    }

    @Test func `by stick a receipt alone ends with what arrived`() {
        var session = ClientSession(local: local, pulls: false, pushes: false)

        #expect(session.start(with: greeting(stored: 6)) == .acknowledge(folded: 6, stored: 6))
        #expect(session.onOutbox(next: nil) == .finish)
    }

    @Test func `who compares waits until nothing is owed to a restored hub`() {
        var comparing = local
        comparing.isComparing = true
        var session = ClientSession(local: comparing, pushes: false)

        #expect(session.start(with: greeting()) == .findOwed([]))
        #expect(session.onOwed((Self.former, 4)) == .waitForBundle)
    }
}
