import Foundation
import Testing

extension EndToEnd {
    /// Records taken in by flags, by a form, in an editor and from JSON, checked before the database says no.
    @Suite struct EntryTests {
        private struct Refusal: Decodable {
            struct Error: Decodable {
                struct Fault: Decodable {
                    let kind: String
                    let column: String?
                    let record: Int?
                }
                let code: String
                let faults: [Fault]
            }
            let error: Error
        }

        private struct Standing: Decodable {
            struct Error: Decodable {
                struct Fault: Decodable { let count: Int }
                let faults: [Fault]
            }
            let error: Error
        }

        private func run(
            _ stage: Stage, _ file: String, _ words: [String], language: String = "en", editor: String? = nil,
            stdin: String = ""
        ) async throws -> Outcome {
            var environment = ["LC_ALL": language == "it" ? "it_IT.UTF-8" : "C.UTF-8"]
            environment["EDITOR"] = editor
            return try await stage.run(
                Programs.zona, words + ["--file", file, "--operator", "Rosa Bianchi"], environment: environment,
                stdin: stdin)
        }

        private func bodies(_ stage: Stage, _ file: String) throws -> [[String?]] {
            try stage.sql(
                file, "SELECT denominazione, tipo_soggetto, codice_fiscale, telefono FROM soggetto ORDER BY 1")
        }

        /// An editor that writes a page of ours, and keeps what it was given; one page a call.
        private func editor(_ stage: Stage, _ pages: [String]) throws -> String {
            let folder = "\(stage.folder)/editor"
            try? FileManager.default.removeItem(atPath: folder)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (index, page) in pages.enumerated() {
                try Data(page.utf8).write(to: URL(filePath: "\(folder)/page\(index)"))
            }
            let script = """
                #!/bin/sh
                n=$(ls \(folder) | grep -c '^seen' || true)
                cp "$1" \(folder)/seen$n
                test -f \(folder)/page$n && cp \(folder)/page$n "$1"
                exit 0
                """
            try Data(script.utf8).write(to: URL(filePath: "\(folder)/edit"))
            return "sh \(folder)/edit"
        }

        private func seen(_ stage: Stage, _ index: Int) throws -> String {
            try String(contentsOfFile: "\(stage.folder)/editor/seen\(index)", encoding: .utf8)
        }

