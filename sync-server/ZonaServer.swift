import ArgumentParser
import Foundation

/// The hub's program: makes ambiti, invites comuni, serves, consolidates.
@main
struct ZonaServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zona-server",
        abstract: "The sync hub of Zona: one data folder, one or many ambiti.",
        discussion: """
            A hub from nothing:
              zona-server init --data /srv/zona --ambito UMB-11 --comuni comuni.csv --name hub.example.it
              zona-server serve --data /srv/zona --host 0.0.0.0 --port 8443 --consolidate-at 03:30
              zona-server invite --data /srv/zona --ambito UMB-11 --comune 055026

            Exit codes: 0 done, 1 unexpected, 2 the command was not understood, 3 a bad value, 4 not found, 5 files, \
            7 a bundle was not taken, 9 something differs.
            """,
        version: "0.1.0",
        subcommands: [
            Init.self, Invite.self, Serve.self, Replicas.self, Revoke.self, Retire.self, Conflicts.self,
            Consolidate.self, Collect.self, Verify.self, Policy.self, Prune.self, Backup.self, Backups.self,
            Restore.self,
            NewLife.self, BundleCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            failure.show(asJSON: CommandLine.arguments.contains("--json"))
            Foundation.exit(failure.status.rawValue)
        } catch {
            let status = exitCode(for: error)
            guard status != .success else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            Foundation.exit(Failure.Status.usage.rawValue)
        }
    }
}

/// Options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(help: "The hub's data folder (or ZONA_DATA).")
    var data: String?

    @Flag(help: "Answer with one JSON document.")
    var json = false

    func folder() throws -> String {
        guard let folder = data ?? ProcessInfo.processInfo.environment["ZONA_DATA"], !folder.isEmpty else {
            throw Failure(.usage, "usage", "which data folder? Give --data FOLDER, or set ZONA_DATA")
        }
        return folder
    }
}
