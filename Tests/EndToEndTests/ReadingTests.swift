import Foundation
import GRDB
import Testing

extension EndToEnd {
    /// What is read out of a replica, by the real program in both languages: `list`, `show`, `diff`, and `revert`.
    @Suite struct ReadingTests {
        private struct Added: Decodable { let id: String }

        private struct Listed: Decodable {
            struct Row: Decodable {
                let id: String
                let name: String?
                let related: [String: String]
            }
            let rows: [Row]
            let total: Int
            let more: Bool
            let nextPage: Int?
        }

        private struct Differences: Decodable {
            struct Change: Decodable {
                struct Field: Decodable {
                    let was: String?
                    let `is`: String?
                }
                let table: String
                let id: String
                let operation: String
                let fields: [String: Field]
                let sealed: Bool
            }
            let changes: [Change]
            let records: Int
        }

        @Test(.timeLimit(.minutes(3)))
        func `A clerk finds her rows by name, accent and page, sees one whole, and takes back what is not synced`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let viva = try await stage.json(
                    Added.self, narni, "add", "soggetto", "denominazione=Società Città Viva", "tipo_soggetto=VOL",
                    "comune_id=Narni"
                ).id
                let caritas = try await stage.json(
                    Added.self, narni, "add", "soggetto", "denominazione=Caritas", "tipo_soggetto=VOL",
                    "telefono=0744 1"
                ).id
                try await stage.zona(narni, "sync")

