import ArgumentParser
import Foundation
import HubService
import HubStore

struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Back the hub up, while it serves: every ambito, and the keys encrypted to a passphrase.",
        discussion: """
            A backup is a folder: copy it wherever you like, check it with `sha256sum -c SHA256SUMS`. Without
            the passphrase nobody can be the hub again: keep it elsewhere, on paper.

            Examples:
              zona-server backup --data /srv/zona --to /mnt/backup --keep 14
              zona-server backup --check /mnt/backup/zona-backup-20261126T023000Z
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var secret: PassphraseOptions
    @Option(name: .customLong("to"), help: "The folder into which the backup goes.")
    var target: String?
    @Option(help: "How many backups in that folder are kept; older ones are taken away.")
    var keep: Int?
    @Option(help: "Check a backup instead of making one.")
    var check: String?

    func validate() throws {
        guard (target == nil) != (check == nil) else { throw ValidationError("Give either --to or --check.") }
        guard keep ?? 1 > 0 else { throw ValidationError("--keep is at least 1.") }
    }

    func run() throws {
        try answering {
            if let check { return try look(at: BackupFolder(DataFolder(check).path)) }
            let backup = HubBackup(
                data: DataFolder(try common.folder()), target: DataFolder(target ?? "").path,
                passphrase: try secret.passphrase(confirms: true), keep: keep)
            let made = try backup.run(now: Answer.now)
            if common.json {
                try Answer.show([
                    "backup": made.place, "bytes": made.bytes, "ambiti": made.ambiti, "removed": made.removed,
                ])
                return
            }
            Answer.show("Backup of \(made.ambiti.joined(separator: ", ")): \(made.place), \(made.bytes) bytes")
            for name in made.removed { Answer.show("Taken away: \(name)") }
        }
    }

    private func look(at folder: BackupFolder) throws {
        try folder.check()
        let facts = try folder.ambiti().map { try HubStore.facts(ofCopy: "\(folder.path)/\($0)/hub.sqlite") }
        if common.json {
            try Answer.show([
                "backup": folder.path, "ok": true,
                "ambiti": facts.map { ["code": $0.code, "seq": $0.seq] as [String: Any] },
            ])
            return
        }
        Answer.show("\(folder.path) is whole.")
        for fact in facts { Answer.show("  \(fact.code): up to place \(fact.seq) of its log") }
        Answer.show("To try the passphrase as well: zona-server restore --from … --data into an empty folder.")
    }
}

struct Backups: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the backups that are kept, or forget one.",
        discussion: """
            Replicas let go of old batches only when every backup listed here holds them. One that is lost is to
            be forgotten.

            Examples:
              zona-server backups --data /srv/zona
              zona-server backups --data /srv/zona --forget zona-backup-20261126T023000Z
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Option(help: "Forget this backup; its folder is left alone.")
    var forget: String?

    func run() throws {
        try answering {
            let store = try ambito.open(common)
            if let forget { try store.forgetBackup(forget) }
            let backups = try store.backups()
            guard !common.json else {
                try Answer.show([
                    "backups": backups.map { backup -> [String: Any] in
                        [
                            "id": backup.id, "made_at": backup.madeAt, "seq": backup.seq, "bytes": backup.bytes,
                            "place": backup.place, "is_there": isThere(backup),
                        ]
                    }
                ])
                return
            }
            for backup in backups {
                let mark = isThere(backup) ? "" : "  NOT THERE: bring it back, or --forget it"
                Answer.show("\(backup.id)  \(Answer.moment(backup.madeAt))  \(backup.place)\(mark)")
            }
            if backups.isEmpty { Answer.show("No backup yet. Next: zona-server backup --to FOLDER") }
        }
    }

    private func isThere(_ backup: KeptBackup) -> Bool {
        FileManager.default.fileExists(atPath: "\(backup.place)/\(BackupFolder.sums)")
    }
}
