import Foundation
import GRDB
import Testing

extension EndToEnd {
    /// Another program drops the triggers, or goes round them: the self-check notices, names, and mends.
    @Suite struct DoctorTests {
        private struct Answer: Decodable {
            struct Difference: Decodable {
                let table: String
                let id: String
                let kind: String
                let columns: [String]
            }
            struct Triggers: Decodable {
                let missing: [String]
                let silenced: Bool
                let repaired: Bool
            }
            let well: Bool
            let compared: String
            let differences: [Difference]
            let triggers: Triggers
            let adopted: Int
            let undone: Int
        }

        private struct Verified: Decodable {
            let equal: Bool
            let batches: Int
        }

        private func write(_ sql: String, _ file: String) async throws {
            try await DatabaseQueue(waitingAt: file).write { try $0.execute(sql: sql) }
        }

        /// Runs `zona doctor`, whatever it finds.
        private func doctor(_ stage: Stage, _ file: String, _ arguments: String...) async throws -> Outcome {
            try await stage.run(
                Programs.zona, ["doctor"] + arguments + ["--file", file, "--operator", "Rosa Bianchi"])
        }

        private func told(_ stage: Stage, _ file: String, _ arguments: String...) async throws -> (Answer, Int32) {
            let outcome = try await stage.run(
                Programs.zona, ["doctor", "--json"] + arguments + ["--file", file, "--operator", "Rosa Bianchi"])
            return (try Stage.decode(Answer.self, outcome.stdout), outcome.status)
        }

        @Test(.timeLimit(.minutes(3)))
        func `A write past dropped triggers is found, named, and adopted as a change that reaches everybody`()
            async throws
        {
            try await Stage.with("PUG-ALTAMURA") { stage in
                let altamura = try await stage.enrol("PUG-ALTAMURA", "Altamura")
                let gravina = try await stage.enrol("PUG-ALTAMURA", "Gravina in Puglia")
                let record = try await stage.zona(altamura, "add", "progetto_rete", "titolo=Prima")
                for file in [altamura, gravina] { try await stage.zona(file, "sync") }
                #expect(try await told(stage, gravina).0.well)

                try await write(
                    """
                    DROP TRIGGER zona_track_progetto_rete_update;
                    UPDATE progetto_rete SET titolo = 'Dopo';
                    """, gravina)
                let sync = try await stage.zona(gravina, "sync")
                #expect(sync.contains("zona doctor"))
                #expect(try await stage.zona(gravina, "status").contains("zona doctor"))
                let (found, status) = try await told(stage, gravina)
                #expect(status == 9)
                #expect(found.compared == "differs")
                #expect(found.triggers.missing == ["zona_track_progetto_rete_update"])
                #expect(found.differences.map(\.id) == [record])
                #expect(found.differences.first?.columns == ["titolo"])
                #expect(try await doctor(stage, gravina).stdout.contains("progetto_rete \(record) differs: titolo"))

                let (adopted, code) = try await told(stage, gravina, "--adopt")
                #expect(code == 0 && adopted.adopted == 1 && adopted.triggers.repaired)
                for file in [gravina, altamura] { try await stage.zona(file, "sync") }
                #expect(try stage.sql(altamura, "SELECT titolo FROM progetto_rete") == [["Dopo"]])
                #expect(try await told(stage, gravina).0.well)
                #expect(try await stage.server(Verified.self, "verify").equal)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `A write with the triggers switched off is undone, and kept beside the refused changes`() async throws {
            try await Stage.with("PUG-ALTAMURA") { stage in
                let altamura = try await stage.enrol("PUG-ALTAMURA", "Altamura")
                try await stage.zona(altamura, "add", "progetto_rete", "titolo=Prima")
                try await stage.zona(altamura, "sync")
                try await write(
                    "UPDATE zona_state SET applying = 1; UPDATE progetto_rete SET titolo = 'Di nascosto';", altamura)
                let (offline, status) = try await told(stage, altamura, "--offline")
                #expect(status == 9 && offline.compared == "differs" && offline.triggers.silenced)

                let (undone, code) = try await told(stage, altamura, "--undo")

                #expect(code == 0 && undone.undone == 1)
                try await write(
                    "UPDATE zona_state SET applying = 1; UPDATE progetto_rete SET titolo = 'Ancora';", altamura)
                #expect(try await doctor(stage, altamura, "--undo").stdout.contains("1 differed"))
                #expect(try stage.sql(altamura, "SELECT titolo FROM progetto_rete") == [["Prima"]])
                #expect(try await stage.zona(altamura, "refused", "list").contains("progetto_rete"))
                #expect(try await told(stage, altamura).0.well)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `A hub is verified after a prune, restored too; one whose row was altered is told, and pruning refuses`()
            async throws
        {
            try await Stage.with("PUG-ALTAMURA") { stage in
                let altamura = try await stage.enrol("PUG-ALTAMURA", "Altamura")
                let record = try await stage.zona(altamura, "add", "progetto_rete", "titolo=Prima")
                try await stage.zona(altamura, "sync")
                #expect(try await stage.server(Verified.self, "verify").batches == 1)
                try await stage.server("prune", "--keep", "0")
                // No process has such a number: what a verify that was killed had left.
                let left = "\(stage.data)/PUG-ALTAMURA/hub.sqlite.verify-\(Int32.max)"
                for suffix in ["", "-wal"] { try Data("x".utf8).write(to: URL(filePath: left + suffix)) }
                #expect(try await stage.server(Verified.self, "verify").equal)
                let names = try FileManager.default.contentsOfDirectory(atPath: "\(stage.data)/PUG-ALTAMURA")
                #expect(!names.contains { $0.contains("verify") })

                // What prune left to begin with is part of a backup.
                let (backups, other) = ("\(stage.folder)/backups", "\(stage.folder)/other")
                let secret = "\(stage.folder)/secret"
                try "quattro parole prese a caso\n".write(toFile: secret, atomically: true, encoding: .utf8)
                for _ in 0..<2 { try await stage.server("backup", "--to", backups, "--passphrase-file", secret) }
                let made = try FileManager.default.contentsOfDirectory(atPath: backups).sorted()
                #expect(made.count == 2)
                let restore = ["restore", "--from", "\(backups)/\(made[1])", "--passphrase-file", secret]
                #expect(try await stage.run(Programs.server, restore + ["--data", other]).status == 0)
                #expect(try await stage.run(Programs.server, ["verify", "--data", other]).status == 0)

                try await write(
                    "UPDATE record SET row = x'00' WHERE seq = (SELECT max(seq) FROM record)",
                    "\(stage.data)/PUG-ALTAMURA/hub.sqlite")

                let verify = try await stage.run(Programs.server, ["verify", "--data", stage.data])
                #expect(verify.status == 9)
                #expect(verify.stdout.contains("progetto_rete \(record) (row)"))
                #expect(verify.stderr.contains("backup"))
                let prune = try await stage.run(Programs.server, ["prune", "--keep", "0", "--data", stage.data])
                #expect(prune.status == 9)
            }
        }
    }
}
