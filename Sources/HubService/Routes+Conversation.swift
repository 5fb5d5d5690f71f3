import Hummingbird
import SyncCore
import SyncWire

extension Routes {
    /// `POST /v1/enrol`: an `EnrolmentRequest` frame, answered by an `EnrolmentAnswer` frame.
    ///
    /// The address names no ambito, since who enrols knows only his code: each ambito's store is asked in turn whether
    /// the code is its own. A code that none knows is 403.
    @Sendable func enrol(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        guard let first = tenants.all.first else {
            throw RouteFailure.plain(.notFound, "this hub serves no ambito yet")
        }
        try refuseWhileStopping(first)
        let bytes = try await message(of: request, for: first, context)
        for tenant in tenants.all {
            let frame: Frame? = try await asking(tenant) {
                do {
                    return try await tenant.fold { try tenant.hub.enrol(bytes, now: now()) }
                } catch let problem as Problem where problem.code == .codeUnknown {
                    return nil
                }
            }
            guard let frame else { continue }
            context.notes.note { $0.ambito = tenant.code }
            return answer(frame.bytes)
        }
        throw RouteFailure.problem(
            Problem(
                .codeUnknown,
                "no ambito of this hub knows this code: ask for a new one; "
                    + "if the ambito was made a moment ago, the hub must be "
                    + "started again"), of: first)
    }

    /// `POST /v1/{ambito}/nonce`: no body, answered by a `Nonce` frame, good for one greeting within two minutes.
    ///
    /// `{ambito}` is here and everywhere the id of the ambito's record in canonical text form.
    @Sendable func nonce(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let moment = now()
        let nonce = nonces.issue(for: tenant.ambito, now: moment)
        let frame = try await asking(tenant) {
            try await tenant.read { tenant.hub.nonceFrame(nonce: nonce, now: moment) }
        }
        return answer(frame.bytes)
    }

    /// `POST /v1/{ambito}/greeting`: a `ClientGreeting` frame over a nonce, answered by a `HubGreeting` frame.
    ///
    /// The session that it names is the bearer of what follows, in the header `Zona-Session`, in hexadecimal. It ends
    /// after ten minutes without use, with a new greeting of the same number, and with the process: 401 then, and the
    /// client greets again. `Zona-Seq` says how far the hub is.
    @Sendable func greeting(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let bytes = try await message(of: request, for: tenant, context)
        let id = RandomBytes.make(16)
        let moment = now()
        let (peer, frame) = try await asking(tenant) {
            try await tenant.fold { [nonces] in
                try tenant.hub.greet(bytes, now: moment, session: id) { nonce in
                    nonces.redeem(nonce, for: tenant.ambito, now: moment)
                }
            }
        }
        sessions.open(Sessions.Session(id: id, ambito: tenant.ambito, peer: peer), now: moment)
        context.notes.note { $0.session = Hash.text(id.prefix(4)) }
        let seq = try await asking(tenant) { try await tenant.read { try tenant.hub.seq() } }
        return answer(frame.bytes, headers: [.zonaSeq: "\(seq)"])
    }

    /// `POST /v1/{ambito}/keys`: a `KeyCard` frame of the replica, answered by that of the ambito: from then on either
    /// can seal a bundle for the other.
    @Sendable func keys(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let session = try session(of: request, in: tenant, context)
        let bytes = try await message(of: request, for: tenant, context)
        let frame = try await asking(tenant) {
            try await tenant.fold { try tenant.hub.exchangeKeys(bytes, with: session.peer) }
        }
        return answer(frame.bytes)
    }
}
