import CurlTransport
import Testing

@Suite struct CurlClientRefusalTests {
    @Test(arguments: [
        "http://127.0.0.1:1", "https://", "hub.example", "", "https://user@hub.example", "https://hub.example/?a=1",
        "ftp://hub.example", "https://hub.example/#a", "https://hub example",
    ])
    func `an address that is not https with a computer and a path is refused`(address: String) async throws {
        let error = await failure(of: client(address), .get("/"))

        #expect(error?.code == .badAddress)
    }

    @Test func `an address with a zero byte is not cut there`() async throws {
        let error = await failure(of: client("https://hub.example\0.other.example"), .get("/"))

        #expect(error?.code == .badAddress)
    }

    @Test(arguments: [
        HTTPExchange(method: "GET", path: "no-slash"),
        HTTPExchange(method: "GET", path: "/a b"),
        HTTPExchange(method: "GET", path: "/a#b"),
        HTTPExchange(method: "GET", path: "/a\r\nX: y"),
        HTTPExchange(method: "", path: "/"),
        HTTPExchange(method: "GET /x", path: "/"),
        HTTPExchange(method: "HEAD", path: "/", body: [1]),
        HTTPExchange(method: "GET", path: "/", headers: [("A", "b\r\nC: d")]),
        HTTPExchange(method: "GET", path: "/", headers: [("A", "b\0")]),
        HTTPExchange(method: "GET", path: "/", headers: [("A:", "b")]),
        HTTPExchange(method: "GET", path: "/", headers: [("", "b")]),
    ])
    func `a request that would not arrive as written is refused`(exchange: HTTPExchange) async throws {
        let error = await failure(of: client("https://127.0.0.1:1"), exchange)

        #expect(error?.code == .badAddress)
    }

    private func client(_ address: String) -> CurlClient {
        CurlClient(
            configuration: CurlConfiguration(
                baseURL: address, pinnedKeySHA256: nil, proxy: "", maximumAnswerBytes: 1, userAgent: "zona-test/1"))
    }
}
