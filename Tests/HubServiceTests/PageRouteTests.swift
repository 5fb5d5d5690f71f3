import CurlTransport
import Synchronization
import SyncCore
import SyncWire
import Testing

@testable import HubService

@Suite struct PageRouteTests {
    private let narni = HubDouble("narni", id: 1)

    @Test func `a page comes whole, and its rest from any byte`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let whole = try await hub.send("GET", "\(narni.path)/page?after=7&size=70000", session: session)
            let hash = try #require(whole.header("zona-page"))

            let rest = try await hub.send(
                "GET", "\(narni.path)/page/\(hash)", session: session, headers: [("Range", "bytes=50000-")])
            let again = try await hub.send("GET", "\(narni.path)/page/\(hash)", session: session)

            #expect(whole.status == 200)
            #expect(Hash.text(try Frame(reading: whole.body, kind: .page).hash) == hash)
            #expect(rest.status == 206)
            #expect(rest.body == Array(whole.body[50000...]))
            #expect(rest.header("content-range") == "bytes 50000-\(whole.body.count - 1)/\(whole.body.count)")
            #expect(again.status == 200)
            #expect(again.body == whole.body)
            #expect(narni.state.withLock { $0.pages } == 1)
        }
    }

    @Test func `a page of the largest size comes whole`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)

            let page = try await hub.send("GET", "\(narni.path)/page?after=0&size=99999999", session: session)

            #expect(page.status == 200)
            #expect(page.body.count > Limits.pageBytes)
            #expect(page.body.count < Limits.pageBytes + 1000)
        }
    }

    @Test func `only the last page of one's own conversation is kept`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let first = try await hub.send("GET", "\(narni.path)/page?after=1&size=100", session: session)
            let second = try await hub.send("GET", "\(narni.path)/page?after=2&size=100", session: session)
            let other = try await hub.greet(narni, number: 43)

            let gone = try await hub.send(
                "GET", "\(narni.path)/page/\(first.header("zona-page") ?? "")", session: session)
            let foreign = try await hub.send(
                "GET", "\(narni.path)/page/\(second.header("zona-page") ?? "")", session: other)

            #expect([gone.status, foreign.status] == [404, 404])
            #expect([gone.problem, foreign.problem] == [.notFound, .notFound])
        }
    }

    @Test func `a range beyond the page is refused`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let page = try await hub.send("GET", "\(narni.path)/page?after=1&size=100", session: session)

            let answer = try await hub.send(
                "GET", "\(narni.path)/page/\(page.header("zona-page") ?? "")", session: session,
                headers: [("Range", "bytes=\(page.body.count)-")])

            #expect(answer.problem == .offsetMismatch)
        }
    }

    @Test(arguments: [
        "", "?after=1", "?size=1", "?after=-1&size=1", "?after=1&size=0", "?after=18446744073709551615&size=1",
    ])
    func `a page asked for in another way is malformed`(query: String) async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)

            let answer = try await hub.send("GET", "\(narni.path)/page\(query)", session: session)

            #expect(answer.status == 400)
            #expect(answer.problem == .malformed)
        }
    }
}
