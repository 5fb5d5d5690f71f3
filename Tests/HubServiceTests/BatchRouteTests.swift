import CurlTransport
import SyncCore
import SyncWire
import Testing

@testable import HubService

@Suite struct BatchRouteTests {
    private let narni = HubDouble("narni", id: 1)

    private func file(_ batch: Frame) -> String { "narni/incoming/\(Hash.text(batch.hash)).part" }

    @Test func `a whole batch is stored with the clock that came with it, and leaves no part`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni, bytes: 300_000)

            let answer = try await hub.put(narni, batch, session: session, clock: "-5000")

            #expect(answer.status == 200)
            #expect(throws: Never.self) {
                try Acknowledgement(reading: Frame(reading: answer.body, kind: .acknowledgement))
            }
            #expect(narni.accepted.map(\.bytes) == [batch.bytes])
            #expect(narni.accepted.map(\.offset) == [-5000])
            #expect(hub.folder.size(file(batch)) == nil)
        }
    }

    @Test func `a batch goes on at the byte where it stopped`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni)
            let path = "\(narni.path)/batch/\(Hash.text(batch.hash))"

            let before = try await hub.send("GET", path, session: session)
            let part = try await hub.put(narni, batch, session: session, to: 2000)
            let between = try await hub.send("GET", path, session: session)
            let storedBetween = narni.accepted.count
            let rest = try await hub.put(narni, batch, session: session, from: 2000)

            #expect(before.status == 204)
            #expect(before.header("zona-have") == "0")
            #expect(part.status == 202)
            #expect(part.header("zona-have") == "2000")
            #expect(between.header("zona-have") == "2000")
            #expect(storedBetween == 0)
            #expect(rest.status == 200)
            #expect(narni.accepted.map(\.bytes) == [batch.bytes])
        }
    }

    @Test func `another offset is refused and the right one is named`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni)
            _ = try await hub.put(narni, batch, session: session, to: 2000)

            let again = try await hub.put(narni, batch, session: session)
            let beyond = try await hub.put(narni, batch, session: session, from: 3000)

            #expect([again.status, beyond.status] == [409, 409])
            #expect([again.problem, beyond.problem] == [.offsetMismatch, .offsetMismatch])
            #expect([again.header("zona-have"), beyond.header("zona-have")] == ["2000", "2000"])
            #expect(hub.folder.size(file(batch)) == 2000)
        }
    }

    @Test func `what came before the line broke is kept`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni)
            let path = "\(narni.path)/batch/\(Hash.text(batch.hash))"

            let line = try BrokenLine(
                port: hub.port, head: Self.head(path, batch, session), body: Array(batch.bytes[..<1234]))
            // The hub has them as soon as they are through; how soon that is, is not for us to say.
            // Not asked over the wire: who asks takes the batch over.
            while hub.folder.size(file(batch)) != 1234 { await Task.yield() }
            line.breakOff()
            let rest = try await hub.put(narni, batch, session: session, from: 1234)

            #expect(rest.status == 200)
            #expect(narni.accepted.map(\.bytes) == [batch.bytes])
        }
    }

    @Test func `a refused batch leaves no part, one that failed stays to be tried again`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni)

            narni.fail(with: Problem(.forked, "a copy"))
            let forked = try await hub.put(narni, batch, session: session)
            let sizeAfterRefusal = hub.folder.size(file(batch))
            narni.fail(with: Problem(.hubFault, "disk full"))
            let failed = try await hub.put(narni, batch, session: session)
            let sizeAfterFault = hub.folder.size(file(batch))
            narni.fail(with: nil)
            let again = try await hub.put(narni, batch, session: session, from: batch.bytes.count)

            #expect(forked.status == 409)
            #expect(forked.problem == .forked)
            #expect(sizeAfterRefusal == nil)
            #expect(failed.status == 500)
            #expect(failed.header("retry-after") != nil)
            #expect(sizeAfterFault == batch.bytes.count)
            #expect(again.status == 200)
        }
    }

    @Test func `a batch over the limit is refused before it is read`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni)

            let answer = try await hub.send(
                "PUT", "\(narni.path)/batch/\(Hash.text(batch.hash))", session: session,
                headers: [("Zona-Total", "\(Limits.batchBytes + 1)")], body: batch.bytes)

            #expect(answer.status == 413)
            #expect(answer.problem == .overLimit)
            #expect(hub.folder.size(file(batch)) == nil)
        }
    }

    @Test(arguments: [
        [("Zona-Offset", "0")], [("Zona-Total", "many")], [("Zona-Total", "-1")], [("Zona-Total", "0")],
        [("Zona-Total", "9"), ("Zona-Offset", "10")], [("Zona-Total", "9"), ("Zona-Offset", "-1")],
        [("Zona-Total", "9"), ("Zona-Clock", "soon")], [("Zona-Total", "9")],
    ])
    func `headers that do not fit are malformed and leave no part`(headers: [(String, String)]) async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni)

            let answer = try await hub.send(
                "PUT", "\(narni.path)/batch/\(Hash.text(batch.hash))", session: session, headers: headers,
                body: [UInt8](repeating: 0, count: 10))

            #expect(answer.status == 400)
            #expect(answer.problem == .malformed)
            #expect(hub.folder.size(file(batch)) == nil)
        }
    }

    @Test func `an address that is no hash is malformed`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)

            let answers = [
                try await hub.send("GET", "\(narni.path)/batch/..%2F..%2Fx", session: session),
                try await hub.send("GET", "\(narni.path)/batch/ABCD", session: session),
            ]

            #expect(answers.map(\.problem) == [.malformed, .malformed])
        }
    }

    static func head(_ path: String, _ batch: Frame, _ session: [UInt8]) -> String {
        let lines = [
            "PUT \(path) HTTP/1.1", "Host: hub", "Content-Length: \(batch.bytes.count)",
            "Zona-Total: \(batch.bytes.count)",
            "Zona-Session: \(Hash.text(session))", "", "",
        ]
        return lines.joined(separator: "\r\n")
    }
}
