import CurlTransport
import SyncCore
import SyncWire
import Testing

@testable import HubService

@Suite struct HistoryRouteTests {
    private let narni = HubDouble("narni", id: 1)

    @Test func `a question of a conversation is answered, one of none is not, and a refusal is the answer`()
        async throws
    {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)

            let answer = try await hub.send("POST", "\(narni.path)/history", session: session, body: [1, 2, 3])
            let stranger = try await hub.send("POST", "\(narni.path)/history", body: [1, 2, 3])
            narni.fail(with: Problem(.wrongSignature, "not yours"))
            let refused = try await hub.send("POST", "\(narni.path)/history", session: session, body: [1])

            #expect(answer.status == 200)
            #expect(try HistoryAnswer(reading: Frame(reading: answer.body, kind: .historyAnswer)).at == 3)
            #expect(stranger.status == 401 && stranger.problem == .sessionUnknown)
            #expect(refused.status == 403 && refused.problem == .wrongSignature)
        }
    }
}
