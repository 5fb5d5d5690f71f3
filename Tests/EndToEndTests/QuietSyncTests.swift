import Testing

extension EndToEnd {
    /// A sync in which nobody has anything to say.
    @Suite struct QuietSyncTests {
        private struct Synced: Decodable {
            struct Wire: Decodable {
                let sent: Int
                let received: Int
            }
            struct Applied: Decodable { let rows: Int }
            let wire: Wire
            let applied: Applied
        }

        @Test(.timeLimit(.minutes(2)))
        func `It moves less than a kilobyte, counts as a sync, and misses nothing`() async throws {
            struct Replicas: Decodable {
                struct Replica: Decodable { let comune: String; let lastComplete: Int64? }
                let replicas: [Replica]
            }
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                for file in [narni, amelia, narni] { try await stage.zona(file, "sync") }
                let before = try await stage.server(Replicas.self, "replicas").replicas

                let quiet = try await stage.json(Synced.self, amelia, "sync")

                #expect(quiet.wire.sent + quiet.wire.received < 1_000, "\(quiet)")
                let after = try await stage.server(Replicas.self, "replicas").replicas
                func last(_ list: [Replicas.Replica]) -> Int64 {
                    list.first { $0.comune == "Amelia" }?.lastComplete ?? 0
                }
                #expect(last(after) > last(before))

                try await stage.zona(narni, "add", "soggetto", "denominazione=Due", "tipo_soggetto=VOL")
                try await stage.zona(narni, "sync")
                #expect(try await stage.json(Synced.self, amelia, "sync").applied.rows == 1)
                #expect(try stage.names(amelia).sorted() == ["Due", "Uno"])
            }
        }
    }
}
