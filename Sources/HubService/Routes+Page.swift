import HTTPTypes
import HubStore
import Hummingbird
import Metrics
import SyncCore
import SyncWire

extension Routes {
    /// `GET /v1/{ambito}/page?after=SEQ&size=BYTES`: the page that follows a `seq`, as a frame of about so many bytes
    /// (2 MiB at most), with its hash in `Zona-Page`. The hub keeps it until the conversation asks for the next.
    @Sendable func page(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let session = try session(of: request, in: tenant, context)
        let query = request.uri.queryParameters
        guard let after = query["after"].flatMap({ UInt64($0) }), after <= UInt64(Int64.max),
            let size = query["size"].flatMap({ Int($0) }), size > 0
        else {
            throw RouteFailure.problem(Problem(.malformed, "a page is asked for with after=SEQ&size=BYTES"), of: tenant)
        }
        let moment = now()
        let frame = try await asking(tenant) {
            try await tenant.read {
                try tenant.hub.page(
                    for: session.peer, after: after, sizeBytes: min(size, Limits.pageBytes), now: moment)
            }
        }
        pages.keep(frame.bytes, hash: frame.hash, for: session.id)
        Counter(label: "zona_pages_sent_total", dimensions: [("ambito", tenant.code)], factory: metrics).increment()
        return answer(frame.bytes, headers: [.zonaPage: Hash.text(frame.hash)])
    }

    /// `GET /v1/{ambito}/forecast?after=SEQ`: 204, and in headers what a pull from there would bring now: `Zona-Pages`,
    /// `Zona-Records`, `Zona-Bytes`, and how far it would reach, `Zona-Seq`. Nothing is sent or noted.
    @Sendable func forecast(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let session = try session(of: request, in: tenant, context)
        guard let after = request.uri.queryParameters["after"].flatMap({ UInt64($0) }), after <= UInt64(Int64.max)
        else {
            throw RouteFailure.problem(Problem(.malformed, "a forecast is asked for with after=SEQ"), of: tenant)
        }
        let found = try await asking(tenant) {
            try await tenant.read { try tenant.hub.forecast(for: session.peer, after: after) }
        }
        return Response(
            status: .noContent,
            headers: [
                .zonaSeq: "\(found.seq)", .zonaPages: "\(found.pages)", .zonaRecords: "\(found.records)",
                .zonaBytes: "\(found.bytes)",
            ])
    }

    /// `GET /v1/{ambito}/page/{hash}` with `Range: bytes=N-`: 206 with the rest of the page that this conversation got
    /// last; without a range 200 with all of it. 404 when the hub does not have it any more: the client then asks for
    /// the page anew.
    @Sendable func keptPage(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let session = try session(of: request, in: tenant, context)
        let hash = try hash(of: context, in: tenant)
        guard let bytes = pages.page(hash, for: session.id) else {
            throw RouteFailure.problem(
                Problem(.notFound, "the hub does not have this page any more: ask anew"), of: tenant)
        }
        var headers: HTTPFields = [.zonaPage: Hash.text(hash), .acceptRanges: "bytes"]
        guard let from = Self.rangeStart(request.headers[.range]) else { return answer(bytes, headers: headers) }
        guard from < bytes.count else {
            let problem = Problem(.offsetMismatch, "the page ends at \(bytes.count)")
            throw RouteFailure.problem(problem, of: tenant)
        }
        headers[.contentRange] = "bytes \(from)-\(bytes.count - 1)/\(bytes.count)"
        return answer(Array(bytes[from...]), status: .partialContent, headers: headers)
    }

    /// The N of `bytes=N-`. Any other range is as none, as HTTP wants it.
    private static func rangeStart(_ range: String?) -> Int? {
        guard let range, range.hasPrefix("bytes="), range.hasSuffix("-") else { return nil }
        let digits = range.dropFirst("bytes=".count).dropLast()
        return digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
    }
}
