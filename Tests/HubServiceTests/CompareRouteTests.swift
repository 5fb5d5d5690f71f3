import CurlTransport
import SyncCore
import SyncWire
import Testing

@testable import HubService

@Suite struct CompareRouteTests {
    private let narni = HubDouble("narni", id: 1)

    @Test func `a question of a conversation is answered, and one of none is not`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)

            let answer = try await hub.send("POST", "\(narni.path)/compare", session: session, body: [1, 2, 3])
            let stranger = try await hub.send("POST", "\(narni.path)/compare", body: [1, 2, 3])

            #expect(answer.status == 200)
            let frame = try Frame(reading: answer.body, kind: .comparisonAnswer)
            #expect(try ComparisonAnswer(reading: frame).cursor == 3)
            #expect(stranger.status == 401)
            #expect(stranger.problem == .sessionUnknown)
        }
    }

    @Test func `what the store refuses is the answer`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            narni.fail(with: Problem(.overLimit, "sync first"))

            let answer = try await hub.send("POST", "\(narni.path)/compare", session: session, body: [1])

            #expect(answer.status == 413)
            #expect(answer.problem == .overLimit)
        }
    }
}
