import SyncCore
import SyncSession
import SyncWire
import Testing

@testable import HubService

@Suite struct SessionsTests {
    private let hub = HubDouble("narni", id: 1)
    private let clock = TestClock()
    private let sessions = Sessions(limit: 2)

    private func session(_ name: UInt8, number: UInt64, of hub: HubDouble? = nil) throws -> Sessions.Session {
        let hub = hub ?? self.hub
        let bytes = RunningHub.greeting(hub, nonce: [UInt8](repeating: 1, count: 32), number: number)
        let conversation = HubSession(ambito: hub.ambito, ambitoKey: hub.key.publicKey, schemaVersion: 1)
        let peer = try conversation.identify(bytes) { _ in true }
        return Sessions.Session(id: [UInt8](repeating: name, count: 16), ambito: hub.ambito, peer: peer)
    }

    @Test func `a session lives for ten minutes after its last use`() throws {
        let session = try session(1, number: 1)
        sessions.open(session, now: clock.now)

        clock.advance(599_999)
        let first = sessions.use(session.id, in: hub.ambito, now: clock.now)
        clock.advance(599_999)
        let second = sessions.use(session.id, in: hub.ambito, now: clock.now)
        clock.advance(600_000)
        let third = sessions.use(session.id, in: hub.ambito, now: clock.now)

        #expect(first?.peer == session.peer)
        #expect(second != nil)
        #expect(third == nil)
    }

    @Test func `a new greeting of a number ends its older session`() throws {
        sessions.open(try session(1, number: 1), now: clock.now)
        sessions.open(try session(2, number: 1), now: clock.now)

        #expect(sessions.use([UInt8](repeating: 1, count: 16), in: hub.ambito, now: clock.now) == nil)
        #expect(sessions.use([UInt8](repeating: 2, count: 16), in: hub.ambito, now: clock.now) != nil)
        #expect(sessions.count(in: hub.ambito, now: clock.now) == 1)
    }

    @Test func `the same number in two ambiti is two sessions, each good in its own`() throws {
        let other = HubDouble("putignano", id: 2)
        sessions.open(try session(1, number: 1), now: clock.now)
        sessions.open(try session(2, number: 1, of: other), now: clock.now)

        #expect(sessions.use([UInt8](repeating: 1, count: 16), in: hub.ambito, now: clock.now) != nil)
        #expect(sessions.use([UInt8](repeating: 2, count: 16), in: other.ambito, now: clock.now) != nil)
        #expect(sessions.use([UInt8](repeating: 2, count: 16), in: hub.ambito, now: clock.now) == nil)
    }

    @Test func `above the limit the session unused for longest goes`() throws {
        for name in 1...2 { sessions.open(try session(UInt8(name), number: UInt64(name)), now: clock.now) }
        _ = sessions.use([UInt8](repeating: 1, count: 16), in: hub.ambito, now: clock.now)

        sessions.open(try session(3, number: 3), now: clock.now)

        #expect(sessions.use([UInt8](repeating: 1, count: 16), in: hub.ambito, now: clock.now) != nil)
        #expect(sessions.use([UInt8](repeating: 2, count: 16), in: hub.ambito, now: clock.now) == nil)
    }

    @Test func `a nonce is good once, in its ambito, for two minutes`() {
        let book = NonceBook()
        let other = HubDouble("putignano", id: 2)
        let once = book.issue(for: hub.ambito, now: clock.now)
        let late = book.issue(for: hub.ambito, now: clock.now)

        #expect(!book.redeem(once, for: other.ambito, now: clock.now))
        #expect(book.redeem(once, for: hub.ambito, now: clock.now + 119_999))
        #expect(!book.redeem(once, for: hub.ambito, now: clock.now + 119_999))
        #expect(!book.redeem(late, for: hub.ambito, now: clock.now + 120_000))
        #expect(once.count == 32)
        #expect(once != late)
    }

    @Test func `above the limit the oldest nonce goes`() {
        let book = NonceBook(limit: 2)
        let nonces = (0..<3).map { _ in book.issue(for: hub.ambito, now: clock.now) }

        #expect(!book.redeem(nonces[0], for: hub.ambito, now: clock.now))
        #expect(book.redeem(nonces[1], for: hub.ambito, now: clock.now))
        #expect(book.redeem(nonces[2], for: hub.ambito, now: clock.now))
    }

    @Test func `the page cache keeps one page a session and drops the one unused for longest`() {
        let cache = PageCache(limitBytes: 10)
        cache.keep([1, 2, 3, 4], hash: [1], for: [1])
        cache.keep([5, 6, 7, 8], hash: [2], for: [2])
        let used = cache.page([1], for: [1])

        cache.keep([9, 9, 9, 9], hash: [3], for: [3])
        cache.keep([7], hash: [4], for: [3])

        #expect(used == [1, 2, 3, 4])
        #expect(cache.page([1], for: [1]) == [1, 2, 3, 4])
        #expect(cache.page([2], for: [2]) == nil)
        #expect(cache.page([3], for: [3]) == nil)
        #expect(cache.page([4], for: [3]) == [7])
    }
}
