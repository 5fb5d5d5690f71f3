import CurlTransport
import SyncCore
import SyncWire

/// How a replica reaches its hub.
package struct SyncSettings: Sendable {
    /// `nil` takes the environment's proxy, an empty text none.
    package var proxy: String?
    package var connectTimeout: Duration
    package var stallTimeout: Duration
    /// A new address of the hub, tried instead of the one in the replica's file and kept there once a sync has gone
    /// well.
    package var hubURL: String?

    package init(
        proxy: String? = nil, connectTimeout: Duration = .seconds(15), stallTimeout: Duration = .seconds(60),
        hubURL: String? = nil
    ) {
        self.hubURL = hubURL
        self.proxy = proxy
        self.connectTimeout = connectTimeout
        self.stallTimeout = stallTimeout
    }
}

/// The HTTP binding of the protocol (`docs/protocol.md`, *HTTP*): each function is one request, with the hub's
/// problems as errors.
struct HubConnection: Sendable {
    private let client: CurlClient
    private let ambito: String
    private let ambitoKey: VerifyingKey?

    init(url: String, pin: [UInt8], ambito: RecordID?, ambitoKey: VerifyingKey?, settings: SyncSettings) {
        client = CurlClient(
            configuration: CurlConfiguration(
                baseURL: url, pinnedKeySHA256: pin, proxy: settings.proxy, connectTimeout: settings.connectTimeout,
                stallTimeout: settings.stallTimeout, maximumAnswerBytes: Limits.unpackedBytes, userAgent: "zona"))
        self.ambito = ambito.map { "\($0)" } ?? ""
        self.ambitoKey = ambitoKey
    }

    func enrol(_ request: Frame) async throws(SyncFault) -> Frame {
        try await frame(HTTPExchange(method: "POST", path: "/v1/enrol", body: request.bytes), kind: .enrolmentAnswer)
    }

    /// The nonce, and until when and since when the hub's certificate says it is valid, as curl gives it.
    func nonce() async throws(SyncFault) -> (nonce: Nonce, certificate: CertificateDates?) {
        let answer = try await send(HTTPExchange(method: "POST", path: "/v1/\(ambito)/nonce"))
        let frame = try verified(answer, kind: .nonce)
        let nonce = try read { () throws(WireError) in try Nonce(reading: frame) }
        return (nonce, CertificateDates(from: answer.certificateNotBefore, to: answer.certificateNotAfter))
    }

    func greet(_ greeting: Frame) async throws(SyncFault) -> HubGreeting {
        let answer = try await frame(
            HTTPExchange(method: "POST", path: "/v1/\(ambito)/greeting", body: greeting.bytes), kind: .hubGreeting)
        return try read { () throws(WireError) in try HubGreeting(reading: answer) }
    }

    /// One question of those by which file and hub find the records in which they differ.
    func compare(_ question: Frame, session: [UInt8]) async throws(SyncFault) -> ComparisonAnswer {
        let answer = try await frame(
            HTTPExchange(
                method: "POST", path: "/v1/\(ambito)/compare", headers: [("Zona-Session", Hash.text(session))],
                body: question.bytes), kind: .comparisonAnswer)
        return try read { () throws(WireError) in try ComparisonAnswer(reading: answer) }
    }

    /// What became of one record.
    func history(_ question: Frame, session: [UInt8]) async throws(SyncFault) -> HistoryAnswer {
        let answer = try await frame(
            HTTPExchange(
                method: "POST", path: "/v1/\(ambito)/history", headers: [("Zona-Session", Hash.text(session))],
                body: question.bytes), kind: .historyAnswer)
        return try read { () throws(WireError) in try HistoryAnswer(reading: answer) }
    }

    /// How many bytes of a batch the hub has from an upload that was cut, and whether it has stored it.
    func position(
        of hash: [UInt8], session: [UInt8]
    ) async throws(SyncFault) -> (held: Int, isStored: Bool) {
        let answer = try await send(
            HTTPExchange(
                method: "GET", path: "/v1/\(ambito)/batch/\(Hash.text(hash))",
                headers: [("Zona-Session", Hash.text(session))]))
        guard answer.status == 204 else { throw try problem(answer) }
        return (answer.header("Zona-Have").flatMap(Int.init) ?? 0, answer.header("Zona-Stored") == "1")
    }

