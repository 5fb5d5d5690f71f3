import CurlTransport
import Foundation

/// A server process of one test, on ports that the system chose. It ends with this object, or with the test process.
final class LoopbackServer {
    enum Certificate: String {
        case valid, expired
    }

    struct StartError: Error {}

    /// TLS with `pin`.
    let port: Int
    /// A proxy that leads every name to the TLS port, except `forbidden.` and, without `user:secret`, `login.`. It
    /// answers a TLS handshake in plain text.
    let plainPort: Int
    /// Bound by the server, but nothing listens there.
    let closedPort: Int
    /// Accepts and closes in the middle of the handshake.
    let droppingPort: Int
    let pin: [UInt8]

    private let process = Process()
    private let input = Pipe()

    init(_ certificate: Certificate = .valid) throws {
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", loopbackServerScript, certificate.rawValue]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            guard let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty else {
                throw StartError()
            }
            line += byte
        }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let ports = words.dropLast().compactMap { Int($0) }
        guard ports.count == 4, let last = words.last, last.count == 64 else { throw StartError() }
        (port, plainPort, closedPort, droppingPort) = (ports[0], ports[1], ports[2], ports[3])
        pin = stride(from: 0, to: 64, by: 2).compactMap { start in
            UInt8(last.dropFirst(start).prefix(2), radix: 16)
        }
    }

    deinit {
        // The server ends at the end of its input.
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// A client for this server. The proxy is empty so that the environment of the test run does not matter.
    func client(
        baseURL: String? = nil,
        pin: [UInt8]?? = nil,
        proxy: String = "",
        stallTimeout: Duration = .seconds(30),
        maximumAnswerBytes: Int = 50_000_000
    ) -> CurlClient {
        CurlClient(
            configuration: CurlConfiguration(
                baseURL: baseURL ?? "https://127.0.0.1:\(port)",
                pinnedKeySHA256: pin ?? self.pin,
                proxy: proxy,
                connectTimeout: .seconds(30),
                stallTimeout: stallTimeout,
                maximumAnswerBytes: maximumAnswerBytes,
                userAgent: "zona-test/1"))
    }
}

/// The error that a send ends with; `nil` if it gets an answer.
func failure(
    of client: CurlClient,
    _ exchange: HTTPExchange,
    onProgress: (@Sendable (TransferProgress) -> Void)? = nil
) async -> TransportError? {
    do throws(TransportError) {
        _ = try await client.send(exchange, onProgress: onProgress)
        return nil
    } catch {
        return error
    }
}

extension HTTPExchange {
    static func get(_ path: String) -> HTTPExchange {
        HTTPExchange(method: "GET", path: path)
    }
}
