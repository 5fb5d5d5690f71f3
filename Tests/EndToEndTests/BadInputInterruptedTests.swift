import Foundation
import GRDB
import Testing

extension EndToEnd {
    /// Stopped in the middle: by kill -9, by Ctrl-C, by a full disk, by another sync. A plain `zona sync` always goes on.
    @Suite struct BadInputInterruptedTests {
        private func play(_ body: (Stage, _ narni: String, _ amelia: String) async throws -> Void) async throws {
            try await Stage.with("UMB-11") { stage in
                try await body(
                    stage, try await stage.enrol("UMB-11", "Narni"), try await stage.enrol("UMB-11", "Amelia"))
            }
        }

        /// Kills a sync of `file` when so many bytes have gone over the wire.
        private func stop(
            _ stage: Stage, _ file: String, _ signal: Int32, after bytes: Int, _ direction: DeadWire.Direction,
            meanwhile: () async throws -> Void = {}
        ) async throws -> Int32 {
            let hub = try stage.running.url
            let wire = try DeadWire(to: hub, bytes: bytes, direction)
            defer { wire.cut() }
            try stage.lead(file, to: wire.url)
            let victim = try Victim(file, "sync")
            await wire.dies()
            try await meanwhile()
            let status = await victim.end(by: signal)
            try stage.lead(file, to: hub)
            return status
        }

        @Test(.timeLimit(.minutes(2)))
        func `A sync killed in the middle of a batch loses nothing and sends nothing twice`() async throws {
            try await play { stage, narni, amelia in
                try stage.fill(amelia, rows: 300, named: "amelia")
                for bytes in [20_000, 100_000] {
                    #expect(try await stop(stage, amelia, SIGKILL, after: bytes, .up) == -SIGKILL)
                    #expect(try stage.sql(amelia, "PRAGMA integrity_check") == [["ok"]])
                }
                try await stage.expectAllAtBoth(amelia, narni, count: 300)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Ctrl-C in the middle of a batch ends the sync with 130, and the next goes on`() async throws {
            try await play { stage, narni, amelia in
                try stage.fill(amelia, rows: 300, named: "amelia")
                #expect(try await stop(stage, amelia, SIGINT, after: 50_000, .up) == 130)
                try await stage.expectAllAtBoth(amelia, narni, count: 300)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A sync killed between two pages applies nothing, and what is written meanwhile stays`() async throws {
            try await play { stage, narni, amelia in
                try stage.fill(narni, rows: 400, named: "narni")
                try await stage.zona(narni, "sync")
                let status = try await stop(stage, amelia, SIGKILL, after: 120_000, .down) {
                    try await stage.zona(
                        amelia, "add", "soggetto", "denominazione=scritto intanto", "tipo_soggetto=VOL")
                }
                #expect(status == -SIGKILL)
                #expect(try stage.names(amelia) == ["scritto intanto"])
                try await stage.expectAllAtBoth(amelia, narni, count: 401)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A second sync of the same file ends with 8 while the first is under way`() async throws {
            try await play { stage, narni, amelia in
                try stage.fill(amelia, rows: 100, named: "amelia")
                let status = try await stop(stage, amelia, SIGINT, after: 20_000, .up) {
                    #expect(try await stage.complaint(amelia, "sync").short == "8 sync-running")
                    try await stage.zona(amelia, "add", "soggetto", "denominazione=intanto", "tipo_soggetto=VOL")
                }
                #expect(status == 130)
                try await stage.expectAllAtBoth(amelia, narni, count: 101)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A hub stopped in the middle of a batch ends in order, and the batch goes on where it was`() async throws {
            try await play { stage, narni, amelia in
                try stage.fill(amelia, rows: 300, named: "amelia")
                let wire = try DeadWire(to: try stage.running.url, bytes: 60_000, .up)
                defer { wire.cut() }
                try stage.lead(amelia, to: wire.url)
                let victim = try Victim(amelia, "sync")
                await wire.dies()
                async let stopped: Void = stage.stop()
                wire.cut()
                try await stopped
                #expect(await victim.end() == 6)
                try await stage.serve()
                try await stage.expectAllAtBoth(amelia, narni, count: 300)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A batch that a killed hub had received and not stored is stored by the next sync`() async throws {
            try await play { stage, narni, amelia in
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                let batch = try #require(try stage.values(amelia, "SELECT hash, bytes FROM zona_outbox").first)
                let hash = try #require(Data.fromDatabaseValue(batch[0])).map { byte in
                    String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
                }.joined()
                try await stage.stop()
                try #require(Data.fromDatabaseValue(batch[1])).write(
                    to: URL(filePath: "\(stage.data)/UMB-11/incoming/\(hash).part"))
                try await stage.serve()
                try await stage.expectAllAtBoth(amelia, narni, count: 1)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A disk that takes no more refuses the write whole, and everything goes on when it does`() async throws {
            try await play { stage, narni, amelia in
                try await stage.zona(amelia, "add", "soggetto", "denominazione=prima", "tipo_soggetto=VOL")
                try stage.fill(narni, rows: 200, named: "narni")
                try await stage.zona(narni, "sync")
                let zona = try Programs.path(of: Programs.zona)
                // No file may grow over 512 bytes: the write-ahead log cannot take a page.
                let limit = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\" --json"
                for words in [["add", "soggetto", "denominazione=no", "tipo_soggetto=VOL"], ["sync"]] {
                    let outcome = try await stage.run("/bin/sh", ["-c", limit, zona] + words + ["--file", amelia])
                    #expect(outcome.status == 5, "\(outcome)")
                    #expect(outcome.stderr.contains("\"disk-full\""), "\(outcome)")
                }
                #expect(try stage.names(amelia) == ["prima"])
                try await stage.expectAllAtBoth(amelia, narni, count: 201)
            }
        }
    }
}
