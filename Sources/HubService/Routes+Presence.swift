import Hummingbird
import SyncWire

extension Routes {
    /// `POST /v1/{ambito}/presence`: a `Presence` frame. 204 when the hub has nothing for the replica and all that it
    /// says of itself is so; 202 when a conversation is needed. No body either way.
    @Sendable func presence(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        let tenant = try tenant(of: context)
        let bytes = try await message(of: request, for: tenant, context)
        let isQuiet = try await asking(tenant) {
            try await tenant.fold { try tenant.hub.isQuiet(bytes, now: now()) }
        }
        return Response(status: isQuiet ? .noContent : .accepted)
    }
}
