import CurlTransport
import SyncCore
import SyncWire
import Testing

@testable import HubService

@Suite struct ConversationRouteTests {
    private let narni = HubDouble("narni", id: 1)
    private let putignano = HubDouble("putignano", id: 2)

    @Test func `a greeting over a nonce begins a conversation, over HTTP 2`() async throws {
        try await RunningHub.with([narni]) { hub in
            let nonce = try await hub.send("POST", "\(narni.path)/nonce")
            let session = try await hub.greet(narni)

            #expect(nonce.status == 200)
            #expect(nonce.httpVersion == "HTTP/2")
            #expect(nonce.header("zona-hub") == "1")
            #expect(nonce.header("cache-control") == "no-store")
            #expect(nonce.header("content-type") == "application/vnd.zona")
            #expect(session.count == 16)
        }
    }

    @Test func `a nonce cannot be used twice`() async throws {
        try await RunningHub.with([narni]) { hub in
            let greeting = try await hub.greeting(narni)
            let first = try await hub.send("POST", "\(narni.path)/greeting", body: greeting)
            let second = try await hub.send("POST", "\(narni.path)/greeting", body: greeting)

            #expect(first.status == 200)
            #expect(second.status == 401)
            #expect(second.problem == .sessionUnknown)
        }
    }

    @Test func `a nonce of one ambito is worth nothing in another`() async throws {
        try await RunningHub.with([narni, putignano]) { hub in
            let answer = try await hub.send("POST", "\(putignano.path)/nonce")
            let nonce = try Nonce(reading: Frame(reading: answer.body, kind: .nonce))

            let greeting = RunningHub.greeting(narni, nonce: nonce.nonce)
            let refused = try await hub.send("POST", "\(narni.path)/greeting", body: greeting)

            #expect(refused.problem == .sessionUnknown)
        }
    }

    @Test func `keys are exchanged within a conversation only`() async throws {
        try await RunningHub.with([narni]) { hub in
            let card = KeyCard(ambito: narni.ambito, of: narni.key).frame(key: narni.key).bytes
            let refused = try await hub.send("POST", "\(narni.path)/keys", body: card)
            let answered = try await hub.send("POST", "\(narni.path)/keys", session: hub.greet(narni), body: card)

            #expect(refused.problem == .sessionUnknown)
            #expect(answered.status == 200)
            #expect(try Frame(reading: answered.body).kind == .sealingKey)
        }
    }

    @Test func `a greeting from a stick is over no nonce of a hub`() async throws {
        try await RunningHub.with([narni]) { hub in
            let greeting = RunningHub.greeting(narni, nonce: ClientGreeting.stickNonce)
            let answer = try await hub.send("POST", "\(narni.path)/greeting", body: greeting)

            #expect(answer.problem == .sessionUnknown)
        }
    }

    @Test func `a problem is signed by its ambito`() async throws {
        try await RunningHub.with([narni, putignano]) { hub in
            let answer = try await hub.send("POST", "\(putignano.path)/greeting", body: [1, 2, 3])
            let frame = try Frame(reading: answer.body, kind: .problem)

            #expect(answer.status == 400)
            #expect(answer.problem == .malformed)
            #expect(throws: Never.self) { try frame.verify(by: putignano.key.publicKey) }
        }
    }

    @Test func `a conversation ends after ten minutes without use, and everything says so`() async throws {
        let clock = TestClock()
        try await RunningHub.with([narni], now: { clock.now }) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni)
            clock.advance(600_000)

            let answers = [
                try await hub.put(narni, batch, session: session),
                try await hub.send("GET", "\(narni.path)/batch/\(Hash.text(batch.hash))", session: session),
                try await hub.send("GET", "\(narni.path)/page?after=0&size=100", session: session),
                try await hub.send("GET", "\(narni.path)/page/\(Hash.text(batch.hash))"),
            ]

            #expect(answers.map(\.status) == [401, 401, 401, 401])
            #expect(answers.map(\.problem) == [.sessionUnknown, .sessionUnknown, .sessionUnknown, .sessionUnknown])
        }
    }

    @Test func `who enrols is found in the ambito that knows his code`() async throws {
        try await RunningHub.with([narni, putignano]) { hub in
            let answer = try await hub.send("POST", "/v1/enrol", body: Self.enrolment(putignano.secret))
            let enrolment = try EnrolmentAnswer(reading: Frame(reading: answer.body, kind: .enrolmentAnswer))

            #expect(answer.status == 200)
            #expect(enrolment.ambitoCode == "putignano")
        }
    }

    @Test func `a code that nobody knows is refused, and so is a broken request`() async throws {
        try await RunningHub.with([narni, putignano]) { hub in
            let unknown = try await hub.send(
                "POST", "/v1/enrol", body: Self.enrolment([UInt8](repeating: 9, count: EnrolmentCode.secretSize)))
            let broken = try await hub.send("POST", "/v1/enrol", body: [0])

            #expect(unknown.status == 403)
            #expect(unknown.problem == .codeUnknown)
            #expect(broken.status == 400)
            #expect(broken.problem == .malformed)
        }
    }

    @Test func `a message over the limit is refused`() async throws {
        try await RunningHub.with([narni]) { hub in
            let answer = try await hub.send(
                "POST", "\(narni.path)/greeting", body: [UInt8](repeating: 0, count: Limits.messageBytes + 1))

            #expect(answer.status == 413)
            #expect(answer.problem == .overLimit)
        }
    }

    @Test(arguments: [
        "/", "/v1/00000000-0000-7000-8000-000000000009/nonce", "/v1/00000000-0000-7000-8000-00000000000A/nonce",
        "/v1/narni/nonce",
    ])
    func `an unknown ambito or address is 404 in one line of text, and still the hub's`(path: String) async throws {
        try await RunningHub.with([narni]) { hub in
            let answer = try await hub.send("POST", path)

            #expect(answer.status == 404)
            #expect(answer.header("zona-hub") == "1")
            #expect(answer.text.split(separator: "\n").count == 1)
        }
    }

    private static func enrolment(_ secret: [UInt8]) -> [UInt8] {
        let key = SigningKey(seed: [UInt8](repeating: 99, count: 32))!
        return EnrolmentRequest(
            secret: secret, key: key.publicKey, number: ReplicaNumber(rawValue: 1), schemaVersion: 1
        ).frame(key: key).bytes
    }
}
