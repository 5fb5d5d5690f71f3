import FoundationEssentials
import HTTPTypes
import Hummingbird
import Metrics

extension Routes {
    /// `GET /healthz`: 200 `ok` as long as the process answers.
    @Sendable func health(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        text("ok\n")
    }

    /// `GET /readyz`: 200 when every ambito's store answers and the hub is not being stopped, else 503; as JSON, by
    /// code.
    @Sendable func readiness(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        struct Ambito: Encodable {
            let code: String
            let ready: Bool
            let seq: UInt64?
        }
        struct Readiness: Encodable {
            let ready: Bool
            let stopping: Bool
            let ambiti: [Ambito]
        }
        var ambiti: [Ambito] = []
        for tenant in tenants.all {
            let condition = await condition(of: tenant)
            ambiti.append(Ambito(code: tenant.code, ready: condition != nil, seq: condition?.seq))
        }
        let isReady = !stopping.isSet && ambiti.allSatisfy(\.ready)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(Readiness(ready: isReady, stopping: stopping.isSet, ambiti: ambiti))
        return text(
            String(decoding: json, as: UTF8.self) + "\n", status: isReady ? .ok : .serviceUnavailable,
            type: "application/json")
    }

    /// `GET /metrics`: the figures of the service and of each ambito, as Prometheus text. Counts only, no contents.
    @Sendable func figures(_ request: Request, _ context: HubRequestContext) async throws -> Response {
        for tenant in tenants.all {
            let condition = await condition(of: tenant)
            set("zona_sessions", UInt64(clamping: sessions.count(in: tenant.ambito, now: now())), of: tenant)
            set("zona_ready", condition == nil ? 0 : 1, of: tenant)
            guard let condition else { continue }
            set("zona_seq", condition.seq, of: tenant)
            set("zona_records", UInt64(clamping: condition.records), of: tenant)
            set("zona_conflicts_open", UInt64(clamping: condition.openConflicts), of: tenant)
            set("zona_refusals", UInt64(clamping: condition.refusals), of: tenant)
            set("zona_batches", UInt64(clamping: condition.batches), of: tenant)
            set("zona_replicas", UInt64(clamping: condition.replicas), of: tenant)
        }
        return text(metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private func set(_ name: String, _ value: UInt64, of tenant: Tenant) {
        Meter(label: name, dimensions: [("ambito", tenant.code)], factory: metrics).set(Int64(clamping: value))
    }

    /// What an ambito's store says of itself; `nil` when it cannot.
    private func condition(of tenant: Tenant) async -> AmbitoCondition? {
        try? await tenant.read { try tenant.hub.condition() }
    }

    private func text(
        _ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
