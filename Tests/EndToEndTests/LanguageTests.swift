import Foundation
import Testing

extension EndToEnd {
    /// The program in Italian and in English, through the real binary and the real argument parser.
    @Suite struct LanguageTests {
        private struct Help: Decodable {
            struct Argument: Decodable {
                struct Name: Decodable { let name: String }
                let names: [Name]?
                let valueName: String?
            }
            struct Command: Decodable {
                let commandName: String
                let abstract: String?
                let arguments: [Argument]?
                let subcommands: [Command]?

                /// The commands and their options, one a line, with nothing that a language changes.
                func lines(under parent: String = "") -> [String] {
                    let name = "\(parent) \(commandName)"
                    let options = (arguments ?? []).map { argument in
                        "\(name): \((argument.names ?? []).map(\.name)) \(argument.valueName ?? "")"
                    }
                    return [name] + options + (subcommands ?? []).flatMap { $0.lines(under: name) }
                }
            }
            let command: Command
        }

        private func say(_ words: [String], _ language: String) async throws -> Outcome {
            let folder = FileManager.default.temporaryDirectory.path
            return try await Command(
                program: try Programs.path(of: Programs.zona), arguments: words,
                environment: ["LC_ALL": language == "it" ? "it_IT.UTF-8" : "C.UTF-8"], folder: folder
            ).run()
        }

        @Test func `Both languages have the same commands and options`() async throws {
            let words = ["--experimental-dump-help"]
            let italian = try Stage.decode(Help.self, try await say(words, "it").stdout).command
            let english = try Stage.decode(Help.self, try await say(words, "en").stdout).command

            #expect(italian.lines() == english.lines() && english.lines().count > 100)
            #expect(italian.abstract != english.abstract)
        }

        @Test func `Help is Italian wherever the language is named, the parser's own words too`() async throws {
            for words in [
                ["--lang", "it", "help"], ["help", "--lang", "it"], ["--lang=it", "--help"], ["--lang", "it"],
            ] {
                let said = try await say(words, "en")
                #expect(said.status == 0 && said.stdout.contains("USO: zona <comando>"), "\(words)")
                #expect(said.stdout.contains("\nCOMANDI:\n") && said.stdout.contains("CODICI D'USCITA"), "\(words)")
                #expect(said.stdout.contains("Aiuto dettagliato: 'zona help <comando>'"), "\(words)")
            }
            let sync = try await say(["sync", "--help", "--lang", "it"], "en").stdout
            let list = try await say(["help", "conflicts", "list"], "it").stdout
            for text in [sync, list] {
                #expect(text.contains("OPZIONI:") && text.contains("Mostra questo aiuto."))
                for english in ["OVERVIEW", "USAGE", "OPTIONS", "default:", "values:", "Show help"] {
                    #expect(!text.contains(english), "\(english)")
                }
            }
            // Broken into lines wherever it may be.
            let unbroken = list.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(unbroken.contains("(valori: oldest, newest, amount, record; se manca: oldest)"))
        }

        @Test(arguments: [
            (["sync", "--nonsense"], "L'opzione '--nonsense' non esiste"),
            (["sync", "--dry-rum"], "Forse '--dry-run'?"), (["sync", "extra"], "Argomento in più: 'extra'"),
            (["sync", "extra", "more"], "2 argomenti in più: 'extra', 'more'"),
            (["sync", "--max-bytes", "x"], "Il valore 'x' non va bene per '--max-bytes <bytes>'"),
            (["sync", "--max-bytes"], "Manca il valore di '--max-bytes <bytes>'"),
            (["sync", "--dry-run=1"], "L'opzione '--dry-run' non vuole valori, ma è indicato '1'."),
            (["conflicts", "show"], "Manca l'argomento '<id>'"),
            (["conflicts", "list", "--order", "x"], "Il valore 'x' non va bene per '--order <order>'"),
        ])
        func `A mistake of the command line is told in Italian`(words: [String], text: String) async throws {
            let said = try await say(words, "it")

            #expect(said.status == 2)
            #expect(said.stderr.contains("Errore: ") && said.stderr.contains("\nUso: zona "))
            #expect(said.stderr.contains(text), "\(said.stderr)")
            for english in ["Error:", "Usage:", "for more information", "Unknown", "invalid", "Please provide"] {
                #expect(!said.stderr.contains(english), "\(said.stderr)")
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `A clerk's day is told in Italian, and in English as before`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let (id, conflict) = try await stage.contested(narni, amelia, "Banca del tempo")

                for (words, italian, english) in [
                    (["status"], "da fare", "next "), (["sync"], "completata", "synchronised with"),
                    (["sync", "--dry-run"], "da ricevere", "would receive"),
                    (["list"], "Soggetto", "Organisation"), (["show", id], "Soggetto (soggetto)", "Organisation ("),
                    (["conflicts"], "mostrato, di", "shown by"),
                    (["conflicts", "show", conflict], "per decidere:", "to decide:"),
                    (["explain", id, "telefono"], "ha perso 0744 1, da", "lost 0744 1, by"),
                    (["history", id], "l'ha modificata", "changed it"),
                    (["refused"], "nessuna modifica rifiutata", "nothing was refused"),
                    (["service", "status"], "non in esecuzione", "does not run"),
                    (["bundle", "export", "\(stage.folder)/up.zona"], "portarlo al server", "take it to the hub"),
                    (["bundle", "inspect", "\(stage.folder)/up.zona"], "di modifiche, da Amelia", "of changes, from"),
                    (
                        ["conflicts", "resolve", conflict, "--take", "shown"], "deciso: resta ciò che valeva",
                        "decided: what stood stays"
                    ),
                ] {
                    for (language, told, other) in [("it", italian, english), ("en", english, italian)] {
                        let said = try await stage.run(
                            Programs.zona, words + ["--file", amelia, "--lang", language])
                        #expect(said.status == 0, "\(words): \(said)")
                        #expect(said.stdout.contains(told), "\(words) in \(language): \(said.stdout)")
                        #expect(!said.stdout.contains(other), "\(words) in \(language): \(said.stdout)")
                        if words.first == "conflicts", words.count > 3 { break }
                    }
                }
                let away = try await stage.run(Programs.zona, ["status", "--file", "nowhere", "--lang", "it"])
                #expect(away.status == 5 && away.stderr.contains("nessuna replica in nowhere"))
            }
        }
    }
}
