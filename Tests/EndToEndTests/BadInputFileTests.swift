import Foundation
import GRDB
import Testing

extension EndToEnd {
    /// Files that are no replica, or not this program's, or not this hub's.
    @Suite struct BadInputFileTests {
        @Test(.timeLimit(.minutes(2)))
        func `What is no replica is told so with exit code 5, and stays as it is`() async throws {
            try await Stage.with("UMB-11") { stage in
                func make(_ name: String, _ content: Data) throws -> String {
                    let path = "\(stage.folder)/\(name)"
                    try content.write(to: URL(filePath: path))
                    return path
                }
                let other = "\(stage.folder)/altro.sqlite"
                try stage.write(other, "CREATE TABLE clienti(nome TEXT); INSERT INTO clienti VALUES ('Rossi')")
                let files = [
                    try make("vuoto.sqlite", Data()), try make("testo.sqlite", Data("ciao\n".utf8)), other,
                    try make("rumore.sqlite", Data((0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 167) })),
                    "\(stage.data)/UMB-11/hub.sqlite",
                ]
                for file in files {
                    let before = try Data(contentsOf: URL(filePath: file))
                    for words in [["sync"], ["add", "soggetto", "denominazione=x", "tipo_soggetto=VOL"], ["status"]] {
                        let outcome = try await stage.run(Programs.zona, words + ["--file", file, "--json"])
                        #expect(
                            outcome.status == 5 && outcome.stderr.contains("\"not-a-replica\""), "\(file) \(outcome)")
                    }
                    #expect(try Data(contentsOf: URL(filePath: file)) == before, "\(file)")
                }
                #expect(try await stage.complaint(stage.folder, "sync").short == "5 not-a-replica")
                #expect(try await stage.complaint("\(stage.folder)/nessuno.sqlite", "sync").short == "5 no-replica")
                #expect(!FileManager.default.fileExists(atPath: "\(stage.folder)/nessuno.sqlite"))
                let code = try await stage.code("UMB-11", "Amelia")
                let url = try stage.running.url
                #expect(try await stage.complaint(other, "init", "--hub", url, "--code", code).short == "5 exists")
                #expect(try stage.sql(other, "SELECT nome FROM clienti") == [["Rossi"]])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A replica of a newer schema, without its key, or in parts is left alone`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let newer = try stage.copy(narni, as: "nuovo")
                try stage.write(newer, "UPDATE zona_catalog SET since = 9 WHERE table_name = 'comune'")
                let before = try Data(contentsOf: URL(filePath: newer))
                #expect(try await stage.complaint(newer, "sync").short == "5 newer-schema")
                #expect(
                    try await stage.complaint(newer, "add", "soggetto", "denominazione=x").short == "5 newer-schema")
                #expect(try Data(contentsOf: URL(filePath: newer)) == before)

                let keyless = try stage.copy(narni, as: "senza-chiave")
                try FileManager.default.removeItem(atPath: keyless + ".key")
                #expect(try await stage.complaint(keyless, "sync").short == "5 no-key")
                // The write stands, and goes when the key is back.
                try await stage.zona(keyless, "add", "soggetto", "denominazione=tenuto", "tipo_soggetto=VOL")
                try FileManager.default.copyItem(atPath: narni + ".key", toPath: keyless + ".key")
                try await stage.zona(keyless, "sync")
                try stage.expectSound(keyless)

                let part = try stage.copy(narni, as: "tronco")
                let whole = try Data(contentsOf: URL(filePath: part))
                try whole.prefix(20_000).write(to: URL(filePath: part))
                #expect(try await stage.complaint(part, "sync").short == "5 not-a-replica")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A copied file goes on under a new number, says so, and both files end with the work of both`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let copy = try stage.copy(narni, as: "copia")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Originale", "tipo_soggetto=VOL")
                try await stage.zona(narni, "sync")
                try await stage.zona(copy, "add", "soggetto", "denominazione=Copia", "tipo_soggetto=VOL")
                let coming = try await stage.zona(copy, "doctor")
                #expect(coming.contains("the hub has changes under its number that it lacks"))
                let said = try await stage.zona(copy, "sync")
                #expect(said.contains("it goes on under a new number"))
                #expect(try await stage.zona(copy, "doctor").contains("a copy of it, or the file from before"))
                #expect(try stage.names(copy).sorted() == ["Copia", "Originale"])
                try await stage.zona(narni, "sync")
                #expect(try stage.names(narni).sorted() == ["Copia", "Originale"])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A replica of one ambito gets nothing from another, and gives it nothing`() async throws {
            try await Stage.with("UMB-11", "PUG-PUTIGNANO") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let putignano = try await stage.enrol("PUG-PUTIGNANO", "Putignano")
                try await stage.zona(putignano, "add", "soggetto", "denominazione=Segreto", "tipo_soggetto=VOL")
                try await stage.zona(putignano, "sync")
                let stray = try stage.copy(narni, as: "smarrito")
                try await stage.zona(stray, "add", "soggetto", "denominazione=Nostro", "tipo_soggetto=VOL")
                let state = try #require(
                    try stage.values(putignano, "SELECT ambito, ambito_key, certificate FROM zona_state").first)
                // The last is not asked of the hub at all: the key is not the one of that certificate.
                for (change, status) in [
                    ("ambito = ?1", 7), ("ambito = ?1, ambito_key = ?2", 7),
                    ("ambito = ?1, ambito_key = ?2, certificate = ?3", 5),
                ] {
                    let count = change.split(separator: "?").count - 1
                    try stage.write(stray, "UPDATE zona_state SET \(change)", StatementArguments(state.prefix(count)))
                    #expect(try await stage.complaint(stray, "sync").status == status, "\(change)")
                    #expect(try stage.names(stray) == ["Nostro"], "\(change)")
                }
                try await stage.zona(putignano, "sync")
                #expect(try stage.names(putignano) == ["Segreto"])
            }
        }
    }
}