                try await expectFound(stage, narni, viva: viva, caritas: caritas)
                try await expectRefused(stage, narni)
                try await expectShown(stage, narni)
                try await expectSearched(stage, narni, viva: viva)
                try await expectExported(stage, narni, viva: viva, caritas: caritas)
                try await expectDifferences(stage, narni, viva: viva, caritas: caritas)
                try await expectShapes(stage, narni, caritas: caritas)
                try await expectReverted(stage, narni, viva: viva, caritas: caritas)
            }
        }

        private func expectFound(_ stage: Stage, _ narni: String, viva: String, caritas: String) async throws {
            func ids(_ arguments: String...) async throws -> [String] {
                let outcome = try await stage.run(
                    Programs.zona, ["list", "soggetto", "--json", "--file", narni] + arguments)
                return try Stage.decode(Listed.self, outcome.stdout).rows.map(\.id)
            }
            #expect(try await ids("--where", "denominazione~citta") == [viva])
            #expect(try await ids("--where", "denominazione!~CITTÀ") == [caritas])
            #expect(try await ids("--where", "comune_id=narni") == [viva])
            #expect(try await ids("--where", "Comune della sede~arni") == [viva])
            #expect(try await ids("--where", "comune_id!=Narni") == [caritas])
            #expect(try await ids("--where", "telefono:null") == [viva])
            #expect(try await ids("--where", "telefono:notnull") == [caritas])
            #expect(try await ids("--where", "denominazione>=D") == [viva])
            #expect(try await ids("--search", "NARNI") == [viva])
            #expect(try await ids("--order", "denominazione") == [caritas, viva])
            #expect(try await ids("--order", "-denominazione") == [viva, caritas])
            #expect(try await ids("--order", "comune_id,denominazione") == [viva, caritas])
            #expect(try await ids("--pending").isEmpty)

            let first = try await stage.json(
                Listed.self, narni, "list", "soggetto", "--limit", "1", "--order", "-denominazione")
            #expect(first.total == 2 && first.more && first.nextPage == 2)
            #expect(first.rows.first?.name == "Società Città Viva")
            #expect(first.rows.first?.related == ["comune_id": "Narni"])
            let page = try await stage.zona(narni, "list", "soggetto", "--limit", "1", "--lang", "it")
            #expect(page.hasSuffix("(righe da 1 a 1 di 2: le prossime con --page 2; --where e --search scelgono)"))
            #expect(try await stage.zona(narni, "list", "soggetto", "--count") == "2")
            let plain = try await stage.zona(narni, "list", "soggetto", "--plain", "--where", "comune_id=Narni")
            #expect(
                plain == "Società Città Viva\nid: \(viva)\nName: Società Città Viva\nType of organisation: VOL\n"
                    + "Municipality of the seat: Narni")
        }

        private func expectRefused(_ stage: Stage, _ narni: String) async throws {
            let cases: [(arguments: [String], status: Int32, english: String, italian: String)] = [
                (
                    ["soggetto", "--where", "denominazion~x"], 4, "Did you mean denominazione?",
                    "non ha la colonna denominazion."
                ),
                (
                    ["soggetto", "--where", "comune_id=Narnii"], 4, "is called Narnii. Did you mean Narni",
                    "si chiama Narnii."
                ),
                (["soggetto", "--where", "denominazione"], 2, "is not understood", "non si capisce"),
                (["quota_comune", "--where", "importo_cent>1.250"], 3, "is money", "è un importo"),
                (["soggetto", "--where", "comune_id>=Narni"], 3, "points to another record", "rimanda a un'altra"),
                (["soggetto", "--order", "-denom"], 4, "Did you mean denominazione?", "non ha la colonna denom."),
                (["soggetto", "--mine"], 3, "belong to the whole ambito", "appartengono a tutto l'ambito"),
                (["soggetto", "--page", "0"], 2, "--page must be", "--page deve essere"),
            ]
            for (arguments, status, english, italian) in cases {
                for (language, words) in [("en", english), ("it", italian)] {
                    let outcome = try await stage.run(
                        Programs.zona, ["list"] + arguments + ["--lang", language, "--file", narni])
                    #expect(outcome.status == status, "\(arguments)")
                    #expect(outcome.stderr.contains(words), "\(outcome.stderr)")
                    #expect(outcome.stdout.isEmpty)
                }
            }
        }

        private func expectShown(_ stage: Stage, _ narni: String) async throws {
            let comune = try #require(try stage.sql(narni, "SELECT id FROM comune WHERE denominazione = 'Narni'")[0][0])
            let shown = try await stage.zona(narni, "show", comune, "--children", "1")
            #expect(shown.contains("What belongs to it:"))
            #expect(shown.contains("  Organisation (soggetto.comune_id): 1\n"))
            #expect(shown.contains("  Società Città Viva"))
            #expect(try await stage.zona(narni, "show", comune, "--lang", "it").contains("Ciò che le appartiene:"))

            let ambiguous = try await stage.run(Programs.zona, ["show", "soggetto", "01", "--file", narni])
            #expect(ambiguous.status == 4)
            #expect(ambiguous.stderr.contains("Società Città Viva") && ambiguous.stderr.contains("Caritas"))
        }

        private func expectSearched(_ stage: Stage, _ narni: String, viva: String) async throws {
            let found = try await stage.zona(narni, "search", "citta", "VIV")
            #expect(
                found
                    == "Organisation (soggetto)\n  \(viva.prefix(13))  Società Città Viva\n    denominazione: "
                    + "Società [Città] [Viva]")
            #expect(try await stage.zona(narni, "search", "nessuno", "--lang", "it") == "niente ha queste parole")
            let odd = try await stage.run(Programs.zona, ["search", "*", "--file", narni])
            #expect(odd.status == 2 && odd.stderr.contains("letters or digits"))
        }

        private func expectExported(_ stage: Stage, _ narni: String, viva: String, caritas: String) async throws {
            let file = "\(stage.folder)/soggetti.csv"
            let told = try await stage.zona(narni, "export", "soggetto", "--to", file, "--lang", "it")
            #expect(told == "\(file): soggetto, 2 righe")
            let titles =
                "\u{FEFF}id;Denominazione;Tipo di soggetto;Forma giuridica;Codice fiscale;Iscrizione RUNTS;"
                + "Comune della sede;PEC;Telefono"
            let lines = [
                titles, "\(viva);Società Città Viva;VOL;;;;Narni;;", "\(caritas);Caritas;VOL;;;;;;0744 1",
            ]
            func read() throws -> String { String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self) }
            #expect(try read() == lines.map { $0 + "\r\n" }.joined())

            let again = try await stage.run(
                Programs.zona, ["export", "soggetto", "--to", file, "--file", narni, "--where", "telefono:null"])
            #expect(again.status == 5 && again.stderr.contains("--force replaces it"))
            #expect(try read() == lines.map { $0 + "\r\n" }.joined())
            try await stage.zona(narni, "export", "soggetto", "--to", file, "--force", "--where", "telefono:null")
            #expect(try read() == lines.prefix(2).map { $0 + "\r\n" }.joined())

            let comune = try #require(try stage.sql(narni, "SELECT id FROM comune WHERE denominazione = 'Narni'")[0][0])
            let exact = try await stage.zona(narni, "export", "soggetto", "--format", "csv-exact", "--to", "-")
            #expect(exact.contains("id;denominazione;tipo_soggetto;") && exact.contains(";\(comune);;"))
            let line = try await stage.zona(
                narni, "export", "soggetto", "--format", "jsonl", "--to", "-", "--columns", "telefono", "--where",
                "telefono:notnull")
            #expect(line == #"{"id":"\#(caritas)","table":"soggetto","values":{"telefono":"0744 1"}}"#)

            let database = "\(stage.folder)/piano.sqlite"
            try await stage.zona(narni, "export", "--all", "--format", "sqlite", "--to", database)
            #expect(
                try stage.sql(database, "SELECT denominazione FROM soggetto ORDER BY 1")
                    == [["Caritas"], ["Società Città Viva"]])
            #expect(try stage.sql(database, "SELECT count(*) FROM sqlite_master WHERE name LIKE 'zona%'") == [["0"]])
            let nowhere = try await stage.run(
                Programs.zona, ["export", "soggetto", "--to", "\(stage.folder)/no/x.csv", "--file", narni])
            #expect(nowhere.status == 5)
            for own in [narni, narni + ".key"] {
                let refused = try await stage.run(
                    Programs.zona, ["export", "soggetto", "--force", "--to", own, "--file", narni])
                #expect(refused.status == 3 && refused.stderr.contains("the replica's own file"))
            }
            #expect(try await stage.zona(narni, "list", "soggetto", "--count") == "2")
            let left = try FileManager.default.contentsOfDirectory(atPath: stage.folder)
            #expect(!left.contains { $0.hasSuffix(".zona-new") })
        }

        private func expectDifferences(
            _ stage: Stage, _ narni: String, viva: String, caritas: String
        ) async throws {
            #expect(try await stage.zona(narni, "diff") == "nothing waits: what is here is what was last synced")
            // Another program writes, and no batch holds that; the program's own writes are sealed at once.
            try await Self.write(narni, "UPDATE soggetto SET telefono = '0744 2' WHERE id = '\(caritas)'")
            try await stage.zona(narni, "edit", viva, "telefono=0744 9")
            let new = try await stage.json(
                Added.self, narni, "add", "soggetto", "denominazione=Nuova", "tipo_soggetto=VOL"
            ).id
            try await Self.write(narni, "UPDATE soggetto SET pec = 'a@b.example' WHERE id = '\(caritas)'")

            let differences = try await stage.json(Differences.self, narni, "diff")
            #expect(differences.records == 3)
            let change = try #require(differences.changes.first { $0.id == caritas })
            #expect(change.operation == "update" && change.fields.keys.sorted() == ["pec", "telefono"])
            #expect(change.fields["telefono"]?.was == "0744 1" && change.fields["telefono"]?.is == "0744 2")
            #expect(differences.changes.first { $0.id == new }?.operation == "insert")
            let text = try await stage.zona(narni, "diff", "soggetto", "--lang", "it")
            #expect(text.hasPrefix("Soggetto (soggetto: 1 aggiunta, 2 modificate)"))
            #expect(text.contains("    telefono: prima 0744 1, ora 0744 2"))
            #expect(text.contains("di Operatore di narni"))
        }

        /// What the answers look like is written down in `docs/json.schema.json`.
        private func expectShapes(_ stage: Stage, _ narni: String, caritas: String) async throws {
            let schema = try JSONSchema(file: try Programs.file("docs/json.schema.json"))
            let target = "\(stage.folder)/shapes.json"
            let commands: [(definition: String, arguments: [String])] = [
                ("list", ["list", "soggetto"]), ("list", ["list", "quota_comune"]), ("list_tables", ["list"]),
                ("list_count", ["list", "comune", "--count"]), ("show", ["show", caritas]),
                ("search", ["search", "caritas"]), ("diff", ["diff"]), ("revert", ["revert", "--all"]),
                ("export", ["export", "soggetto", "--format", "json", "--to", target]),
                ("exported_table", ["export", "soggetto", "--format", "json", "--to", "-"]),
                ("exported_tables", ["export", "--all", "--format", "json", "--to", "-"]),
            ]
            for (definition, arguments) in commands {
                let outcome = try await stage.run(Programs.zona, arguments + ["--json", "--file", narni])
                #expect(outcome.status == 0, "\(outcome.stderr)")
                #expect(try schema.faults(of: outcome.stdout, under: definition) == [], "\(arguments)")
            }
            // The schema tells a wrong document apart.
            #expect(try schema.faults(of: #"{"count": "1"}"#, under: "list_count").count == 2)
        }

        private func expectReverted(_ stage: Stage, _ narni: String, viva: String, caritas: String) async throws {
            let preview = try await stage.zona(narni, "revert", caritas)
            #expect(preview.contains("Nothing was changed. To take this back: the same with --yes."))
            #expect(try stage.sql(narni, "SELECT telefono FROM soggetto WHERE id = '\(caritas)'") == [["0744 2"]])

            let done = try await stage.zona(narni, "revert", "--all", "--yes", "--lang", "it")
            #expect(done.contains("quanto annullato è conservato: `zona refused list`"))
            #expect(
                try stage.sql(narni, "SELECT denominazione, telefono, pec FROM soggetto ORDER BY denominazione")
                    == [["Caritas", "0744 1", nil], ["Società Città Viva", nil, nil]])
            let kept = try await stage.zona(narni, "refused", "list")
            #expect(kept.contains("`zona revert` took it back"))
            #expect(try await stage.json(StatusAnswer.self, narni, "status").refused == 0)

            // The reverses travel, and the hub has what was there before.
            let synced = try await stage.json(SyncAnswer.self, narni, "sync")
            #expect(synced.refused == 0 && synced.pendingRecords == 0)
            #expect(try stage.sql(narni, "SELECT count(*) FROM soggetto") == [["2"]])
            let none = try await stage.run(Programs.zona, ["revert", viva, "--file", narni])
            #expect(none.status == 4 && none.stderr.contains("`zona diff` shows which do"))
        }

        /// Any program's write, with the triggers awake.
        private static func write(_ file: String, _ sql: String) async throws {
            try await DatabaseQueue(waitingAt: file).write { try $0.execute(sql: sql) }
        }
    }
}
