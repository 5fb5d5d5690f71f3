import HTTPTypes
import Hummingbird
import Logging
import Metrics
import SyncWire

/// Around every request: turns failures into answers, marks every answer as a hub's, counts it and logs one line about
/// it.
///
/// The line names the route, not the address, and no contents.
struct AnswerMiddleware: RouterMiddleware {
    let metrics: MetricsBackend
    let logger: Logger
    private let clock = ContinuousClock()

    init(metrics: MetricsBackend, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    func handle(
        _ request: Request, context: HubRequestContext,
        next: @concurrent (Request, HubRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = clock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch let failure as RouteFailure {
            if case .cut(let error) = failure {
                record(request, context, status: nil, bytesOut: 0, since: start)
                throw error
            }
            response = answer(to: failure, context)
        } catch let error as HTTPError {
            response = plain(
                error.status, error.status == .notFound ? "no such address at this hub" : error.description)
        } catch {
            logger.error("request failed", metadata: ["error": "\(error)"])
            response = plain(.internalServerError, "the hub failed: its log says more")
        }
        response.headers[.zonaHub] = "1"
        response.headers[.cacheControl] = "no-store"
        record(request, context, status: response.status, bytesOut: response.body.contentLength ?? 0, since: start)
        return response
    }

    private func answer(to failure: RouteFailure, _ context: HubRequestContext) -> Response {
        switch failure {
        case .problem(let problem, let tenant, var headers):
            context.notes.note { $0.problem = problem.word }
            headers[.contentType] = Routes.contentType
            if problem.status.code >= 500 { headers[.retryAfter] = "\(ServiceLimits.retrySeconds)" }
            let frame = tenant.hub.problemFrame(problem)
            return Response(
                status: problem.status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: frame.bytes)))
        case .plain(let status, let line):
            return plain(status, line)
        case .cut:
            preconditionFailure("a cut request has no answer")
        }
    }

    private func plain(_ status: HTTPResponse.Status, _ line: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: line + "\n")))
    }

    private func record(
        _ request: Request, _ context: HubRequestContext, status: HTTPResponse.Status?, bytesOut: Int,
        since start: ContinuousClock.Instant
    ) {
        let facts = context.notes.facts
        let route = context.endpointPath ?? "none"
        let code = status.map { "\($0.code)" } ?? "cut"
        let duration = clock.now - start
        let labels = [("route", route)]
        Counter(label: "zona_requests_total", dimensions: labels + [("status", code)], factory: metrics).increment()
        Counter(label: "zona_bytes_in_total", dimensions: labels, factory: metrics).increment(by: facts.bytesIn)
        Counter(label: "zona_bytes_out_total", dimensions: labels, factory: metrics).increment(by: bytesOut)
        Timer(label: "zona_request_seconds", dimensions: labels, factory: metrics).record(duration: duration)
        var metadata: Logger.Metadata = [
            "method": "\(request.method.rawValue)", "route": "\(route)", "status": "\(code)", "in": "\(facts.bytesIn)",
            "out": "\(bytesOut)", "ms": "\((duration / .milliseconds(1) * 10).rounded() / 10)",
        ]
        if let ambito = facts.ambito { metadata["ambito"] = "\(ambito)" }
        if let session = facts.session { metadata["session"] = "\(session)" }
        if let problem = facts.problem { metadata["problem"] = "\(problem)" }
        logger.info("request", metadata: metadata)
    }
}
