import Foundation
import GRDB
import Testing

extension EndToEnd {
    /// `zona backup` and `zona restore`: what was lost with a PC, and what was not.
    @Suite struct BackupTests {
        private struct Made: Decodable {
            let backup: String
            let key: Bool
            let pendingRecords: Int
            let removed: [String]
        }

        private struct Restored: Decodable {
            struct Loss: Decodable {
                struct Unsent: Decodable {
                    let table: String
                    let id: String
                }
                struct Newer: Decodable {
                    let table: String
                    let written: Int
                    let deleted: Int
                }
                let unsent: [Unsent]?
                let newer: [Newer]?
                let unreadable: String?
            }
            let restored: Bool
            let kept: String?
            let loss: Loss?
        }

        private func names(_ stage: Stage, _ file: String) throws -> [[String?]] {
            try stage.sql(file, "SELECT denominazione, telefono FROM soggetto ORDER BY 1")
        }

        private func add(_ stage: Stage, _ file: String, _ name: String) async throws -> String {
            try await stage.zona(file, "add", "soggetto", "denominazione=\(name)", "tipo_soggetto=VOL")
        }

        @Test(.timeLimit(.minutes(3)))
        func `A PC that is destroyed goes on from its backup, and everybody is equal again`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let caritas = try await add(stage, amelia, "Caritas")
                for file in [amelia, narni] { try await stage.zona(file, "sync") }
                _ = try await add(stage, amelia, "Non inviata")
                let made = try await stage.json(Made.self, amelia, "backup", "--to", "\(stage.folder)/copie")
                #expect(made.key && made.pendingRecords == 1)
                // Behind the backup: what it held is sent, more is written, and that is sent, too.
                try await stage.zona(amelia, "edit", caritas, "telefono=2")
                _ = try await add(stage, amelia, "Dopo la copia")
                for file in [amelia, narni] { try await stage.zona(file, "sync") }
                let number = try stage.sql(amelia, "SELECT number FROM zona_state")
                for suffix in ["", "-wal", "-shm", ".key"] {
                    try? FileManager.default.removeItem(atPath: amelia + suffix)
                }

                let restored = try await stage.json(Restored.self, amelia, "restore", made.backup, "--yes")
                #expect(restored.restored && restored.kept == nil && restored.loss == nil)
                #expect(try names(stage, amelia) == [["Caritas", nil], ["Non inviata", nil]])
                _ = try await add(stage, amelia, "Dopo il ripristino")
                let said = try await stage.zona(amelia, "sync")
                for file in [narni, amelia] { try await stage.zona(file, "sync") }

                #expect(said.contains("under a new number"))
                #expect(try stage.sql(amelia, "SELECT number FROM zona_state") != number)
                #expect(
                    try names(stage, narni) == [
                        ["Caritas", "2"], ["Dopo il ripristino", nil], ["Dopo la copia", nil], ["Non inviata", nil],
                    ])
                try await Sameness(stage, capofila: narni).expectEqual([narni, amelia], capofila: narni)
                #expect(try await stage.json(StatusAnswer.self, narni, "status").openConflicts == 0)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `A restore says first what would be lost, and keeps the file that was there`() async throws {
            try await Stage.with("UMB-11") { stage in
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let made = try await stage.json(Made.self, amelia, "backup")
                #expect(made.backup.hasPrefix("\(stage.replicas)/amelia.backups/zona-backup-amelia-"))
                let sent = try await add(stage, amelia, "Inviata")
                try await stage.zona(amelia, "sync")
                let unsent = try await add(stage, amelia, "Mai inviata")

                let looked = try await stage.json(Restored.self, amelia, "restore", made.backup)
                #expect(!looked.restored && looked.loss?.unsent?.map(\.id) == [unsent])
                #expect(looked.loss?.newer?.first?.table == "soggetto" && looked.loss?.newer?.first?.written == 1)
                #expect(try names(stage, amelia).count == 2)
                let italian = try await stage.run(
                    Programs.zona, ["restore", made.backup, "--file", amelia, "--lang", "it"])
                #expect(italian.stdout.contains("1 scheda non inviata"), "\(italian)")

                // The folder of backups names the newest.
                let done = try await stage.json(
                    Restored.self, amelia, "restore", "\(stage.replicas)/amelia.backups", "--yes")
                let kept = try #require(done.kept)
                #expect(try names(stage, amelia).isEmpty)
                #expect(try names(stage, kept).map { $0[0] } == ["Inviata", "Mai inviata"])
                #expect(try Data(contentsOf: URL(filePath: kept + ".key")).count == 65)
                try await stage.zona(amelia, "sync")
                #expect(try stage.sql(amelia, "SELECT id FROM soggetto") == [[sent]])
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `What is no sound backup of this comune is refused and changes nothing`() async throws {
            try await Stage.with("UMB-11") { stage in
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let narni = try await stage.enrol("UMB-11", "Narni")
                let copies = "\(stage.folder)/copie"
                let made = try await stage.json(Made.self, amelia, "backup", "--to", copies)
                _ = try await add(stage, amelia, "Resta")
                func refused(_ backup: String, _ file: String) async throws -> String {
                    let outcome = try await stage.run(Programs.zona, ["restore", backup, "--yes", "--file", file])
                    #expect(outcome.status != 0 && !outcome.stderr.isEmpty, "\(outcome)")
                    return "\(outcome.status) \(outcome.stderr)"
                }
                #expect(try await refused(copies, narni).contains("nor a folder with backups of narni.sqlite"))
                #expect(try await refused(made.backup, narni).contains("the backup is of Amelia"))
                #expect(try await refused("\(stage.folder)/niente", amelia).hasPrefix("5 "))
                let copy = try FileHandle(forUpdating: URL(filePath: "\(made.backup)/amelia.sqlite"))
                try copy.seek(toOffset: 30_000)
                try copy.write(contentsOf: Data([1, 2, 3]))
                try copy.close()
                #expect(try await refused(made.backup, amelia).contains("not as it was written"))

                #expect(try names(stage, amelia) == [["Resta", nil]])
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: stage.replicas)
                        .filter { $0.contains("before") } == [])
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `Backups rotate, may leave the key out, and a running service forbids a restore`() async throws {
            try await Stage.with("UMB-11") { stage in
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let copies = "\(stage.folder)/copie"
                // Older ones, as they would lie there.
                let first = try await stage.json(Made.self, amelia, "backup", "--to", copies, "--without-key")
                #expect(!first.key)
                #expect(!FileManager.default.fileExists(atPath: "\(first.backup)/amelia.sqlite.key"))
                let older = "\(copies)/zona-backup-amelia-20200101T000000Z"
                try FileManager.default.moveItem(atPath: first.backup, toPath: older)
                let made = try await stage.json(Made.self, amelia, "backup", "--to", copies, "--keep", "1")
                #expect(made.removed == [older])
                #expect(try FileManager.default.contentsOfDirectory(atPath: copies).count == 1)
                let sums = try await stage.run(
                    "/bin/bash", ["-c", "cd '\(made.backup)' && sha256sum --check --quiet SHA256SUMS"])
                #expect(sums.status == 0, "\(sums)")

                let service = try RunningProgram(Programs.zona, ["service", "run", "--file", amelia, "--json"])
                _ = try #require(await service.line(containing: "started"))
                let outcome = try await stage.run(Programs.zona, ["restore", made.backup, "--yes", "--file", amelia])
                #expect(outcome.status == 8 && outcome.stderr.contains("a service looks after"), "\(outcome)")
                #expect(await service.stop() == 0)
            }
        }
    }
}
