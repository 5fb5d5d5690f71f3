import Foundation
import Testing

extension EndToEnd {
    /// Every command of the program, run in Italian: none says a text of the catalogue in English. All other tests run in
    /// English.
    @Suite struct EveryCommandTests {
        private struct Help: Decodable {
            struct Command: Decodable {
                let commandName: String
                let subcommands: [Command]?

                func leaves(under parent: [String] = []) -> [[String]] {
                    let path = parent + [commandName]
                    guard let subcommands, !subcommands.isEmpty else { return [path] }
                    return subcommands.flatMap { $0.leaves(under: path) }
                }
            }
            let command: Command
        }

        @Test(.timeLimit(.minutes(3)))
        func `No command says in English what the catalogue has in Italian`() async throws {
            let english = try EnglishTexts()
            #expect(english.found(in: "zona: there is no table x. `zona list` names them all") != nil)
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let (id, conflict) = try await stage.contested(narni, amelia, "Caritas")

                var left = Set(try await commands(stage).map { $0.joined(separator: " ") })
                for (command, words) in try script(stage, id: id, conflict: conflict) {
                    let path = command.split(separator: " ").map(String.init)
                    let takesFile = !["completion", "complete", "help"].contains(command)
                    let said = try await stage.run(
                        Programs.zona,
                        path + words + (takesFile ? ["--file", amelia, "--operator", "Rosa Bianchi"] : []),
                        environment: ["LC_ALL": "it_IT.UTF-8", "XDG_CONFIG_HOME": "\(stage.folder)/config"],
                        stdin: "q\n")
                    #expect(said.status >= 0 && said.status != 1 && said.status < 128, "\(command) \(words): \(said)")
                    let text = english.found(in: said.stdout + "\n" + said.stderr)
                    #expect(text == nil, "\(command) \(words): \(said)")
                    left.remove(command)
                }
                #expect(left == ["service run"], "a command that this test does not know, or one that is gone")
            }
        }

        private func commands(_ stage: Stage) async throws -> [[String]] {
            let dump = try await stage.run(Programs.zona, ["--experimental-dump-help"])
            return try Stage.decode(Help.self, dump.stdout).command.leaves().map { Array($0.dropFirst()) }
        }

        /// Each command as it goes well and, where that says something else, as it does not. In this order: the later
        /// ones find what the earlier ones have done.
        private func script(_ stage: Stage, id: String, conflict: String) throws -> [(String, [String])] {
            let sheet = "\(stage.folder)/foglio.csv"
            try Data("Denominazione;Tipo di soggetto\nAvis;VOL\nAido;VOLL\n".utf8).write(to: URL(filePath: sheet))
            let stick = "\(stage.folder)/su.zona"
            let copies = "\(stage.folder)/copie"
            let code = "AAAAA-AAAAA-AAAAA"
            return [
                ("help", []), ("help", ["add"]), ("completion", ["bash"]), ("complete", ["--", "zona", "li"]),
                ("init", ["--hub", "https://127.0.0.1:1", "--code", code]), ("status", []), ("status", ["--check"]),
                ("sync", ["--dry-run"]), ("sync", []), ("list", []), ("list", ["soggetto"]), ("list", ["sogetto"]),
                ("list", ["soggetto", "--where", "telfono=1"]), ("show", [id]), ("show", ["soggetto", "ffff"]),
                ("search", ["caritas"]), ("search", ["zzzz"]),
                ("add", ["soggetto", "tipo_soggetto=VOLL", "comune_id=Nani"]),
                ("add", ["soggetto", "denominazione=Avis", "tipo_soggetto=VOL"]),
                ("add", ["incontro", "data=31/11/2026"]),
                ("edit", [id, "telefono=0744 3"]), ("edit", [id, "telefono=0744 3"]), ("edit", [id]), ("diff", []),
                ("import", ["soggetto", sheet]), ("import", ["soggetto", sheet, "--yes"]), ("revert", [id]),
                ("revert", [id, "--yes"]), ("rm", [id, "--dry-run"]), ("rm", ["ffff"]),
                ("export", ["soggetto", "--to", "\(stage.folder)/fuori.csv"]), ("conflicts list", []),
                ("conflicts list", ["--kind", "strano"]), ("conflicts show", [conflict]),
                ("conflicts review", []), ("conflicts resolve", [conflict, "--take", "other"]),
                ("conflicts resolve", [conflict, "--take", "other"]), ("conflicts reopen", [conflict]),
                ("conflicts merge", [id, "ffff"]), ("explain", [id, "telefono"]), ("explain", [id, "--offline"]),
                ("history", [id]), ("refused list", []), ("refused show", ["1"]),
                ("refused edit", ["1", "telefono=1"]),
                ("refused resubmit", ["1"]), ("refused drop", ["1"]), ("bundle export", [stick]),
                ("bundle inspect", [stick]), ("bundle import", [stick]), ("service install", ["--to", stage.folder]),
                ("service status", []), ("service uninstall", []),
                ("consolidate", ["--into", "\(stage.folder)/notte"]),
                ("doctor", []), ("doctor", ["--offline"]), ("backup", ["--to", copies]),
                ("restore", ["\(copies)/nessuna"]), ("upgrade-check", []),
            ]
        }
    }
}

/// What the catalogue's English texts have in no Italian one: parts of at least four words between the places.
struct EnglishTexts {
    private let parts: Set<String>

    init() throws {
        var english: Set<String> = []
        var italian = ""
        let folder = try Programs.file("Sources/Texts/Italian")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".po") {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            for entry in text.components(separatedBy: "\n\n").dropFirst() {
                var isKey = false
                var key = ""
                for line in entry.split(separator: "\n") where !line.hasPrefix("#") {
                    if line.hasPrefix("msg") { isKey = line.hasPrefix("msgid") }
                    guard let quote = line.firstIndex(of: "\""), line.hasSuffix("\"") else { continue }
                    let said = line[line.index(after: quote)...].dropLast()
                    if isKey {
                        key += said + (line.hasPrefix("msgid_plural") ? "\\n" : "")
                    } else {
                        italian += said + "\n"
                    }
                }
                for part in key.replacing("\\n", with: "{}").split(separator: /\{\d*\}/) {
                    let plain = part.replacing("\\\"", with: "\"").trimmingCharacters(in: .whitespaces)
                    if plain.split(separator: " ").count >= 4 { english.insert(plain) }
                }
            }
        }
        parts = english.filter { !italian.contains($0) }
    }

    /// A text that is said in English; nothing when there is none.
    func found(in text: String) -> String? {
        let unbroken = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return parts.first { unbroken.contains($0) }
    }
}
