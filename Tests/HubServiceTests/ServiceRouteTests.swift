import CurlTransport
import Synchronization
import Logging
import SyncWire
import Testing

@testable import HubService

@Suite struct ServiceRouteTests {
    private let narni = HubDouble("narni", id: 1)
    private let putignano = HubDouble("putignano", id: 2)

    @Test func `the hub says that it is alive and ready`() async throws {
        try await RunningHub.with([putignano, narni]) { hub in
            let health = try await hub.send("GET", "/healthz")
            let ready = try await hub.send("GET", "/readyz")

            #expect(health.status == 200)
            #expect(health.text == "ok\n")
            #expect(ready.status == 200)
            #expect(
                ready.text == """
                    {"ambiti":[{"code":"narni","ready":true,"seq":7},{"code":"putignano","ready":true,"seq":7}],\
                    "ready":true,"stopping":false}

                    """)
        }
    }

    @Test func `a hub with a broken store is alive and not ready`() async throws {
        narni.state.withLock { $0.condition = nil }
        try await RunningHub.with([narni, putignano]) { hub in
            let health = try await hub.send("GET", "/healthz")
            let ready = try await hub.send("GET", "/readyz")
            let metrics = try await hub.send("GET", "/metrics")

            #expect(health.status == 200)
            #expect(ready.status == 503)
            #expect(ready.text.contains(#"{"code":"narni","ready":false}"#))
            #expect(metrics.text.contains("zona_ready{ambito=\"narni\"} 0\n"))
        }
    }

    @Test func `the figures count requests by route, never by address`() async throws {
        try await RunningHub.with([narni]) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni)
            _ = try await hub.put(narni, batch, session: session)
            _ = try await hub.send("GET", "\(narni.path)/page?after=1&size=100", session: session)
            _ = try await hub.send("GET", "/nothing/here")

            let lines = try await hub.send("GET", "/metrics").text.split(separator: "\n").map { String($0) }

            for line in [
                #"zona_requests_total{route="/v1/{ambito}/batch/{hash}",status="200"} 1"#,
                #"zona_bytes_in_total{route="/v1/{ambito}/batch/{hash}"} \#(batch.bytes.count)"#,
                #"zona_request_seconds_count{route="/v1/{ambito}/page"} 1"#,
                #"zona_batches_stored_total{ambito="narni"} 1"#, #"zona_pages_sent_total{ambito="narni"} 1"#,
                #"zona_sessions{ambito="narni"} 1"#, #"zona_seq{ambito="narni"} 7"#, #"zona_records{ambito="narni"} 5"#,
                #"zona_conflicts_open{ambito="narni"} 2"#, #"zona_refusals{ambito="narni"} 1"#,
            ] {
                #expect(lines.contains(line))
            }
            #expect(!lines.contains { $0.contains("nothing/here") || $0.contains(Hash.text(batch.hash)) })
        }
    }

    @Test func `a request under way is finished when the hub stops`() async throws {
        let (entries, entered) = AsyncStream<Void>.makeStream()
        let gate = Gate()
        let slow = HubDouble("narni", id: 1) {
            entered.yield()
            gate.wait()
        }
        try await RunningHub.with([slow]) { hub in
            let session = try await hub.greet(slow)
            async let answer = hub.put(slow, RunningHub.batch(slow), session: session)
            _ = await entries.first { _ in true }

            await hub.service.stop()
            gate.open()

            #expect(try await answer.status == 200)
            #expect(slow.accepted.count == 1)
        }
    }

    @Test func `a request that does not end is cut when the hub stops, and its bytes stay`() async throws {
        try await RunningHub.with([narni], stopLimit: .milliseconds(100)) { hub in
            let session = try await hub.greet(narni)
            let batch = RunningHub.batch(narni)
            let path = "\(narni.path)/batch/\(Hash.text(batch.hash))"
            let line = try BrokenLine(
                port: hub.port, head: BatchRouteTests.head(path, batch, session), body: Array(batch.bytes[..<1234]))
            // Not asked over the wire: who asks takes the batch over.
            let part = "narni/incoming/\(Hash.text(batch.hash)).part"
            while hub.folder.size(part) != 1234 { await Task.yield() }

            await hub.service.stop()
            // Only a hub that has stopped lets go of its port.
            while (try? await RunningHub.client(port: hub.port, pin: hub.keys.fingerprint).send(
                .init(method: "GET", path: "/healthz"))) != nil
            {}

            #expect(hub.folder.size(part) == 1234)
            line.breakOff()
        }
    }

    @Test func `a hub stops in order while connections keep coming`() async throws {
        try await RunningHub.with([narni]) { hub in
            let (answers, answered) = AsyncStream<Void>.makeStream()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let health = HTTPExchange(method: "GET", path: "/healthz")
                        // Each time a new client, since a client keeps its connection.
                        while (try? await RunningHub.client(port: hub.port, pin: hub.keys.fingerprint).send(health))
                            != nil
                        {
                            answered.yield()
                        }
                    }
                }
                let isServing: Void? = await answers.first { _ in true }
                await hub.service.stop()
                // That it stops without an error is what `with` holds; a trap would end the whole run.
                #expect(isServing != nil)
            }
        }
    }

    @Test func `a port that is taken is told as such`() async throws {
        try await RunningHub.with([narni]) { hub in
            let folder = try TemporaryFolder()
            let second = try HubService(
                settings: ServerSettings(data: DataFolder(folder.path), port: hub.port), hubs: [putignano],
                keys: hub.keys,
                metrics: MetricsBackend(), logger: .init(label: "test"), onBound: { _ in })

            let error = await #expect(throws: HubServiceError.self) { try await second.run() }

            #expect(error?.code == .cannotListen)
        }
    }
}