        @Test(.timeLimit(.minutes(3)))
        func `Every way of taking a record in is checked first, tells all that is wrong at once, and writes`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                try await flags(stage, narni)
                try await names(stage, narni)
                try await form(stage, narni)
                try await editor(stage, narni)
                try await json(stage, narni)
                try await removal(stage, narni)
            }
        }

        private func flags(_ stage: Stage, _ file: String) async throws {
            let wrong = [
                "add", "soggetto", "tipo_soggetto=VOLL", "codice_fiscale=RSSMRA80A01H501X", "comune_id=Nani",
            ]
            let english = try await run(stage, file, wrong)
            let italian = try await run(stage, file, wrong, language: "it")
            #expect(english.status == 3 && italian.status == 3)
            for text in [
                "4 faults", "denominazione (Name): a value is needed", "VOL (", "check character",
            ] {
                #expect(english.stderr.contains(text), "\(text): \(english.stderr)")
            }
            for text in [
                "4 errori", "denominazione (Denominazione): serve un valore", "forse si intende VOL",
                "carattere di controllo",
            ] {
                #expect(italian.stderr.contains(text), "\(text): \(italian.stderr)")
            }
            let json = try await run(stage, file, wrong + ["--json"])
            let refusal = try Stage.decode(Refusal.self, json.stderr).error
            #expect(refusal.code == "bad-value" && json.stdout.isEmpty)
            #expect(Set(refusal.faults.map(\.kind)) == ["required", "unknown-code", "tax-code", "reference"])
            #expect(try bodies(stage, file).isEmpty)

            let right = [
                "add", "soggetto", "denominazione=Caritas", "tipo_soggetto=VOLONTARIATO",
                "codice_fiscale=rssmra80a01h501u",
            ]
            let trial = try await run(stage, file, right + ["--dry-run"], language: "it")
            #expect(trial.status == 0 && trial.stdout.contains("sarebbe aggiunta a soggetto"))
            #expect(try bodies(stage, file).isEmpty)
            let added = try await run(stage, file, right)
            #expect(added.status == 0, "\(added)")
            #expect(try bodies(stage, file) == [["Caritas", "VOL", "RSSMRA80A01H501U", nil]])
            let twin = try await run(stage, file, right)
            #expect(twin.status == 3 && twin.stderr.contains("zona edit soggetto"))
        }

        private func names(_ stage: Stage, _ file: String) async throws {
            for (words, texts) in [
                (
                    ["add", "soggetto", "denominazion=A", "tipo soggeto=VOL", "boh"],
                    ["3 faults", "no column denominazion.", "no column tipo soggeto.", "boh is not understood"]
                ),
                (["add", "soggetto", "Denominazione=A", "denominazione=B"], ["denominazione is given twice"]),
                (["add", "soggetto", "id=1"], ["the id of a row is made by the program"]),
            ] {
                let outcome = try await run(stage, file, words)
                for text in texts { #expect(outcome.stderr.contains(text), "\(text): \(outcome)") }
                #expect(outcome.status != 0)
            }
            let added = try await run(
                stage, file, ["add", "soggetto", "Nàme=Lilt", "Tipo di soggetto=VOL", "PEC:null"])
            #expect(added.status == 0, "\(added)")
            let id = added.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
            try await stage.zona(file, "edit", id, "Telefono=0744 2")
            #expect(try bodies(stage, file).contains(["Lilt", "VOL", nil, "0744 2"]))
            try await stage.zona(file, "rm", id)
        }

        private func form(_ stage: Stage, _ file: String) async throws {
            // A wrong answer is told at once and asked again; < goes back, ? tells the codes, . ends.
            let answers = ["", "Avis", "VOLL", "?volont", "VOL", "<", "COO", ".", "s"].joined(separator: "\n") + "\n"
            let added = try await run(stage, file, ["add", "soggetto", "--form"], language: "it", stdin: answers)
            #expect(added.status == 0, "\(added)")
            for text in ["Denominazione *: ", "forse si intende", "VOL (", "Scrivere la scheda?"] {
                #expect(added.stderr.contains(text), "\(text): \(added.stderr)")
            }
            #expect(try bodies(stage, file).map { [$0[0], $0[1]] }.contains(["Avis", "COO"]), "\(added.stderr)")

            let id = added.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
            let left = try await run(stage, file, ["edit", id, "--form"], stdin: "Avis comunale\n")
            #expect(left.status == 130 && left.stderr.contains("nothing was written"))
            #expect(try bodies(stage, file).contains { $0[0] == "Avis" })
            let edited = try await run(stage, file, ["edit", id, "--form"], stdin: "Avis comunale\n.\ny\n")
            #expect(edited.status == 0 && edited.stderr.contains("Name * [Avis]: "), "\(edited)")
            #expect(try bodies(stage, file).contains { $0[0] == "Avis comunale" })
            #expect(try stage.sql(file, "SELECT count(*) FROM zona_touch") == [["0"]])
            try await stage.zona(file, "rm", id)

            // Bytes that are no text are asked for again, and never stored.
            let zona = try Programs.path(of: Programs.zona)
            let bytes = try await stage.run(
                "/bin/sh",
                ["-c", "printf 'Banda \\350\\nBanda\\nVOL\\n.\\ny\\n' | \(zona) add soggetto --form --file \(file)"])
            #expect(bytes.status == 0 && bytes.stderr.contains("no text in UTF-8"), "\(bytes)")
            #expect(try bodies(stage, file).contains { $0[0] == "Banda" })
        }

        private func editor(_ stage: Stage, _ file: String) async throws {
            // First with a fault, then mended: the fault stands at the head of the second page.
            let first =
                "denominazione = Croce Verde\ntipo_soggetto = VOLL\nforma_giuridica = prima\n| seconda = con segno\n"
            let mended = first.replacing("VOLL", with: "VOL")
            let added = try await run(
                stage, file, ["add", "soggetto", "--editor"], editor: try editor(stage, [first, mended]))
            #expect(added.status == 0, "\(added)")
            #expect(try seen(stage, 0).contains("# Name *\n") && seen(stage, 0).contains("\ntipo_soggetto = \n"))
            #expect(try seen(stage, 1).hasPrefix("#! tipo_soggetto") && seen(stage, 1).contains("seconda = con segno"))
            let id = added.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(
                try stage.sql(file, "SELECT forma_giuridica FROM soggetto WHERE id = '\(id)'") == [
                    ["prima\nseconda = con segno"]
                ])

            // Saved as it was, nothing is written; what is not on the page stays as it is.
            let same = try await run(stage, file, ["edit", id, "--editor"], editor: try editor(stage, []))
            #expect(same.status == 130 && same.stderr.contains("nothing was written"))
            let edited = try await run(
                stage, file, ["edit", id, "--editor"], editor: try editor(stage, ["telefono = 0744 1\n"]))
            #expect(edited.status == 0 && edited.stdout.contains("telefono: - -> 0744 1"), "\(edited)")
            #expect(
                try stage.sql(file, "SELECT forma_giuridica FROM soggetto WHERE id = '\(id)'") == [
                    ["prima\nseconda = con segno"]
                ])
            // What comes while the page lies open is not written over; the page is kept.
            let script = "\(stage.folder)/meanwhile"
            let zona = try Programs.path(of: Programs.zona)
            let lines = """
                '\(zona)' edit \(id) 'telefono=0744 2' --file '\(file)' > /dev/null
                printf 'telefono = 0744 3\\n' > "$1"
                """
            try Data(lines.utf8).write(to: URL(filePath: script))
            let late = try await run(stage, file, ["edit", id, "--editor"], editor: "sh \(script)")
            #expect(late.status == 4 && late.stderr.contains("it is now “0744 2”"), "\(late)")
            #expect(late.stderr.contains("kept in "))
            #expect(try stage.sql(file, "SELECT telefono FROM soggetto WHERE id = '\(id)'") == [["0744 2"]])
            // Given back with its faults the page ends with them, and is kept; the record is free again.
            let faulty = try await run(
                stage, file, ["edit", id, "--editor"], editor: try editor(stage, ["tipo_soggetto = VOLL\n"]))
            #expect(faulty.status == 3 && faulty.stderr.contains("perhaps VOL"), "\(faulty)")
            let kept = try #require(faulty.stderr.split(separator: "kept in ").last?.split(separator: "\n").first)
            #expect(try String(contentsOfFile: String(kept), encoding: .utf8).contains("tipo_soggetto = VOLL"))
            #expect(try stage.sql(file, "SELECT count(*) FROM zona_touch") == [["0"]])
            let failed = try await run(stage, file, ["edit", id, "--editor"], editor: "false")
            #expect(failed.status == 2 && failed.stderr.contains("nothing was written"))
        }

        private func json(_ stage: Stage, _ file: String) async throws {
            let before = try bodies(stage, file).count
            let records =
                #"[{"denominazione":"Uno","tipo_soggetto":"VOL"},{"denominazione":"Due","tipo_soggetto":"X"}]"#
            let refused = try await run(stage, file, ["add", "soggetto", "--from-json", "-", "--json"], stdin: records)
            let faults = try Stage.decode(Refusal.self, refused.stderr).error.faults
            #expect(faults.map(\.record) == [2] && faults.map(\.column) == ["tipo_soggetto"])
            #expect(try bodies(stage, file).count == before)

            let added = try await run(
                stage, file, ["add", "soggetto", "--from-json", "-"], stdin: records.replacing("\"X\"", with: "\"VOL\"")
            )
            #expect(added.status == 0 && added.stdout.split(separator: "\n").count == 2)
            // What show prints can be edited and given back; it is no new record.
            let id = String(added.stdout.prefix(36))
            let shown = try await stage.zona(file, "show", id, "--json")
            let again = try await run(stage, file, ["add", "soggetto", "--from-json", "-"], stdin: shown)
            #expect(again.status == 3 && again.stderr.contains("zona edit soggetto --from-json"), "\(again)")
            let given = shown.replacing("\"Uno\"", with: "\"Uno e mezzo\"")
            let edited = try await run(stage, file, ["edit", "soggetto", "--from-json", "-"], stdin: given)
            #expect(edited.status == 0 && edited.stdout.contains("denominazione: Uno -> Uno e mezzo"), "\(edited)")
            // What one object says twice, what two records share, and whose fault it is.
            let one = #"{"denominazione":"Uno","tipo_soggetto":"VOL","codice_fiscale":"80016350821"}"#
            for (records, text) in [
                (#"{"denominazione":"A","denomin\u0061zione":"B","tipo_soggetto":"VOL"}"#, "says denominazione twice"),
                ("[\(one),\(one)]", "record 2: record 1 has the same key (codice_fiscale)"),
                ("[\(one),{\"boh\":1}]", "record 2: soggetto has no column boh"),
                ("[{\"boh\":1},{\"mah\":1,\"bah\":2}]", "3 faults, nothing was written:\n  record 1: soggetto has no"),
                ("{\"denominazione\":\"A\",\"Denominazione\":\"B\"}", "record 1: denominazione is given twice"),
            ] {
                let outcome = try await run(stage, file, ["add", "soggetto", "--from-json", "-"], stdin: records)
                #expect(outcome.status != 0 && outcome.stderr.contains(text), "\(text): \(outcome)")
            }
            let twice = try await run(
                stage, file, ["edit", "soggetto", "--from-json", "-"],
                stdin: "[{\"id\":\"\(id)\",\"telefono\":\"1\"},{\"id\":\"\(id)\",\"telefono\":\"2\"}]")
            #expect(twice.status == 3 && twice.stderr.contains("records 1 and 2 are the same one"), "\(twice)")
            for wrong in ["", "{", "[]", "3", "[3]", #"{"colonna":1}"#, #"{"denominazione":[1]}"#] {
                let outcome = try await run(stage, file, ["add", "soggetto", "--from-json", "-"], stdin: wrong)
                #expect(outcome.status == 4 || outcome.status == 3, "\(wrong): \(outcome)")
            }
        }

        private func removal(_ stage: Stage, _ file: String) async throws {
            let parent = try await stage.zona(file, "add", "progetto_rete", "titolo=Rete")
            for name in ["Uno", "Due", "Tre", "Quattro"] {
                try await stage.zona(file, "add", "progetto_rete", "titolo=\(name)", "padre_id=Rete")
            }
            for (language, text) in [("en", "4 rows of progetto_rete"), ("it", "4 righe di progetto_rete")] {
                let refused = try await run(stage, file, ["rm", parent], language: language)
                #expect(refused.status == 3 && refused.stderr.contains(text), "\(refused)")
                #expect(refused.stderr.contains("zona list progetto_rete --where padre_id="))
            }
            let trial = try await run(stage, file, ["rm", parent, "--dry-run", "--json"])
            #expect(try Stage.decode(Standing.self, trial.stderr).error.faults.map(\.count) == [4])
            let ids = try stage.sql(file, "SELECT id FROM progetto_rete WHERE padre_id IS NOT NULL").compactMap {
                $0[0]
            }
            for id in ids { try await stage.zona(file, "rm", id) }
            #expect(
                try await run(stage, file, ["rm", parent, "--dry-run"], language: "it").stdout.contains(
                    "sarebbe eliminata"))
            #expect(try stage.sql(file, "SELECT count(*) FROM progetto_rete") == [["1"]])
            try await shapes(stage, file, parent)
            try await stage.zona(file, "rm", parent)
            #expect(try stage.sql(file, "SELECT count(*) FROM progetto_rete") == [["0"]])
        }

        /// What the answers look like is written down in `docs/json.schema.json`.
        private func shapes(_ stage: Stage, _ file: String, _ id: String) async throws {
            let schema = try JSONSchema(file: try Programs.file("docs/json.schema.json"))
            for (definition, words) in [
                ("entry", ["add", "progetto_rete", "titolo=Altra"]), ("entry", ["edit", id, "titolo=Altra"]),
                ("rm", ["rm", id]),
            ] {
                let outcome = try await run(stage, file, words + ["--dry-run", "--json"])
                #expect(try schema.faults(of: outcome.stdout, under: definition) == [], "\(words)")
            }
        }
    }
}
