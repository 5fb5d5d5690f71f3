import Testing

extension EndToEnd {
    /// A line that breaks down again and again: a cut costs what was in flight, not what was done.
    @Suite struct DyingLineTests {
        /// Bytes in one direction that each connection lives for.
        private let life = 40_000

        /// One sync carries all of Narni's rows in one direction, up from Narni or down to Amelia, and little twice.
        private func play(_ way: DeadWire.Direction, _ bytes: (SyncAnswer) -> Int) async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try stage.fill(narni, rows: 300, named: "narni")
                if way == .down { try await stage.zona(narni, "sync") }
                let who = way == .up ? narni : amelia
                let hub = try stage.running.url
                let wire = try DyingWire(to: hub, bytes: life, way)
                defer { wire.close() }
                try stage.lead(who, to: wire.url)

                let moved = bytes(try await stage.json(SyncAnswer.self, who, "sync"))

                #expect(wire.deaths >= 5)
                #expect(moved > 5 * life)
                // A handshake, heads and what was in flight for each connection.
                #expect(wire.passed < moved + (wire.deaths + 1) * 16_000)
                try stage.lead(who, to: hub)
                try await stage.expectAllAtBoth(narni, amelia, count: 300)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `One sync carries all up over connections that each die`() async throws {
            try await play(.up) { $0.sent.bytes }
        }

        @Test(.timeLimit(.minutes(2)))
        func `One sync carries all down over connections that each die`() async throws {
            try await play(.down) { $0.received.bytes }
        }
    }
}
