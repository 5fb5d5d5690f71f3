import CurlTransport
import Synchronization
import Testing

@Suite struct CurlClientAnswerTests {
    /// A server for each test; the suite's value, and so the server, lives to the end of the test.
    private let server: LoopbackServer

    init() throws {
        server = try LoopbackServer()
    }

    @Test func `an answer of the hub with the pinned key comes whole`() async throws {
        let answer = try await server.client().send(.get("/hello"))

        #expect(answer.status == 200)
        #expect(answer.body == Array("hello".utf8))
        #expect(answer.header("ZONA-Hub") == "1")
        #expect(answer.header("x-empty") == "")
        #expect(answer.header("absent") == nil)
        #expect(answer.httpVersion == "HTTP/1.1")
        #expect(answer.certificateNotBefore?.hasSuffix("GMT") == true)
        #expect(answer.certificateNotAfter?.hasSuffix("GMT") == true)
    }

    @Test func `an expired certificate with the pinned key connects`() async throws {
        let expired = try LoopbackServer(.expired)

        let answer = try await expired.client().send(.get("/hello"))
        // Without this the server might end before the answer.
        withExtendedLifetime(expired) {}

        #expect(answer.status == 200)
    }

    @Test func `an error status of the hub is an answer`() async throws {
        let answer = try await server.client().send(.get("/missing"))

        #expect(answer.status == 404)
        #expect(answer.body == Array("no such thing".utf8))
    }

    @Test func `a redirect is not followed`() async throws {
        let answer = try await server.client().send(.get("/redirect"))

        #expect(answer.status == 302)
        #expect(answer.header("location") == "/hello")
    }

    @Test func `HEAD gets the length without a body`() async throws {
        let answer = try await server.client().send(HTTPExchange(method: "HEAD", path: "/length"))

        #expect(answer.header("content-length") == "12345")
        #expect(answer.body.isEmpty)
    }

    @Test func `the request carries what was asked and no Expect`() async throws {
        let exchange = HTTPExchange(
            method: "POST", path: "/head", headers: [("X-One", "uno"), ("X-Empty", "")],
            body: [UInt8](repeating: 1, count: 2_000_000))

        let answer = try await server.client().send(exchange)
        let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\r\n").map(String.init)

        #expect(lines.first == "POST /head HTTP/1.1")
        #expect(lines.contains("X-One: uno"))
        #expect(lines.contains("X-Empty:"))
        #expect(lines.contains("User-Agent: zona-test/1"))
        #expect(lines.contains("Content-Length: 2000000"))
        #expect(!lines.contains { $0.lowercased().hasPrefix("expect") })
        #expect(!lines.contains { $0.lowercased().hasPrefix("content-type") })
    }

    @Test func `a POST without a body says that its length is zero`() async throws {
        let answer = try await server.client().send(HTTPExchange(method: "POST", path: "/head"))

        #expect(String(decoding: answer.body, as: UTF8.self).contains("\r\nContent-Length: 0\r\n"))
    }

    @Test func `a large PUT comes back and its progress never goes back`() async throws {
        let body = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let seen = Mutex<[TransferProgress]>([])
        let client = server.client(baseURL: "https://127.0.0.1:\(server.port)/prefix/")

        let answer = try await client.send(HTTPExchange(method: "PUT", path: "/echo", body: body)) { progress in
            seen.withLock { $0.append(progress) }
        }
        let states = seen.withLock { $0 }

        #expect(answer.body == body)
        #expect(states.count > 2)
        #expect(
            zip(states, states.dropFirst()).allSatisfy {
                $0.uploadedBytes <= $1.uploadedBytes && $0.downloadedBytes <= $1.downloadedBytes
            })
        #expect(
            states.last
                == TransferProgress(
                    uploadedBytes: 8_000_000, uploadTotalBytes: 8_000_000,
                    downloadedBytes: 8_000_000, downloadTotalBytes: 8_000_000))
    }

    @Test func `a proxy leads to the hub, also with a login`() async throws {
        let open = server.client(baseURL: "https://hub.example", proxy: "http://127.0.0.1:\(server.plainPort)")
        let guarded = server.client(
            baseURL: "https://login.example", proxy: "http://user:secret@127.0.0.1:\(server.plainPort)")

        let first = try await open.send(.get("/hello"))
        let second = try await guarded.send(.get("/hello"))

        #expect(first.body == Array("hello".utf8))
        #expect(first.headers.map(\.0) == ["content-length", "zona-hub", "x-connection", "x-empty"])
        #expect(second.body == Array("hello".utf8))
    }

    @Test func `two sends use one connection and both know the certificate`() async throws {
        let client = server.client()

        let first = try await client.send(.get("/hello"))
        let second = try await client.send(HTTPExchange(method: "PUT", path: "/echo", body: [1, 2, 3]))

        #expect(first.header("x-connection") == "1")
        #expect(second.header("x-connection") == "1")
        #expect(second.body == [1, 2, 3])
        #expect(second.certificateNotAfter == first.certificateNotAfter)
        #expect(second.certificateNotAfter != nil)
    }

    @Test func `after an error the client still works`() async throws {
        let client = server.client()

        let error = await failure(of: client, .get("/cut"))
        let answer = try await client.send(HTTPExchange(method: "PUT", path: "/echo", body: [4]))

        #expect(error?.code == .connectionLost)
        #expect(answer.body == [4])
    }

    @Test func `a connection that the hub closed in between is replaced`() async throws {
        let client = server.client()
        let body = [UInt8](repeating: 9, count: 300_000)
        let exchange = HTTPExchange(method: "PUT", path: "/echo-and-close", body: body)

        let first = try await client.send(exchange)
        let second = try await client.send(exchange)

        #expect(first.header("x-connection") == "1")
        #expect(second.header("x-connection") == "2")
        #expect(second.body == body)
    }

    @Test func `sends from many tasks each get their own answer`() async throws {
        let client = server.client()

        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let body = [UInt8](repeating: UInt8(number), count: number * 1000)
                    return try await client.send(HTTPExchange(method: "PUT", path: "/echo", body: body)).body == body
                }
            }
            for try await isOwn in group {
                #expect(isOwn)
            }
        }
    }
}
