import ArgumentParser
import Texts

/// The root of all subcommands.
struct Zona: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zona",
        abstract: localized(
            """
            Work on the Piano di Zona with or without network, and synchronise with the hub of the ambito.
            """),
        discussion: Help.discussion(
            localized(
                """
                Everything is written into one file on this PC, the replica; no command but init, sync and \
                consolidate needs the network; explain, history and doctor ask the hub where they can. The replica is \
                the file of --file, else of ZONA_FILE, else zona.sqlite in this folder.
                """),
            examples: """
                  zona init --hub https://hub.example.it:8443 --code ABCDE-...
                  zona list
                  zona list incontro
                  zona add soggetto denominazione='Banca del tempo' tipo_soggetto=VOL
                  zona edit 0190f3c2-5a1e luogo='Sala consiliare'
                  zona sync
                  zona conflicts
                  zona explain 0190f3c2-5a1e telefono

                \(localized("EXIT CODES"))
                \(ExitStatus.table)
                """),
        version: "0.1.0",
        subcommands: [
            Init.self, Status.self, Sync.self, List.self, Show.self, Search.self, Add.self, Edit.self, Remove.self,
            Diff.self,
            Revert.self, Import.self, Export.self, Conflicts.self,
            Explain.self, History.self, Refused.self, BundleCommand.self, Service.self, Consolidate.self, Doctor.self,
            Backup.self, Restore.self, UpgradeCheck.self, CompletionScript.self, Complete.self,
        ])

    /// Says what may be meant by a command that does not exist; the parser would complain of its options instead.
    static func checkName(_ word: String?) throws {
        guard let word, !word.hasPrefix("-") else { return }
        let names =
            ["help"]
            + configuration.subcommands.map { command in
                command.configuration.commandName ?? String(describing: command).lowercased()
            }
        guard names.contains(word) else {
            let suggestion = Suggestion.text(for: word, among: names)
            throw CommandFailure(
                .usage, "usage", localized("there is no command \(word).\(suggestion) `zona help` names them all"))
        }
    }
}
