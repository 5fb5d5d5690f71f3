import Foundation
import GRDB
import Testing

extension EndToEnd {
    /// A spreadsheet of spending comes into a replica, by the real program in both languages.
    @Suite struct ImportTests {
        private struct Imported: Decodable {
            struct Fault: Decodable {
                let line: Int
                let cell: String?
                let title: String?
                let character: Int?
                let kind: String
                let message: String
            }
            let encoding: String
            let rows: Int
            let new: Int
            let changed: Int
            let same: Int
            let faulty: Int
            let faults: [Fault]
            let faultCount: Int
            let done: Bool
            let captured: Bool
        }

        private static let titles =
            "Annualità;INTERVENTO;Fonte di finanziamento;fase;Importo;Data;Atto;CUP;Chiave di importazione;Comune"

        /// Lines of the sheet from the second on: as they came, what is wrong, and as they are mended.
        private static let lines: [(came: String, fault: String, mended: String)] = [
            (row("K2", atto: "Università"), "", row("K2", atto: "Università")),
            (row("K3", data: "30/02/2026"), "3F date", row("K3", data: "28/02/2026")),
            (row("K4", data: "12/03/26"), "4F date", row("K4")),
            (row("K5", data: "marzo"), "5F date", row("K5")),
            (row("K6", importo: "1250.00"), "6E amount", row("K6", importo: "1250")),
            (row("K7", importo: "dodici"), "7E amount", row("K7", importo: "€ 12,00")),
            (row("K8", importo: ""), "8E required", row("K8")),
            (row("K9", importo: "0"), "9E check, 9 check", row("K9")),
            (row("K10", importo: "-5,00"), "10 check", row("K10", importo: "5,00")),
            (row("K11", fase: "impegni"), "11D not-allowed", row("K11", fase: "IMPEGNO")),
            (row("K12", fonte: "FNPSS"), "12C unknown-code", row("K12")),
            (row("K13", fonte: "=B2"), "13C formula", row("K13", fonte: "fondo sociale regionale / FGSA (Puglia)")),
            (row("K14", anno: "2031"), "14A reference", row("K14")),
            (row("K15", intervento: "Asistenza domiciliare"), "15B reference", row("K15")),
            (row("K16", comune: "Narni"), "16J rights", row("K16")),
            (row("K2"), "17 duplicate", row("K17")),
            (row("K18", atto: "Det. \"12\""), "18G syntax", row("K18", atto: "\"Det. \"\"12\"\"\"")),
            (row("K19", atto: "\"Det. 12\" bis"), "19G syntax", row("K19", atto: "\"Det. 12 bis\"")),
            (row("K20", comune: "Amelia;x"), "20K syntax", row("K20")),
            (row("K21", importo: "#RIF!"), "21E formula", row("K21")),
            (row("K22", atto: "\u{81}"), "22 syntax", row("K22", atto: "'=12")),
            (row("K23", comune: ""), "23J required", row("K23")),
            (row("K24", data: "########"), "24F formula", row("K24")),
        ]

        private static func row(
            _ key: String, anno: String = "2026", intervento: String = "Assistenza domiciliare", fonte: String = "FNPS",
            fase: String = "impegno", importo: String = "1.250,50", data: String = "12/03/2026",
            atto: String = "Det. 1",
            comune: String = "Amelia"
        ) -> String {
            "\(anno);\(intervento);\(fonte);\(fase);\(importo);\(data);\(atto);;\(key);\(comune)"
        }

        /// As Excel of an Italian office writes it. All characters of the sheet are those of Latin-1 but the euro sign.
        private static func windows1252(_ lines: [String]) -> Data {
            let text = ([titles] + lines).map { $0 + "\r\n" }.joined()
            return Data(text.unicodeScalars.map { $0 == "€" ? 0x80 : UInt8($0.value) })
        }

