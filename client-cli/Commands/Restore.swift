import ArgumentParser
import Foundation
import ReplicaStore
import ReplicaSync
import Texts

/// `zona restore BACKUP`.
struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Put a backup in the place of this replica; first say what would be lost."),
        discussion: localized(
            """
            Without --yes it changes nothing: it checks the backup and says what this file has that the backup has \
            not. What was sent comes back with the next sync. What was not sent stays only in the old file, which is \
            kept beside the new one as FILE.before-TIMEZ with its key. The hub notices at the next sync that this is \
            an earlier state: it goes on under a new number, and nothing is lost. A stick that was written after the \
            backup is given to the hub before that sync. Stop the service first (zona service uninstall, or \
            systemctl --user stop).

            EXAMPLES
              zona restore /media/stick
              zona restore /srv/backups/zona-backup-narni-20261126T183000Z --yes
              zona restore /media/stick --file narni.sqlite --yes && zona sync --file narni.sqlite
            """))

    @Argument(
        help: ArgumentHelp(
            localized("The backup's folder, or one with several: then the newest of this file."), valueName: "folder"))
    var backup: String

    @Flag(help: ArgumentHelp(localized("Do it.")))
    var yes = false

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let path = options.path
        let answer = Answer(isJSON: options.json)
        if let process = ServiceLock.holder(of: path) {
            throw CommandFailure(
                .syncRunning, "service-running",
                localized(
                    """
                    a service looks after \(path) (process \(process)): stop it first (`zona service uninstall`, or \
                    `systemctl --user stop`); nothing was changed
                    """))
        }
        let backup = try ReplicaBackup(at: backup, of: (path as NSString).lastPathComponent)
        let restore = try ReplicaRestore(backup, to: path)
        let kept = yes ? try restore.run(now: Moment.now()) : nil
        // Brings it up to this program, and says if that cannot be.
        if yes { _ = try ReplicaStore(path: path) }
        let report = RestoreReport(restore: restore, path: path, isDone: yes, kept: kept, now: Moment.now())
        answer.give(report.json) { report.text }
    }
}
