import Foundation
import Testing

extension EndToEnd {
    /// A comune that has never had a network: its whole life by stick.
    struct StickLifeTests {
        private struct Verified: Decodable { let equal: Bool }

        private func names(_ stage: Stage, _ file: String) throws -> [String?] {
            try stage.sql(file, "SELECT denominazione FROM soggetto ORDER BY denominazione").map { $0[0] }
        }

        /// Nothing waits, nothing is contested, and the hub folds to what it has.
        private func expectAtRest(_ stage: Stage, _ files: String...) async throws {
            for file in files {
                let status = try await stage.json(StatusAnswer.self, file, "status")
                #expect(status.pendingRecords == 0 && status.behindRecords == 0 && status.openConflicts == 0, "\(file)")
                #expect(try names(stage, file) == names(stage, files[0]))
            }
            #expect(try await stage.server(Verified.self, "verify", "--ambito", "UMB-11").equal)
        }

        /// Amelia lives by stick, Narni by network.
        private func play(_ body: (Stage, Stick, _ narni: String, _ amelia: String) async throws -> Void) async throws {
            try await Stage.with("UMB-11") { stage in
                let stick = try Stick(stage)
                let narni = try await stage.enrol("UMB-11", "Narni")
                try await body(stage, stick, narni, try await stick.enrol("Amelia", as: "amelia"))
            }
        }

        @Test func `edits on both sides, a conflict, its decision and a refusal go by stick`() async throws {
            try await play { stage, stick, narni, amelia in
                try await stage.zona(narni, "add", "soggetto", "denominazione=Capofila", "tipo_soggetto=VOL")
                try await stage.zona(narni, "sync")
                let id = try await stage.zona(amelia, "add", "soggetto", "denominazione=Amerina", "tipo_soggetto=VOL")
                #expect(try await stick.round(amelia, "Amelia").acknowledgedChanges == 1)
                try await stage.zona(narni, "sync")
                #expect(try names(stage, amelia) == ["Amerina", "Capofila"])
                #expect(try names(stage, narni) == ["Amerina", "Capofila"])

                try await stage.zona(narni, "edit", id, "denominazione=Amerina di Narni")
                try await stage.zona(narni, "sync")
                try await stage.zona(amelia, "edit", id, "denominazione=Amerina di Amelia")
                #expect(try await stick.round(amelia, "Amelia").openConflicts == 1)
                let conflict = try #require(
                    try await stage.json(ConflictsAnswer.self, amelia, "conflicts", "list").conflicts.first)
                try await stage.zona(amelia, "conflicts", "resolve", conflict.id, "--take", "other")
                #expect(try await stick.round(amelia, "Amelia").openConflicts == 0)
                try await stage.zona(narni, "sync")
                try await expectAtRest(stage, narni, amelia)

                // Another program has taken the checks out of the file, and writes what Amelia may not.
                let checks = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'zona_check_%'"
                for trigger in try stage.sql(amelia, checks) {
                    try stage.write(amelia, "DROP TRIGGER \"\(trigger[0] ?? "")\"")
                }
                try stage.write(amelia, "UPDATE ambito SET denominazione = 'Mio'")
                #expect(try await stick.round(amelia, "Amelia").refused == 1)
                #expect(try stage.sql(amelia, "SELECT count(*) FROM ambito WHERE denominazione = 'Mio'") == [["0"]])
                try await expectAtRest(stage, narni, amelia)
            }
        }

        @Test func `stick and network are mixed in any order`() async throws {
            try await play { stage, stick, narni, amelia in
                // A bundle that was made first and comes last; a network in between.
                try await stage.zona(amelia, "add", "soggetto", "denominazione=A", "tipo_soggetto=VOL")
                try await stage.zona(amelia, "bundle", "export", stick.file("late.zona"))
                try await stage.zona(amelia, "sync", "--hub", try stage.running.url)
                #expect(try await stick.giveHub("late.zona").knownBatches == 1)

                // The hub makes its bundle from where Amelia last greeted, before what the network brought.
                try await stage.zona(narni, "add", "soggetto", "denominazione=B", "tipo_soggetto=VOL")
                try await stage.zona(narni, "sync")
                try await stick.fetch("Amelia")
                try stick.copy("for-amelia.zona", as: "b.zona")
                try await stage.zona(amelia, "sync")
                #expect(try await stick.take(amelia, "b.zona").known)
                try await stage.zona(narni, "add", "soggetto", "denominazione=C", "tipo_soggetto=VOL")
                try await stage.zona(narni, "sync")
                try await stick.fetch("Amelia")
                #expect(try await stick.take(amelia, "for-amelia.zona").pages > 0)
                #expect(try names(stage, amelia) == ["A", "B", "C"])

                // Sent by stick, acknowledged by network; then the old receipt, which says nothing new.
                try await stage.zona(amelia, "add", "soggetto", "denominazione=D", "tipo_soggetto=VOL")
                try await stick.bring(amelia)
                try await stage.zona(amelia, "sync")
                #expect(try await stick.take(amelia, "receipt-amelia.zona").known)
                try await stage.zona(narni, "sync")
                #expect(try names(stage, narni) == ["A", "B", "C", "D"])
                try await expectAtRest(stage, narni, amelia)

                // Narni, which was enrolled by network, goes on by stick.
                try await stage.zona(narni, "add", "soggetto", "denominazione=E", "tipo_soggetto=VOL")
                #expect(try await stick.round(narni, "Narni").acknowledgedChanges == 1)
                try await stick.round(amelia, "Amelia")
                try await expectAtRest(stage, narni, amelia)
            }
        }

