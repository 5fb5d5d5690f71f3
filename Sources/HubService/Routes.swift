import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SyncCore
import SyncWire

/// What the hub answers to what. Each route is described where it is answered: `Routes+Service`, `Routes+Conversation`,
/// `Routes+Batch`, `Routes+Page`, `Routes+Compare`, `Routes+History`, `Routes+Presence`.
///
/// Every answer carries `Zona-Hub: 1` and `Cache-Control: no-store` (see `AnswerMiddleware`). Bodies are frames, with
/// the content type application/vnd.zona; a problem is a frame too, signed by the ambito, with a fitting status. Only
/// an unknown ambito or route, which nobody could sign for, is one line of text.
struct Routes: Sendable {
    let tenants: Tenants
    let metrics: MetricsBackend
    let logger: Logger
    /// Set when the hub was told to stop: what is under way goes on for a while, nothing new begins.
    let stopping: Flag
    /// Unix milliseconds.
    let now: @Sendable () -> Int64
    let nonces = NonceBook()
    let sessions = Sessions()
    let pages = PageCache()

    func router() -> Router<HubRequestContext> {
        let router = Router(context: HubRequestContext.self)
        router.add(middleware: AnswerMiddleware(metrics: metrics, logger: logger))
        router.get("/healthz", use: health)
        router.get("/readyz", use: readiness)
        router.get("/metrics", use: figures)
        router.post("/v1/enrol", use: enrol)
        router.post("/v1/{ambito}/nonce", use: nonce)
        router.post("/v1/{ambito}/greeting", use: greeting)
        router.post("/v1/{ambito}/keys", use: keys)
        router.post("/v1/{ambito}/presence", use: presence)
        router.put("/v1/{ambito}/batch/{hash}", use: putBatch)
        router.get("/v1/{ambito}/batch/{hash}", use: batchPosition)
        router.post("/v1/{ambito}/compare", use: compare)
        router.post("/v1/{ambito}/history", use: history)
        router.get("/v1/{ambito}/page", use: page)
        router.get("/v1/{ambito}/forecast", use: forecast)
        router.get("/v1/{ambito}/page/{hash}", use: keptPage)
        return router
    }
}

// What the routes have in common.
extension Routes {
    static let contentType = "application/vnd.zona"

    /// The ambito of the address.
    func tenant(of context: HubRequestContext) throws(RouteFailure) -> Tenant {
        guard let tenant = tenants[context.parameters.get("ambito") ?? ""] else {
            throw .plain(.notFound, "no such ambito at this hub")
        }
        context.notes.note { $0.ambito = tenant.code }
        try refuseWhileStopping(tenant)
        return tenant
    }

    func refuseWhileStopping(_ tenant: Tenant) throws(RouteFailure) {
        guard stopping.isSet else { return }
        throw .problem(Problem(.shuttingDown, "the hub is being stopped: try again in a while"), of: tenant)
    }

    /// The conversation that the request belongs to.
    func session(
        of request: Request, in tenant: Tenant, _ context: HubRequestContext
    ) throws(RouteFailure) -> Sessions.Session {
        guard let id = request.headers[.zonaSession].flatMap({ Hash.bytes($0) }),
            let session = sessions.use(id, in: tenant.ambito, now: now())
        else {
            throw .problem(Problem(.sessionUnknown, "this conversation has ended: greet again"), of: tenant)
        }
        context.notes.note { $0.session = Hash.text(id.prefix(4)) }
        return session
    }

    /// The hash in the address: 64 lower-case hexadecimal digits, so that it can name a file.
    func hash(of context: HubRequestContext, in tenant: Tenant) throws(RouteFailure) -> [UInt8] {
        guard let hash = Hash.bytes(context.parameters.get("hash") ?? ""), hash.count == Hash.size else {
            throw .problem(Problem(.malformed, "the address does not end in a hash"), of: tenant)
        }
        return hash
    }

    /// The whole body of a control message.
    func message(of request: Request, for tenant: Tenant, _ context: HubRequestContext) async throws -> [UInt8] {
        let limit = Limits.messageBytes
        let tooLong = RouteFailure.problem(Problem(.overLimit, "a message of more than \(limit) bytes"), of: tenant)
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLong }
        var bytes: [UInt8] = []
        try await receive(request.body) { buffer throws(RouteFailure) in
            guard bytes.count + buffer.readableBytes <= limit else { throw tooLong }
            bytes.append(contentsOf: buffer.readableBytesView)
            context.notes.note { [count = buffer.readableBytes] in $0.bytesIn += count }
        }
        return bytes
    }

    /// Hands on a body as it comes; an error of the body itself is a broken connection.
    func receive(
        _ body: RequestBody, _ use: (ByteBuffer) async throws(RouteFailure) -> Void
    ) async throws(RouteFailure) {
        do {
            for try await buffer in body { try await use(buffer) }
        } catch let failure as RouteFailure {
            throw failure
        } catch {
            throw .cut(error)
        }
    }

    /// A frame as answer.
    func answer(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = Self.contentType
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Does something with an ambito's store; its problems become the answer, signed by that ambito.
    func asking<Result>(_ tenant: Tenant, _ ask: () async throws -> Result) async throws(RouteFailure) -> Result {
        do {
            return try await ask()
        } catch let failure as RouteFailure {
            throw failure
        } catch let problem as Problem {
            throw .problem(problem, of: tenant)
        } catch is CancellationError {
            throw .problem(Problem(.shuttingDown, "the hub is being stopped: try again in a while"), of: tenant)
        } catch {
            throw .problem(Problem(.hubFault, "the hub failed: its log says more"), of: tenant)
        }
    }
}
