import HTTPTypes
import Hummingbird
import Metrics
import NIOCore
import SyncCore
import SyncWire

extension Routes {
    /// `PUT /v1/{ambito}/batch/{hash}`: the bytes of a batch's frame, or the rest of them.
    ///
    /// Headers: `Zona-Session`; `Zona-Total`, the bytes of the whole frame; `Zona-Offset`, where in it this body begins
    /// (0 without); `Zona-Clock`, signed milliseconds that this PC should add to its clock (0 without). What comes is
    /// kept as it comes, so that a cut connection costs only what was under way. Answers: 200 with an `Acknowledgement`
    /// frame when the batch is whole and stored; 202 with `Zona-Have` when the body ended before; 409 with `Zona-Have`
    /// when the offset is not where the hub is; 413 before anything is read when the total is over the limit.
    @Sendable func putBatch(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let session = try session(of: request, in: tenant, context)
        let hash = try hash(of: context, in: tenant)
        let offset = try number(request, .zonaOffset, in: tenant) ?? 0
        guard let total = try number(request, .zonaTotal, in: tenant), total > 0, offset >= 0, offset <= total else {
            throw RouteFailure.problem(
                Problem(.malformed, "Zona-Total and Zona-Offset do not fit together"), of: tenant)
        }
        guard total <= Limits.batchBytes else {
            let problem = Problem(.overLimit, "a batch of \(total) bytes; at most \(Limits.batchBytes)")
            throw RouteFailure.problem(problem, of: tenant)
        }
        let clock = try number(request, .zonaClock, in: tenant) ?? 0
        let lease = try await begin(hash, offset: offset, total: total, in: tenant)
        let have = try await receive(request, lease, from: offset, total: total, session, tenant, context)
        guard have == total else {
            return Response(status: .accepted, headers: [.zonaHave: "\(have)"])
        }
        return answer(try await store(lease, from: session, clock: Int64(clock), in: tenant).bytes)
    }

    /// `GET /v1/{ambito}/batch/{hash}`: 204, and in `Zona-Have` how many bytes of the batch are here: 0 when it was
    /// never begun, and when it is stored already, which `Zona-Stored: 1` tells.
    @Sendable func batchPosition(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let session = try session(of: request, in: tenant, context)
        let hash = try hash(of: context, in: tenant)
        let moment = now()
        let have = try await asking(tenant) { try await tenant.file { tenant.parts.size(of: hash, now: moment) } }
        var headers: HTTPFields = [.zonaHave: "\(have)"]
        let isStored = try await asking(tenant) {
            try await tenant.read { try tenant.hub.hasStored(hash, of: session.peer) }
        }
        if isStored { headers[.zonaStored] = "1" }
        return Response(status: .noContent, headers: headers)
    }

    private func begin(_ hash: [UInt8], offset: Int, total: Int, in tenant: Tenant) async throws -> PartFiles.Lease {
        let moment = now()
        let begun: Result<PartFiles.Lease, Problem> = try await asking(tenant) {
            try await tenant.file {
                Result { () throws(Problem) in try tenant.parts.begin(hash, offset: offset, total: total, now: moment) }
            }
        }
        switch begun {
        case .success(let lease):
            return lease
        case .failure(let problem):
            guard problem.code == .offsetMismatch else { throw RouteFailure.problem(problem, of: tenant) }
            let have = try await asking(tenant) { try await tenant.file { tenant.parts.size(of: hash, now: moment) } }
            throw RouteFailure.problem(problem, of: tenant, headers: [.zonaHave: "\(have)"])
        }
    }

    /// Keeps the body as it comes, and tells how far the batch is now.
    private func receive(
        _ request: Request, _ lease: PartFiles.Lease, from offset: Int, total: Int, _ session: Sessions.Session,
        _ tenant: Tenant, _ context: HubRequestContext
    ) async throws -> Int {
        var have = offset
        try await receive(request.body) { buffer throws(RouteFailure) in
            let bytes = Array(buffer.readableBytesView)
            context.notes.note { $0.bytesIn += bytes.count }
            guard have + bytes.count <= total else {
                try await asking(tenant) { try await tenant.file { tenant.parts.remove(lease) } }
                throw RouteFailure.problem(Problem(.malformed, "more bytes than Zona-Total says"), of: tenant)
            }
            let moment = now()
            try await asking(tenant) {
                try await tenant.file { try tenant.parts.append(bytes, to: lease, now: moment) }
            }
            have += bytes.count
            // A slow line may need longer for one batch than a session lives without use.
            _ = sessions.use(session.id, in: tenant.ambito, now: moment)
        }
        return have
    }

    private func store(
        _ lease: PartFiles.Lease, from session: Sessions.Session, clock: Int64, in tenant: Tenant
    ) async throws -> Frame {
        let bytes = try await asking(tenant) { try await tenant.file { try tenant.parts.contents(of: lease) } }
        let moment = now()
        let answered: Result<Frame, Problem> = try await asking(tenant) {
            try await tenant.fold {
                Result { () throws(Problem) in
                    try tenant.hub.accept(bytes, from: session.peer, offset: clock, now: moment)
                }
            }
        }
        // What the hub could not do now it may do later with the same bytes; what it refused stays refused.
        if case .failure(let problem) = answered, problem.code == .hubFault || problem.code == .shuttingDown {
            throw RouteFailure.problem(problem, of: tenant)
        }
        try await asking(tenant) { try await tenant.file { tenant.parts.remove(lease) } }
        switch answered {
        case .success(let frame):
            Counter(label: "zona_batches_stored_total", dimensions: [("ambito", tenant.code)], factory: metrics)
                .increment()
            return frame
        case .failure(let problem):
            throw RouteFailure.problem(problem, of: tenant)
        }
    }

    private func number(
        _ request: Request, _ name: HTTPField.Name, in tenant: Tenant
    ) throws(RouteFailure) -> Int? {
        guard let text = request.headers[name] else { return nil }
        guard let number = Int(text) else {
            throw .problem(Problem(.malformed, "\(name) is not a whole number"), of: tenant)
        }
        return number
    }
}