        @Test func `a hub that was restored is given back by stick what it lacks`() async throws {
            try await play { stage, stick, narni, amelia in
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Prima", "tipo_soggetto=VOL")
                try await stick.round(amelia, "Amelia")
                let secret = "\(stage.folder)/secret"
                try "quattro parole prese a caso\n".write(toFile: secret, atomically: true, encoding: .utf8)
                let backups = "\(stage.folder)/backups"
                try await stage.server("backup", "--to", backups, "--passphrase-file", secret)
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Dopo", "tipo_soggetto=VOL")
                try await stick.round(amelia, "Amelia")
                try stick.copy("for-amelia.zona", as: "before.zona")
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Aspetta", "tipo_soggetto=VOL")
                try await stage.stop()
                let backup = try #require(try FileManager.default.contentsOfDirectory(atPath: backups).first)
                try await stage.server("restore", "--from", "\(backups)/\(backup)", "--passphrase-file", secret)
                try await stage.serve()

                // Its bundle was captured for the life before: the receipt tells, and the next one gives back.
                let refused = try await stick.refusal(
                    Programs.server, "bundle", "import", try await exported(stage, stick, amelia))
                #expect(refused.error.code == "incarnationChanged" && refused.status == 7)
                let met = try await stick.take(amelia, "receipt-amelia.zona")
                #expect(met.events == ["met-hub"] && met.needsExport)
                let old = try await stick.refusal(
                    Programs.zona, "bundle", "import", stick.file("before.zona"), "--file", amelia)
                #expect(old.error.code == "old-bundle")
                for _ in 0..<2 { #expect(try await !stick.round(amelia, "Amelia").needsExport) }

                for _ in 0..<2 { try await stage.zona(narni, "sync") }
                #expect(try names(stage, narni) == ["Aspetta", "Dopo", "Prima"])
                try await expectAtRest(stage, narni, amelia)
            }
        }

        private func exported(_ stage: Stage, _ stick: Stick, _ file: String) async throws -> String {
            try await stage.zona(file, "bundle", "export", stick.file("up.zona"))
            return stick.file("up.zona")
        }

        @Test func `a file that was copied goes on under a new number, and loses nothing`() async throws {
            try await play { stage, stick, narni, amelia in
                try await stick.round(amelia, "Amelia")
                let copy = "\(stage.replicas)/copia.sqlite"
                for suffix in ["", ".key"] {
                    try FileManager.default.copyItem(atPath: amelia + suffix, toPath: copy + suffix)
                }
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Originale", "tipo_soggetto=VOL")
                try await stage.zona(copy, "add", "soggetto", "denominazione=Copia", "tipo_soggetto=VOL")
                #expect(try await stick.bring(amelia).changes == 1)
                #expect(try await stick.take(amelia, "receipt-amelia.zona").acknowledgedChanges == 1)

                let refused = try await stick.refusal(
                    Programs.server, "bundle", "import", try await exported(stage, stick, copy))
                #expect(refused.error.code == "forked")
                let forked = try await stick.take(copy, "receipt-amelia.zona")
                #expect(forked.events == ["forked"] && forked.needsExport)
                #expect(try await stick.bring(copy).changes == 1)
                for file in [amelia, copy, amelia] { try await stick.round(file, "Amelia") }

                try await stage.zona(narni, "sync")
                #expect(try names(stage, narni) == ["Copia", "Originale"])
                try await expectAtRest(stage, narni, amelia, copy)
            }
        }

        @Test func `a file that was away while deletes were forgotten starts afresh by stick`() async throws {
            struct Replicas: Decodable {
                struct Replica: Decodable {
                    let number: String
                    let comune: String
                }
                let replicas: [Replica]
            }
            struct Collected: Decodable { let collected: Int }
            try await play { stage, stick, narni, amelia in
                let id = try await stage.zona(narni, "add", "soggetto", "denominazione=Sciolta", "tipo_soggetto=VOL")
                try await stage.zona(narni, "sync")
                try await stick.round(amelia, "Amelia")
                try await stage.zona(narni, "rm", id)
                for _ in 0..<2 { try await stage.zona(narni, "sync") }
                let number = try #require(
                    try await stage.server(Replicas.self, "replicas", "--ambito", "UMB-11").replicas
                        .first { $0.comune == "Amelia" }
                ).number
                try await stage.server("retire", number, "--ambito", "UMB-11")
                let listed = try await stage.server("replicas", "--ambito", "UMB-11").split(separator: "\n")
                #expect(listed.first { $0.hasPrefix(number) }?.contains("RETIRED") == true)
                // A greeting tells how far back its contexts go; a quiet sync does not, but once a day.
                try await stage.zona(narni, "status", "--check")
                #expect(try await stage.server(Collected.self, "collect", "--ambito", "UMB-11").collected == 1)
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Nuova", "tipo_soggetto=VOL")

                try await stick.bring(amelia)
                let stale = try await stick.take(amelia, "receipt-amelia.zona")
                #expect(stale.events == ["started-afresh"] && stale.needsExport)
                try await stick.round(amelia, "Amelia")

                try await stage.zona(narni, "sync")
                #expect(try names(stage, narni) == ["Nuova"])
                try await expectAtRest(stage, narni, amelia)
            }
        }
    }
}
