import CurlTransport
import Testing

@Suite struct CurlClientFailureTests {
    /// A server for each test; the suite's value, and so the server, lives to the end of the test.
    private let server: LoopbackServer

    init() throws {
        server = try LoopbackServer()
    }

    @Test func `another key than the pinned one is refused`() async throws {
        var pin = server.pin
        pin[0] ^= 1

        let error = await failure(of: server.client(pin: pin), .get("/hello"))

        #expect(error?.code == .wrongKey)
        #expect(error?.isRetryable == false)
        #expect(error?.status == nil)
    }

    @Test func `a pin of a wrong length is not taken for no pin`() async throws {
        let error = await failure(of: server.client(pin: []), .get("/hello"))

        #expect(error?.code == .badAddress)
    }

    @Test func `without a pin a certificate that no authority signed is refused`() async throws {
        let error = await failure(of: server.client(pin: .some(nil)), .get("/hello"))

        #expect(error?.code == .tls)
    }

    @Test func `a page without the hub's mark is a login page`() async throws {
        let error = await failure(of: server.client(), .get("/portal"))

        #expect(error?.code == .notOurHub)
        #expect(error?.status == 200)
        #expect(error?.partialBody == [])
        #expect(error?.isRetryable == true)
    }

    @Test func `an answer in plain text is not our hub`() async throws {
        let error = await failure(of: server.client(baseURL: "https://127.0.0.1:\(server.plainPort)"), .get("/"))

        #expect(error?.code == .notOurHub)
    }

    @Test func `a connection cut in the body leaves the part that came`() async throws {
        let error = await failure(of: server.client(), .get("/cut"))

        #expect(error?.code == .connectionLost)
        #expect(error?.status == 200)
        #expect(error?.partialBody == [UInt8](repeating: UInt8(ascii: "x"), count: 400))
        #expect(error?.partialHeaders.first { $0.0 == "etag" }?.1 == "\"7\"")
        #expect(error?.underlying != nil)
    }

    @Test func `a connection cut in the handshake is a lost connection`() async throws {
        let error = await failure(of: server.client(baseURL: "https://127.0.0.1:\(server.droppingPort)"), .get("/"))

        #expect(error?.code == .connectionLost)
    }

    @Test func `silence for the stall timeout is a stall`() async throws {
        let error = await failure(of: server.client(stallTimeout: .seconds(1)), .get("/hang"))

        #expect(error?.code == .stalled)
        #expect(error?.isRetryable == true)
    }

    @Test func `a port where nothing listens cannot be connected`() async throws {
        let error = await failure(of: server.client(baseURL: "https://127.0.0.1:\(server.closedPort)"), .get("/"))

        #expect(error?.code == .cannotConnect)
    }

    @Test func `a name that cannot exist is not resolved`() async throws {
        // A label longer than 63 characters fails in the resolver, without a question to the network.
        let name = String(repeating: "a", count: 70) + ".invalid"
        let error = await failure(of: server.client(baseURL: "https://\(name):443"), .get("/"))

        #expect(error?.code == .cannotResolve)
    }

    @Test func `a proxy that wants a login says so`() async throws {
        let client = server.client(baseURL: "https://login.example", proxy: "http://127.0.0.1:\(server.plainPort)")

        let error = await failure(of: client, .get("/"))

        #expect(error?.code == .proxyNeedsLogin)
        #expect(error?.status == 407)
    }

    @Test func `a proxy that forbids the way says so`() async throws {
        let client = server.client(baseURL: "https://forbidden.example", proxy: "http://127.0.0.1:\(server.plainPort)")

        let error = await failure(of: client, .get("/"))

        #expect(error?.code == .proxyRefused)
        #expect(error?.status == 403)
    }

    @Test func `a portal's page behind a proxy is not our hub`() async throws {
        let client = server.client(baseURL: "https://hub.example", proxy: "http://127.0.0.1:\(server.plainPort)")

        let error = await failure(of: client, .get("/portal"))

        #expect(error?.code == .notOurHub)
    }

    @Test func `another key behind a proxy is refused without the proxy's status`() async throws {
        let client = server.client(
            baseURL: "https://hub.example", pin: [UInt8](repeating: 0, count: 32),
            proxy: "http://127.0.0.1:\(server.plainPort)")

        let error = await failure(of: client, .get("/hello"))

        #expect(error?.code == .wrongKey)
        #expect(error?.status == nil)
    }

    @Test func `an answer above the limit is stopped`() async throws {
        let error = await failure(of: server.client(maximumAnswerBytes: 100_000), .get("/long"))

        #expect(error?.code == .answerTooLarge)
    }
}