        /// Amelia with a year and an intervento that the capofila has made.
        private func enrol(_ stage: Stage) async throws -> (narni: String, amelia: String) {
            let narni = try await stage.enrol("UMB-11", "Narni")
            let ambito = try #require(try stage.sql(narni, "SELECT id FROM ambito").first?.first ?? nil)
            try await stage.zona(
                narni, "add", "piano_di_zona", "ambito_id=\(ambito)", "denominazione=Piano 2025-2027",
                "anno_inizio=2025", "anno_fine=2027", "strumento=convenzione")
            try await stage.zona(narni, "add", "annualita", "piano_id=Piano 2025-2027", "anno=2026")
            try await stage.zona(
                narni, "add", "intervento", "annualita_id=2026", "titolo=Assistenza domiciliare", "titolare=ambito")
            try await stage.zona(narni, "sync")
            return (narni, try await stage.enrol("UMB-11", "Amelia"))
        }

        @Test(.timeLimit(.minutes(3)))
        func `A sheet with more than twenty faults is told line by line, mended, imported once, and synced`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let (narni, amelia) = try await enrol(stage)
                let file = "\(stage.folder)/spese.csv"
                try Self.windows1252(Self.lines.map(\.came)).write(to: URL(filePath: file))

                try await expectTold(stage, amelia, file)
                try Self.windows1252(Self.lines.map(\.mended)).write(to: URL(filePath: file))
                try await expectImported(stage, amelia, file)

                try await stage.zona(amelia, "sync")
                try await stage.zona(narni, "sync")
                let query =
                    "SELECT chiave_import, importo_cent, fonte, atto FROM movimento_spesa ORDER BY chiave_import"
                #expect(try stage.sql(narni, query).count == 23)
                #expect(try stage.sql(narni, query) == stage.sql(amelia, query))
                #expect(try stage.sql(narni, query).first { $0[0] == "K22" } == ["K22", "125050", "FNPS", "=12"])

