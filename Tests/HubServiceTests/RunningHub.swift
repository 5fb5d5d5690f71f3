import CurlTransport
import Foundation
import Logging
import SyncCore
import SyncWire

@testable import HubService

/// A hub that really listens, over TLS on a port that the system chose, for one test.
struct RunningHub {
    struct NeverBound: Error {}

    let service: HubService
    let port: Int
    let keys: ServerKeys
    let folder: TemporaryFolder
    let client: CurlClient

    /// Runs a hub around a test, and stops it in order.
    static func with(
        _ hubs: [HubDouble], now: @escaping @Sendable () -> Int64 = { 1_800_000_000_000 },
        stopLimit: Duration = .seconds(10), _ body: @Sendable (RunningHub) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let data = DataFolder(folder.path)
        // The certificate must be of today, since the client's clock is.
        let keys = try ServerKeys.create(
            in: data, names: ["127.0.0.1"], now: Int64(Date().timeIntervalSince1970 * 1000))
        let (ports, port) = AsyncStream<Int>.makeStream()
        let service = try HubService(
            settings: ServerSettings(data: data, port: 0), hubs: hubs, keys: keys, metrics: MetricsBackend(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, stopLimit: stopLimit, now: now,
            onBound: { port.yield($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await service.run()
            }
            do {
                guard let bound = await ports.first(where: { _ in true }) else { throw NeverBound() }
                try await body(
                    RunningHub(
                        service: service, port: bound, keys: keys, folder: folder,
                        client: Self.client(port: bound, pin: keys.fingerprint)))
            } catch {
                await service.stop()
                throw error
            }
            await service.stop()
            try await group.waitForAll()
        }
    }

    static func client(port: Int, pin: [UInt8]) -> CurlClient {
        CurlClient(
            configuration: CurlConfiguration(
                baseURL: "https://127.0.0.1:\(port)", pinnedKeySHA256: pin, proxy: "", maximumAnswerBytes: 8 << 20,
                userAgent: "test"))
    }

    func send(
        _ method: String, _ path: String, session: [UInt8]? = nil, headers: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> HTTPAnswer {
        let session = session.map { [("Zona-Session", Hash.text($0))] } ?? []
        return try await client.send(HTTPExchange(method: method, path: path, headers: session + headers, body: body))
    }

    /// A nonce and a greeting, and the session that comes of it.
    func greet(_ hub: HubDouble, number: UInt64 = 42) async throws -> [UInt8] {
        let answer = try await send("POST", "\(hub.path)/greeting", body: try await greeting(hub, number: number))
        return try HubGreeting(reading: Frame(reading: answer.body, kind: .hubGreeting)).session
    }

    /// The bytes of a greeting over a fresh nonce.
    func greeting(_ hub: HubDouble, number: UInt64 = 42) async throws -> [UInt8] {
        let answer = try await send("POST", "\(hub.path)/nonce")
        let nonce = try Nonce(reading: Frame(reading: answer.body, kind: .nonce))
        return Self.greeting(hub, nonce: nonce.nonce, number: number)
    }

    static func greeting(_ hub: HubDouble, nonce: [UInt8], number: UInt64 = 42) -> [UInt8] {
        let key = SigningKey(seed: [UInt8](repeating: 99, count: 32))!
        let certificate = Certificate(
            ambito: hub.ambito, key: key.publicKey, comune: hub.ambito, isCapofila: false, issuedAt: 0)
        return ClientGreeting(
            nonce: nonce, certificate: certificate.frame(key: hub.key).bytes, number: ReplicaNumber(rawValue: number),
            incarnation: Incarnation(rawValue: 1), acknowledgedCounter: 0, acknowledgedHash: Hash.none, cursor: 0,
            logHash: Hash.none, oldest: 0, schemaVersion: 1
        ).frame(key: key).bytes
    }

    /// Puts a part of a batch.
    func put(
        _ hub: HubDouble, _ batch: Frame, session: [UInt8], from offset: Int = 0, to end: Int? = nil,
        clock: String = "0"
    ) async throws -> HTTPAnswer {
        try await send(
            "PUT", "\(hub.path)/batch/\(Hash.text(batch.hash))", session: session,
            headers: [
                ("Zona-Offset", "\(offset)"), ("Zona-Total", "\(batch.bytes.count)"), ("Zona-Clock", clock),
            ],
            body: Array(batch.bytes[offset..<(end ?? batch.bytes.count)]))
    }

    /// A frame of some thousand bytes that looks like a batch.
    static func batch(_ hub: HubDouble, bytes: Int = 5000) -> Frame {
        Frame(.batch, header: (0..<bytes).map { UInt8(truncatingIfNeeded: $0) }, key: hub.key)
    }
}

extension HTTPAnswer {
    /// The problem in the body.
    var problem: Problem.Code? {
        guard let frame = try? Frame(reading: body, kind: .problem) else { return nil }
        return try? Problem(reading: frame).code
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}
