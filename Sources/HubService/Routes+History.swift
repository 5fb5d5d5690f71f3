import Hummingbird
import SyncWire

extension Routes {
    /// `POST /v1/{ambito}/history`: a `HistoryRequest` frame, signed by the replica for this conversation, answered by
    /// a `HistoryAnswer` frame. It writes nothing.
    @Sendable func history(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let session = try session(of: request, in: tenant, context)
        let bytes = try await message(of: request, for: tenant, context)
        let frame = try await asking(tenant) {
            try await tenant.read {
                try tenant.hub.history(bytes, from: session.peer, session: session.id, now: now())
            }
        }
        return answer(frame.bytes)
    }
}
