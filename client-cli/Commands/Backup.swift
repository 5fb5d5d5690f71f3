import ArgumentParser
import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import Texts

/// `zona backup`.
struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Copy this replica and its key into a dated folder, checked."),
        discussion: localized(
            """
            What the hub has can be had again from the hub; a backup is for what was not sent yet, and to go on \
            within a minute on another PC. It is a folder, zona-backup-NAME-TIMEZ, with the file, its private key, and \
            sums to check it by (sha256sum -c SHA256SUMS); others may work on the file meanwhile. It goes into the \
            folder of --to, else of ZONA_BACKUPS, else NAME.backups beside the file. Whoever has the key can speak \
            for this PC: keep backups where only you can read them, or leave the key out with --without-key and keep \
            it apart. Never work on two copies at once.

            EXAMPLES
              zona backup --to /media/stick
              zona backup --to /srv/backups --keep 14
              zona restore /media/stick
            """))

    @Option(name: .customLong("to"), help: ArgumentHelp(localized("Where the backup is put."), valueName: "folder"))
    var place: String?

    @Option(
        help: ArgumentHelp(localized("Keep so many backups of this file there; older ones go."), valueName: "number"))
    var keep: Int?

    @Flag(help: ArgumentHelp(localized("Leave the private key out.")))
    var withoutKey = false

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard keep.map({ (1...10_000).contains($0) }) ?? true else {
            throw ValidationError(localized("give --keep as a number from 1 to 10000"))
        }
        guard place?.isEmpty != true else { throw ValidationError(localized("--to takes a folder")) }
    }

    func run() throws {
        let work = try Workplace(options)
        let path = work.store.path
        let target = place ?? Environment.value("ZONA_BACKUPS") ?? BackupNote.defaultFolder(of: path)
        let made = try ReplicaBackup.make(
            of: work.store, in: target, withKey: !withoutKey, keep: keep, now: Moment.now())
        BackupNote(madeAt: made.manifest.madeAt, path: made.path).write(for: path)
        let isSameDisk = FilePlace.disk(of: made.path) == FilePlace.disk(of: path)
        work.answer.give(
            .object([
                "backup": .text(made.path), "made_at": .integer(made.manifest.madeAt), "bytes": .integer(made.bytes),
                "file": .text(path), "key": .bool(made.manifest.hasKey), "same_disk": .bool(isSameDisk),
                "pending_records": .integer(made.manifest.pendingRecords),
                "removed": .array(made.removed.map { .text($0) }),
            ])
        ) {
            var lines = [localized("backed up  \(SafeText.line(made.path)), \(Words.bytes(made.bytes)), checked")]
            let waiting = made.manifest.pendingRecords
            lines.append(
                waiting == 0
                    ? localized("holds      everything; nothing waits to be sent")
                    : localized(
                        waiting, one: "holds      everything, \(waiting) record that waits to be sent among it",
                        other: "holds      everything, \(waiting) records that wait to be sent among it"))
            lines.append(
                made.manifest.hasKey
                    ? localized("key        in it: keep the backup where only you can read it")
                    : localized("key        not in it: keep \(SafeText.line(ReplicaKey.path(for: path))) apart"))
            if isSameDisk {
                lines.append(
                    localized("note       it lies on the disk of the file: it does not help when that disk fails"))
            }
            if !made.removed.isEmpty {
                lines.append(
                    localized(
                        made.removed.count, one: "removed    \(made.removed.count) older backup",
                        other: "removed    \(made.removed.count) older backups"))
            }
            return lines.joined(separator: "\n")
        }
    }
}
