import Foundation
import Testing

extension EndToEnd {
    /// Replicas know the hub by its key: a new certificate of the same key is the same hub, a new key is not.
    @Suite struct CertificateTests {
        @Test(.timeLimit(.minutes(3)))
        func `A replica connects when the certificate is new, or for other names, as long as the key is the same`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let first = try certificate(stage)

                try await stage.stop()
                try FileManager.default.removeItem(atPath: "\(stage.data)/tls/server.pem")
                try await stage.serve("--name", "localhost")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                let renewed = try await stage.json(SyncAnswer.self, narni, "sync")
                let second = try certificate(stage)
                try await stage.stop()
                try await stage.serve("--name", "altro.example.it")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Due", "tipo_soggetto=VOL")
                let renamed = try await stage.json(SyncAnswer.self, narni, "sync")

                #expect(Set([first, second, try certificate(stage)]).count == 3)
                #expect(renewed.applied.own == 1 && renewed.pendingRecords == 0)
                #expect(renamed.applied.own == 1 && renamed.pendingRecords == 0)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `A hub with another key is not the hub, and nothing is sent to it`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")

                try await stage.stop()
                // As after the loss of the keys: who makes new ones is somebody else.
                try FileManager.default.removeItem(atPath: "\(stage.data)/tls")
                let comuni = try Programs.file("schema/codelists/comuni_piloti.csv")
                try await stage.server("init", "--ambito", "LOM-TRADATE", "--comuni", comuni)
                try await stage.serve()
                let outcome = try await stage.run("zona", ["sync", "--file", narni, "--json"])

                #expect(outcome.status == 7 && outcome.stderr.contains("wrong-hub"))
                let status = try await stage.json(StatusAnswer.self, narni, "status")
                #expect(status.pendingRecords == 1)
                let publication = try await stage.consolidate("UMB-11")
                #expect(publication.summary.rows(of: "soggetto") == 0)
            }
        }

        private func certificate(_ stage: Stage) throws -> String {
            try String(contentsOfFile: "\(stage.data)/tls/server.pem", encoding: .utf8)
        }
    }
}
