import Testing

extension EndToEnd {
    /// A line that breaks down again and again: a cut costs what was in flight, not what was done.
    @Suite struct DyingLineTests {
        /// Bytes in one direction that each connection lives for.
        private let life = 40_000

        @Test(.timeLimit(.minutes(2)))
        func `One sync carries all up over connections that each die, and sends little twice`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try stage.fill(narni, rows: 300, named: "narni")
                let hub = try stage.running.url
                let wire = try DyingWire(to: hub, bytes: life, .up)
                defer { wire.close() }
                try stage.lead(narni, to: wire.url)

                let summary = try await stage.json(SyncAnswer.self, narni, "sync")

                #expect(wire.deaths >= 5)
                #expect(summary.sent.bytes > 5 * life)
                // A handshake, heads and what was in flight for each connection.
                #expect(wire.passed < summary.sent.bytes + (wire.deaths + 1) * 16_000)
                try stage.lead(narni, to: hub)
                try await stage.expectAllAtBoth(narni, amelia, count: 300)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Syncs carry all down over connections that each die, and fetch little twice`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try stage.fill(narni, rows: 300, named: "narni")
                try await stage.zona(narni, "sync")
                let hub = try stage.running.url
                let wire = try DyingWire(to: hub, bytes: life, .down)
                defer { wire.close() }
                try stage.lead(amelia, to: wire.url)

                let summary = try await stage.json(SyncAnswer.self, amelia, "sync")

                #expect(wire.deaths >= 5)
                #expect(summary.received.bytes > 5 * life)
                #expect(wire.passed < summary.received.bytes + (wire.deaths + 1) * 16_000)
                try stage.lead(amelia, to: hub)
                try await stage.expectAllAtBoth(narni, amelia, count: 300)
            }
        }
    }
}
