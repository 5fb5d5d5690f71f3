import CurlTransport
import ReplicaStore
import SyncCore
import SyncWire
import Texts

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
    let url: String
    private let client: CurlClient
    private let ambito: String
    private let ambitoKey: VerifyingKey?

    init(url: String, pin: [UInt8], ambito: RecordID?, ambitoKey: VerifyingKey?, settings: SyncSettings) {
        self.url = url
        client = CurlClient(
            configuration: CurlConfiguration(
                baseURL: url, pinnedKeySHA256: pin, proxy: settings.proxy, connectTimeout: settings.connectTimeout,
                stallTimeout: settings.stallTimeout, maximumAnswerBytes: Limits.unpackedBytes, userAgent: "zona"))
        self.ambito = ambito.map { "\($0)" } ?? ""
        self.ambitoKey = ambitoKey
    }

    /// The hub of a replica.
    init(_ state: ReplicaState, _ settings: SyncSettings) throws(SyncFault) {
        let url = settings.hubURL ?? state.hubURL
        guard !url.isEmpty else {
            throw SyncFault(
                .badAddress,
                localized(
                    """
                    this replica was enrolled by stick and does not know where its hub is: give the address \
                    once, `zona sync --hub https://HOST:PORT`, or go on by stick (`zona bundle`)
                    """))
        }
        self.init(
            url: url, pin: state.pin, ambito: state.ambito,
            ambitoKey: VerifyingKey(state.ambitoKey), settings: settings)
    }

    /// What has gone over the wire so far, heads of requests and answers included, TLS not.
    var traffic: Traffic { client.traffic }

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

    /// The hub's greeting, and how far it says it is; an older hub does not.
    func greet(_ greeting: Frame) async throws(SyncFault) -> (greeting: HubGreeting, seq: UInt64?) {
        let answer = try await send(
            HTTPExchange(method: "POST", path: "/v1/\(ambito)/greeting", body: greeting.bytes))
        let frame = try verified(answer, kind: .hubGreeting)
        let hub = try read { () throws(WireError) in try HubGreeting(reading: frame) }
        return (hub, answer.header("Zona-Seq").flatMap { UInt64($0) })
    }

    /// Whether the hub has nothing to say to who is so far. A hub that does not know the question has; what else is
    /// wrong a conversation tells.
    func isQuiet(_ presence: Frame) async throws(SyncFault) -> Bool {
        try await send(HTTPExchange(method: "POST", path: "/v1/\(ambito)/presence", body: presence.bytes)).status == 204
    }

    /// What a pull would bring; nothing from a hub that cannot say.
    func forecast(after: UInt64, session: [UInt8]) async throws(SyncFault) -> HubForecast? {
        let answer = try await send(
            HTTPExchange(
                method: "GET", path: "/v1/\(ambito)/forecast?after=\(after)",
                headers: [("Zona-Session", Hash.text(session))]))
        guard answer.status == 204 else {
            guard answer.status == 404 else { throw try problem(answer) }
            return nil
        }
        func number(_ name: String) -> Int64 { answer.header(name).flatMap { Int64($0) } ?? 0 }
        return HubForecast(
            pages: Int(number("Zona-Pages")), records: Int(number("Zona-Records")), bytes: number("Zona-Bytes"))
    }

    /// Tells the hub whom to seal for, and asks the same of it. Nothing from a hub that does not know the question yet.
    func exchangeKeys(_ card: Frame, session: [UInt8]) async throws(SyncFault) -> SealingKey? {
        let answer = try await send(
            HTTPExchange(
                method: "POST", path: "/v1/\(ambito)/keys", headers: [("Zona-Session", Hash.text(session))],
                body: card.bytes))
        guard answer.status != 404 else { return nil }
        let frame = try verified(answer, kind: .sealingKey)
        let card = try read { () throws(WireError) in try KeyCard(reading: frame) }
        guard card.holder == ambitoKey, "\(card.ambito)" == ambito else {
            throw SyncFault(.problem, localized("the hub answered with the key of somebody else: tell the technician"))
        }
        return card.sealingKey
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

    /// How an upload ended: with the hub's word, or at the byte where it was to end.
    enum UploadEnd {
        case stored(Acknowledgement)
        case held(Int)
    }

    /// Sends a batch from a byte on. Where the hub has another part of it than that (a repeated request, or a part that
    /// was tidied away), it says where to go on, and the rest goes from there. So it does after a cut, as long as each
    /// attempt brings something.
    ///
    /// - Parameter limit: how many bytes to send at most.
    func upload(
        _ upload: Conversation.Upload, limit: Int?, session: [UInt8], onProgress: @escaping @Sendable (Int64) -> Void
    ) async throws(SyncFault) -> UploadEnd {
        let bytes = upload.bytes
        var start = upload.start
        var attempts = 0
        while attempts < Self.resumptions {
            let begun = start
            let end = limit.map { min(bytes.count, upload.start + $0) } ?? bytes.count
            let exchange = HTTPExchange(
                method: "PUT", path: "/v1/\(ambito)/batch/\(Hash.text(upload.hash))",
                headers: [
                    ("Zona-Session", Hash.text(session)), ("Zona-Offset", String(begun)),
                    ("Zona-Total", String(bytes.count)), ("Zona-Clock", String(upload.clock)),
                ], body: begun == 0 && end == bytes.count ? bytes : Array(bytes[begun..<max(begun, end)]))
            switch await attempt(exchange, onProgress: { onProgress(Int64(begun) + $0.uploadedBytes) }) {
            case .success(let answer):
                guard let held = Self.resumption(answer, of: bytes.count) else {
                    let frame = try verified(answer, kind: .acknowledgement)
                    return .stored(try read { () throws(WireError) in try Acknowledgement(reading: frame) })
                }
                if held >= end, end < bytes.count { return .held(held) }
                start = held
                attempts += 1
            case .failure(let cut):
                start = try await startAfter(cut, upload.hash, session)
                attempts = start > begun ? 0 : attempts + 1
            }
        }
        throw SyncFault(
            .interrupted, localized("the hub and this PC do not agree where a batch goes on: run the sync again"))
    }

    /// Where a batch goes on after its upload was cut. When only the answer was lost, a new conversation finds that out
    /// by a greeting, without sending the batch again.
    private func startAfter(_ cut: TransportError, _ hash: [UInt8], _ session: [UInt8]) async throws(SyncFault) -> Int {
        guard cut.code == .connectionLost else { throw SyncFault(cut) }
        let (held, isStored) = try await position(of: hash, session: session)
        guard !isStored else { throw SyncFault(Problem(.sessionUnknown, "the answer to a batch was lost")) }
        return held
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
        var attempts = 0
        while attempts < Self.resumptions {
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
                attempts = again.partialBody.isEmpty ? attempts + 1 : 0
                last = again
                guard again.isRetryable else { throw SyncFault(again) }
            }
        }
        throw SyncFault(last)
    }

    /// How often a page or a batch is taken up again without a byte of it moving, before the line is called dead.
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
                localized(
                    """
                    the hub answered with status \(answer.status): check the address and the ambito, or tell the \
                    technician
                    """))
        }
        return SyncFault(problem)
    }

    private func read<Message>(_ body: () throws(WireError) -> Message) throws(SyncFault) -> Message {
        do throws(WireError) {
            return try body()
        } catch {
            throw SyncFault(
                .problem,
                localized(
                    """
                    the hub's answer cannot be read (\(error)): run the sync again; if it stays so, tell the \
                    technician
                    """))
        }
    }
}