                try await expectRoundTrip(stage, narni)
                try await expectOwnComune(stage, amelia)
            }
        }

        /// What can be the comune's own alone is its own where nobody says it, and the same row is found again.
        private func expectOwnComune(_ stage: Stage, _ amelia: String) async throws {
            try await stage.zona(
                amelia, "add", "movimento_spesa", "annualita_id=2026", "intervento_id=Assistenza domiciliare",
                "fonte=FNPS", "fase=impegno", "importo_cent=12,00", "data=1/2/2026", "chiave_import=Z1")
            let file = "\(stage.folder)/mie.csv"
            try Data(
                """
                Annualità;Intervento;Fonte di finanziamento;Fase;Importo;Data;Chiave di importazione
                2026;Assistenza domiciliare;FNPS;impegno;12,00;01/02/2026;Z1
                2026;Assistenza domiciliare;FNPS;impegno;14,00;01/02/2026;Z2

                """.utf8
            ).write(to: URL(filePath: file))
            let done = try await stage.zona(amelia, "import", "movimento_spesa", file, "--yes", "--json")
            let imported = try Stage.decode(Imported.self, done)
            #expect(imported.new == 1 && imported.same == 1 && imported.faults.isEmpty)
            let owner = "SELECT DISTINCT c.denominazione FROM movimento_spesa m JOIN comune c ON c.id = m.comune_id"
            #expect(try stage.sql(amelia, owner + " WHERE chiave_import LIKE 'Z%'") == [["Amelia"]])
        }

        private func expectTold(_ stage: Stage, _ amelia: String, _ file: String) async throws {
            let words = ["import", "movimento_spesa", file, "--file", amelia]
            let told = try await stage.run(Programs.zona, words + ["--json", "--yes"])
            let answer = try Stage.decode(Imported.self, told.stdout)
            let schema = try JSONSchema(file: try Programs.file("docs/json.schema.json"))
            #expect(try schema.faults(of: told.stdout, under: "import") == [])
            let expected = Self.lines.map(\.fault).filter { !$0.isEmpty }.flatMap { $0.split(separator: ", ") }
            let found = answer.faults.map { "\($0.line)\($0.cell ?? "") \($0.kind)" }
            #expect(found == expected.map(String.init))
            #expect(told.status == 3)
            #expect(answer.encoding == "windows-1252")
            #expect(answer.rows == 23 && answer.faulty == 21 && !answer.done && !answer.captured)
            #expect(answer.faults.first { $0.line == 18 }?.character == 67)
            #expect(told.stderr.contains(#""code": "faults""#))
            #expect(try stage.sql(amelia, "SELECT count(*) FROM movimento_spesa") == [["0"]])

            let italian = try await stage.run(Programs.zona, words + ["--lang", "it"])
            for line in [
                "riga 3, colonna F (Data): il giorno 30/02/2026 non esiste",
                "riga 12, colonna C (Fonte di finanziamento)",
                "forse si intende FNPS (", "riga 17: la riga 2 ha la stessa chiave (",
                "riga 19, carattere 71, colonna G (Atto):",
                "riga 22, carattere 62: il byte 81 non è un carattere di Windows-1252",
            ] { #expect(italian.stdout.contains(line), "\(line)\n\(italian.stdout)") }
            #expect(italian.stderr.contains("23 errori, non è stato scritto nulla"))
            let english = try await stage.run(Programs.zona, words)
            #expect(english.stdout.contains("line 15, column B (INTERVENTO): "), "\(english)")
        }

        private func expectImported(_ stage: Stage, _ amelia: String, _ file: String) async throws {
            let look = try await stage.zona(amelia, "import", "movimento_spesa", file, "--lang", "it")
            #expect(look.contains("23 righe, Windows-1252"), "\(look)")
            #expect(look.hasSuffix("Per scrivere 23 righe: lo stesso comando con --yes."))
            #expect(try stage.sql(amelia, "SELECT count(*) FROM movimento_spesa") == [["0"]])
            #expect(try await stage.json(StatusAnswer.self, amelia, "status").pendingRecords == 0)

            let done = try await stage.json(Imported.self, amelia, "import", "movimento_spesa", file, "--yes")
            #expect(done.new == 23 && done.done && done.captured)
            #expect(try stage.sql(amelia, "SELECT count(*) FROM movimento_spesa") == [["23"]])
            let again = try await stage.json(Imported.self, amelia, "import", "movimento_spesa", file, "--yes")
            #expect(again.same == 23 && again.new == 0 && again.changed == 0 && !again.done)
            let words = try await stage.zona(amelia, "import", "movimento_spesa", file, "--yes")
            #expect(words.hasSuffix("nothing to write: all of it is there already"), "\(words)")
        }

        /// What an export wrote changes nothing when it comes back, whatever the table.
        private func expectRoundTrip(_ stage: Stage, _ narni: String) async throws {
            for (table, count) in [("movimento_spesa", 23), ("annualita", 1), ("intervento", 1), ("comune", 12)] {
                for format in ["csv", "csv-exact"] {
                    let path = "\(stage.folder)/\(table)-\(format).csv"
                    try await stage.zona(narni, "export", table, "--format", format, "--to", path)
                    let answer = try await stage.json(Imported.self, narni, "import", table, path, "--yes")
                    #expect(answer.same == count && answer.rows == count, "\(table) \(format) \(answer)")
                }
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func
            `A report is mended and imported, a cell of 10 MB and a workbook are refused, a wrong title names the right one`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let (file, report) = ("\(stage.folder)/soggetti.csv", "\(stage.folder)/errori.csv")
                func put(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file)) }
                func run(_ path: String, _ more: String...) async throws -> Outcome {
                    try await stage.run(Programs.zona, ["import", "soggetto", path, "--file", narni] + more)
                }

                try put("sep=,\nName,Type of organisation\nAvis,VOL\nCaritas,X1\n")
                let first = try await run(file, "--report", report, "--lang", "it")
                #expect(first.status == 3)
                let told = try String(contentsOfFile: report, encoding: .utf8)
                #expect(told.hasPrefix("errori (zona);Name;Type of organisation\r\n;Avis;VOL\r\n"), "\(told)")
                let second = try await run(file, "--report", report)
                #expect(second.status == 5 && second.stderr.contains("--force") && second.stdout.contains("X1"))
                let nowhere = try await run(file, "--report", "\(stage.folder)/no/x.csv")
                #expect(nowhere.status == 5 && nowhere.stderr.contains("there is no folder"), "\(nowhere)")
                #expect(try await run(report, "--report", report).status == 3)

                try Data(told.replacing("X1", with: "VOL").utf8).write(to: URL(filePath: report))
                #expect(try await run(report, "--yes").status == 0)
                #expect(try stage.sql(narni, "SELECT count(*) FROM soggetto") == [["2"]])

                // A broken line waits in its report for somebody to look.
                try put("Denominazione;Tipo di soggetto\nC;VOL;di troppo\n")
                #expect(try await run(file, "--report", report, "--force").status == 3)
                let broken = try await run(report, "--yes")
                #expect(broken.status == 3 && broken.stdout.contains("was broken when the report was written"))

                try put("Denominazione;Tipo di soggetto\nA;VOL\nB;\(String(repeating: "x", count: 10 << 20))\n")
                let large = try await run(file)
                #expect(large.status == 3)
                #expect(large.stdout.contains("line 3, character 3, column B (Tipo di soggetto): "), "\(large.stdout)")
                try put("Denominazion;Tipo di soggetto\nA;VOL\n")
                #expect(try await run(file).stdout.contains("perhaps “Denominazione” is meant"))
                try Data([0x50, 0x4B, 3, 4, 0, 0]).write(to: URL(filePath: file))
                #expect(try await run(file, "--lang", "it").stdout.contains("cartella di lavoro"))
                #expect(try await run("\(stage.folder)/none.csv").status == 5)
                #expect(try await run(file, "--yes", "--dry-run").status == 2)
                #expect(try stage.sql(narni, "SELECT count(*) FROM soggetto") == [["2"]])

                // Lists show the rows in the order of the sheet.
                let names = (10..<60).map { "R\($0)" }
                try put("Denominazione;Tipo di soggetto\n" + names.map { "\($0);VOL\n" }.joined())
                #expect(try await run(file, "--yes").status == 0)
                #expect(try stage.names(narni).suffix(names.count) == names[...])
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `An import waits for a program that holds the file, says so, and leaves nothing when it waits in vain`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let file = "\(stage.folder)/soggetti.csv"
                try Data("Denominazione;Tipo di soggetto\nCaritas;VOL\n".utf8).write(to: URL(filePath: file))
                let words = ["import", "soggetto", file, "--yes", "--file", narni]

                let held = try Held(narni)
                let waits = try RunningProgram(Programs.zona, words)
                #expect(await waits.errorLine(containing: "another program is writing into the file") != nil)
                try held.letGo()
                #expect(await waits.line(containing: "1 row was written") != nil)
                #expect(try stage.names(narni).contains("Caritas"))

                try Data("Denominazione;Tipo di soggetto\nAuser;VOL\n".utf8).write(to: URL(filePath: file))
                let again = try Held(narni)
                let inVain = try await stage.run(Programs.zona, words)
                try again.letGo()
                #expect(inVain.status == 5)
                #expect(inVain.stderr.contains("try again"))
                #expect(try !stage.names(narni).contains("Auser"))
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `Ctrl-C once the rows are written takes nothing back: they are made ready, and told`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let file = "\(stage.folder)/soggetti.csv"
                let rows = (1...4_000).map { "R\($0);VOL\n" }.joined()
                try Data(("Denominazione;Tipo di soggetto\n" + rows).utf8).write(to: URL(filePath: file))
                let other = try DatabaseQueue(waitingAt: narni)
                let program = try RunningProgram(Programs.zona, ["import", "soggetto", file, "--yes", "--file", narni])
                let count = "SELECT count(*) FROM soggetto"
                while try await other.read({ try Int.fetchOne($0, sql: count) }) == 0 { await Task.yield() }

                #expect(await program.interrupt() == 0)
                #expect(await program.line(containing: "4000 rows were written") != nil)
                #expect(try stage.sql(narni, count) == [["4000"]])
                #expect(try await stage.json(StatusAnswer.self, narni, "status").pendingRecords == 4_000)
            }
        }
    }
}