    /// Sends a batch from a byte on. Where the hub has another part of it than that (a repeated request, or a part that
    /// was tidied away), it says where to go on, and the rest goes from there.
    func upload(
        _ bytes: [UInt8], hash: [UInt8], from start: Int, session: [UInt8], clock: Int64,
        onProgress: @escaping @Sendable (Int64) -> Void
    ) async throws(SyncFault) -> Acknowledgement {
        var start = start
        for _ in 0..<Self.resumptions {
            let begun = start
            let exchange = HTTPExchange(
                method: "PUT", path: "/v1/\(ambito)/batch/\(Hash.text(hash))",
                headers: [
                    ("Zona-Session", Hash.text(session)), ("Zona-Offset", String(begun)),
                    ("Zona-Total", String(bytes.count)), ("Zona-Clock", String(clock)),
                ], body: begun == 0 ? bytes : Array(bytes[begun...]))
            let answer = try await send(exchange) { onProgress(Int64(begun) + $0.uploadedBytes) }
            guard let held = Self.resumption(answer, of: bytes.count) else {
                let frame = try verified(answer, kind: .acknowledgement)
                return try read { () throws(WireError) in try Acknowledgement(reading: frame) }
            }
            start = held
        }
        throw SyncFault(.interrupted, "the hub and this PC do not agree where a batch goes on: run the sync again")
    }

    /// Where the hub wants a batch to go on, when it says so.
    private static func resumption(_ answer: HTTPAnswer, of count: Int) -> Int? {
        guard answer.status == 409 || answer.status == 202, let held = answer.header("Zona-Have").flatMap({ Int($0) }),
            held >= 0, held <= count
        else { return nil }
        return held
    }

    /// A page. When the line is cut in its middle, what came is completed by a second request for the rest.
    func page(
        after: UInt64, size: Int, session: [UInt8], onProgress: @escaping @Sendable (Int64) -> Void
    ) async throws(SyncFault) -> Frame {
        let exchange = HTTPExchange(
            method: "GET", path: "/v1/\(ambito)/page?after=\(after)&size=\(size)",
            headers: [("Zona-Session", Hash.text(session))])
        switch await attempt(exchange, onProgress: { onProgress($0.downloadedBytes) }) {
        case .success(let answer): return try verified(answer, kind: .page)
        case .failure(let cut): return try await restOfPage(cut, session: session, onProgress: onProgress)
        }
    }

    private func restOfPage(
        _ cut: TransportError, session: [UInt8], onProgress: @escaping @Sendable (Int64) -> Void
    ) async throws(SyncFault) -> Frame {
        var held = cut.partialBody
        let name = cut.partialHeaders.first { $0.0 == "zona-page" }?.1
        guard let name, !held.isEmpty, cut.isRetryable else { throw SyncFault(cut) }
        var last = cut
        for _ in 0..<Self.resumptions {
            let start = held.count
            let exchange = HTTPExchange(
                method: "GET", path: "/v1/\(ambito)/page/\(name)",
                headers: [("Zona-Session", Hash.text(session)), ("Range", "bytes=\(start)-")])
            switch await attempt(exchange, onProgress: { onProgress(Int64(start) + $0.downloadedBytes) }) {
            case .success(let answer):
                guard answer.status == 206 else { throw SyncFault(last) }
                return try verified(
                    HTTPAnswer(status: 200, headers: answer.headers, body: held + answer.body), kind: .page)
            case .failure(let again):
                held += again.partialBody
                last = again
                guard again.isRetryable else { throw SyncFault(again) }
            }
        }
        throw SyncFault(last)
    }

    /// How often a page is taken up again within one sync, before the line is called dead.
    private static let resumptions = 5

    // MARK: Answers

    private func frame(
        _ exchange: HTTPExchange, kind: FrameKind, onProgress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(SyncFault) -> Frame {
        try verified(try await send(exchange, onProgress: onProgress), kind: kind)
    }

    private func send(
        _ exchange: HTTPExchange, onProgress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(SyncFault) -> HTTPAnswer {
        switch await attempt(exchange, onProgress: onProgress) {
        case .success(let answer): return answer
        case .failure(let error): throw SyncFault(error)
        }
    }

    private func attempt(
        _ exchange: HTTPExchange, onProgress: (@Sendable (TransferProgress) -> Void)?
    ) async -> Result<HTTPAnswer, TransportError> {
        do throws(TransportError) {
            return .success(try await client.send(exchange, onProgress: onProgress))
        } catch {
            return .failure(error)
        }
    }

    private func verified(_ answer: HTTPAnswer, kind: FrameKind) throws(SyncFault) -> Frame {
        guard answer.status == 200 else { throw try problem(answer) }
        return try read { () throws(WireError) in
            let frame = try Frame(reading: answer.body, kind: kind, limit: Limits.unpackedBytes)
            if let ambitoKey { try frame.verify(by: ambitoKey) }
            return frame
        }
    }

    private func problem(_ answer: HTTPAnswer) throws(SyncFault) -> SyncFault {
        guard let frame = try? Frame(reading: answer.body, kind: .problem), let problem = try? Problem(reading: frame)
        else {
            return SyncFault(
                .problem,
                "the hub answered with status \(answer.status): check the address and the ambito, "
                    + "or tell the technician")
        }
        return SyncFault(problem)
    }

    private func read<Message>(_ body: () throws(WireError) -> Message) throws(SyncFault) -> Message {
        do throws(WireError) {
            return try body()
        } catch {
            throw SyncFault(
                .problem,
                "the hub's answer cannot be read (\(error)): run the sync again; if it stays so, tell the technician")
        }
    }
}
