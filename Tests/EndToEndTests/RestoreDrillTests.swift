import Foundation
import Testing

extension EndToEnd {
    /// The restore drill of `docs/operations.md`, with the very commands that stand there.
    @Suite struct RestoreDrillTests {
        /// The shell blocks under a heading of the document.
        private func blocks(under heading: String) throws -> [String] {
            let text = try String(contentsOfFile: Programs.file("docs/operations.md"), encoding: .utf8)
            let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix(heading + "\n") })
            return section.components(separatedBy: "```sh\n").dropFirst().compactMap {
                $0.components(separatedBy: "```").first
            }
        }

        private func bash(_ commands: String, _ stage: Stage) async throws {
            let bin = try Programs.path(of: Programs.server)
            let passphrase = "\(stage.folder)/passphrase"
            try "quattro parole prese a caso\n".write(toFile: passphrase, atomically: true, encoding: .utf8)
            let outcome = try await stage.run(
                "/bin/bash", ["-euo", "pipefail", "-c", commands],
                environment: [
                    "PATH": URL(filePath: bin).deletingLastPathComponent().path + ":/usr/bin:/bin",
                    "DATA": stage.data, "BACKUPS": "\(stage.folder)/backups", "PASSPHRASE": passphrase,
                ])
            #expect(outcome.status == 0, "\(outcome)")
        }

        private func names(_ stage: Stage, _ file: String) throws -> [[String?]] {
            try stage.sql(file, "SELECT denominazione, telefono FROM soggetto ORDER BY 1")
        }

        @Test(.timeLimit(.minutes(5)))
        func `a hub that burnt down is restored, and nobody's work is lost`() async throws {
            let blocks = try blocks(under: "The restore drill")
            try #require(blocks.count == 2)
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let id = try await stage.zona(
                    narni, "add", "soggetto", "denominazione=Caritas", "tipo_soggetto=VOL", "telefono=1")
                for file in [narni, amelia] { try await stage.zona(file, "sync") }
                try await bash(blocks[0], stage)
                // After the backup: one edit that both have, one that is only written, one enrolment that it never heard of.
                try await stage.zona(amelia, "edit", id, "telefono=2")
                try await stage.zona(amelia, "sync")
                try await stage.zona(narni, "sync")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Auser", "tipo_soggetto=VOL")
                let otricoli = try await stage.enrol("UMB-11", "Otricoli")
                try await stage.zona(otricoli, "add", "soggetto", "denominazione=Avis", "tipo_soggetto=VOL")
                try await stage.stop()
                try FileManager.default.removeItem(atPath: stage.data)

                try await bash(blocks[1], stage)
                try await stage.serve()
                let said = try await stage.zona(amelia, "sync")
                for file in [otricoli, narni, amelia, otricoli, narni, amelia] { try await stage.zona(file, "sync") }

                #expect(said.contains("it was restored since the last sync"))
                for file in [narni, amelia, otricoli] {
                    #expect(try names(stage, file) == [["Auser", nil], ["Avis", nil], ["Caritas", "2"]])
                    let status = try await stage.json(StatusAnswer.self, file, "status")
                    #expect(status.pendingRecords == 0)
                    #expect(status.openConflicts == 0)
                }
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `with nothing but the keys a new hub is believed, and filled by its replicas`() async throws {
            let blocks = try blocks(under: "The restore drill")
            try await Stage.with("UMB-11") { stage in
                try await bash(try #require(blocks.first), stage)
                let narni = try await stage.enrol("UMB-11", "Narni")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Caritas", "tipo_soggetto=VOL")
                try await stage.zona(narni, "sync")
                try await stage.stop()
                try FileManager.default.removeItem(atPath: stage.data)

                let restore = try #require(blocks.last).replacingOccurrences(
                    of: "zona-server restore", with: "zona-server restore --keys-only")
                try await bash(restore, stage)
                try await stage.server(
                    "init", "--ambito", "UMB-11", "--comuni", try Programs.file("schema/codelists/comuni_piloti.csv"))
                try await stage.serve()
                for _ in 0..<2 { try await stage.zona(narni, "sync") }
                let amelia = try await stage.enrol("UMB-11", "Amelia")

                #expect(try names(stage, amelia) == [["Caritas", nil]])
                let status = try await stage.json(StatusAnswer.self, amelia, "status")
                #expect(status.openConflicts == 0)
            }
        }

        /// Nothing but two files is copied back, and the PC that one of them is of comes first: it writes under numbers that
        /// the other PC knows from the time in between.
        @Test(.timeLimit(.minutes(5)))
        func `a hub's file that was put back by hand, and a PC's with it, is noticed at the start`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                func add(_ name: String, _ file: String) async throws {
                    try await stage.zona(file, "add", "soggetto", "denominazione=\(name)", "tipo_soggetto=VOL")
                    try await stage.zona(file, "sync")
                }
                try await add("Caritas", narni)
                try await stage.zona(amelia, "sync")
                try await stage.stop()
                let hub = "\(stage.data)/UMB-11/hub.sqlite"
                for file in [hub, amelia] { try FileManager.default.copyItem(atPath: file, toPath: file + ".old") }
                try await stage.serve()
                try await add("Avis", amelia)
                try await stage.zona(narni, "sync")
                try await stage.stop()

                for file in [hub, amelia] {
                    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + suffix) }
                    try FileManager.default.copyItem(atPath: file + ".old", toPath: file)
                }
                try await stage.serve()
                try await add("Auser", amelia)
                for file in [narni, amelia, narni, amelia] { try await stage.zona(file, "sync") }

                for file in [narni, amelia] {
                    #expect(try names(stage, file) == [["Auser", nil], ["Avis", nil], ["Caritas", nil]])
                }
                let verified = try await stage.server("verify", "--ambito", "UMB-11")
                #expect(verified.contains("equal"), "\(verified)")
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `a wrong passphrase, an altered backup and a hub that serves change nothing`() async throws {
            let blocks = try blocks(under: "The restore drill")
            try await Stage.with("UMB-11") { stage in
                try await bash(try #require(blocks.first), stage)
                let folder = try #require(
                    try FileManager.default.contentsOfDirectory(atPath: "\(stage.folder)/backups").first)
                let backup = "\(stage.folder)/backups/\(folder)"
                func restore(_ passphrase: String, into data: String) async throws -> Outcome {
                    try await stage.run(
                        Programs.server, ["restore", "--from", backup, "--data", data, "--json"],
                        environment: ["ZONA_PASSPHRASE": passphrase])
                }
                let right = "quattro parole prese a caso"

                let busy = try await restore(right, into: stage.data)
                let wrong = try await restore("quattro parole sbagliate", into: "\(stage.folder)/altro")
                let short = try await restore("corta", into: "\(stage.folder)/altro")
                let file = try FileHandle(forUpdating: URL(filePath: "\(backup)/UMB-11/hub.sqlite"))
                try file.seek(toOffset: 5_000)
                try file.write(contentsOf: [0x5A])
                try file.close()
                let altered = try await restore(right, into: "\(stage.folder)/altro")

                #expect(busy.status == 5 && busy.stderr.contains("\"busy\""))
                #expect(wrong.status == 3 && wrong.stderr.contains("bad-passphrase"))
                #expect(short.status == 3 && short.stderr.contains("bad-passphrase"))
                #expect(altered.status == 5 && altered.stderr.contains("\"damaged\""))
                #expect(!FileManager.default.fileExists(atPath: "\(stage.folder)/altro/UMB-11"))
                #expect(try await stage.server("replicas").contains("No replica yet"))
            }
        }
    }
}
