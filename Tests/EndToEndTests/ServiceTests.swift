import Foundation
import Testing

extension EndToEnd {
    /// The background service of a comune's PC, as the real program.
    @Suite struct ServiceTests {
        private func add(_ name: String) -> String {
            "INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(name)', 'VOL')"
        }

        /// A line of what it says, as JSON.
        private struct Said: Decodable {
            let at: Int64
            let event: String
            let message: String
        }

        private func start(_ file: String) throws -> RunningProgram {
            try RunningProgram(
                Programs.zona,
                ["service", "run", "--file", file, "--capture-every", "1", "--poll-every", "2", "--json"])
        }

        @Test(.timeLimit(.minutes(2)))
        func `What any program writes is sent, what others write comes, and a hub that was away is found again`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let service = try start(narni)
                let first = try #require(await service.line(containing: "started"))
                #expect(try Stage.decode(Said.self, first).event == "started")

                try stage.write(narni, add("Prima"))
                _ = try #require(await service.line(containing: "sent 1 batch"))
                try await stage.zona(amelia, "sync")
                #expect(try stage.names(amelia) == ["Prima"])

                try await stage.zona(amelia, "add", "soggetto", "denominazione=Da Amelia", "tipo_soggetto=VOL")
                try await stage.zona(amelia, "sync")
                _ = try #require(await service.line(containing: "applied 1 row"))

                try await stage.stop()
                try stage.write(narni, add("Senza rete"))
                _ = try #require(await service.line(containing: "trying again by itself"))
                try await stage.serve()
                _ = try #require(await service.line(containing: "after it had failed: sent 1 batch"))
                try await stage.zona(amelia, "sync")
                #expect(try stage.names(amelia).sorted() == ["Da Amelia", "Prima", "Senza rete"])

                #expect(await service.stop() == 0)
                #expect(try stage.sql(narni, "SELECT count(*) FROM zona_pending") == [["0"]])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A second service says so and ends, by hand one may sync meanwhile, and a moved file is waited for`()
            async throws
        {
            struct Running: Decodable { let running: Bool }
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                #expect(try await !stage.json(Running.self, narni, "service", "status").running)
                let service = try start(narni)
                _ = try #require(await service.line(containing: "started"))

                #expect(try await stage.json(Running.self, narni, "service", "status").running)
                let second = try await stage.complaint(narni, "service", "run")
                #expect(second.short == "8 service-running")

                try FileManager.default.moveItem(atPath: narni, toPath: narni + ".away")
                _ = try #require(await service.line(containing: "there is no replica"))
                try FileManager.default.moveItem(atPath: narni + ".away", toPath: narni)
                try stage.write(narni, add("Di nuovo qui"))
                _ = try #require(await service.line(containing: "sent 1 batch"))

                #expect(await service.stop() == 0)
                #expect(try await !stage.json(Running.self, narni, "service", "status").running)
                try stage.expectSound(narni)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `The units that it writes are valid for systemd, whatever the file is called`() async throws {
            struct Written: Decodable { let unit: String }
            try await Stage.with("UMB-11") { stage in
                let plain = try await stage.enrol("UMB-11", "Narni")
                let odd = "\(stage.replicas)/l'è 100% \"$HOME\" \\ nuova.sqlite"
                for suffix in ["", ".key"] {
                    try FileManager.default.copyItem(atPath: plain + suffix, toPath: odd + suffix)
                }
                try FileManager.default.createDirectory(
                    atPath: "\(stage.folder)/units", withIntermediateDirectories: true)
                for (file, kind) in [(plain, []), (plain, ["--system"]), (odd, []), (odd, ["--system"])] {
                    let words = ["service", "install", "--to", "\(stage.folder)/units", "--file", file, "--json"]
                    let outcome = try await stage.run(Programs.zona, words + kind)
                    #expect(outcome.status == 0, "\(outcome)")
                    let unit = try Stage.decode(Written.self, outcome.stdout).unit
                    let verified = try await stage.run("/usr/bin/systemd-analyze", ["verify", unit])
                    #expect(verified.status == 0 && verified.stderr.isEmpty, "\(verified)")
                    let text = try String(contentsOfFile: unit, encoding: .utf8)
                    #expect(text.contains("service run --file"))
                    let attributes = try FileManager.default.attributesOfItem(atPath: unit)
                    #expect(attributes[.posixPermissions] as? Int == 0o600)
                }
            }
        }
    }
}
