import ArgumentParser
import Foundation
import Platform
import ReplicaStore
import Texts

/// `zona service uninstall`.
struct ServiceUninstall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall",
        abstract: localized("End the service of this replica, and take its unit away. The replica stays as it is."),
        discussion: Help.discussion(
            examples: """
                  zona service uninstall --file narni.sqlite
                """))

    @Flag(help: ArgumentHelp(localized("The service of the machine instead of your own.")))
    var system = false

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let unit = try ServiceUnits.unit(of: work.store.path, isSystem: system, proxy: nil)
        let path = unit.folder + "/" + unit.name
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .notFound, "not-found",
                localized("there is no unit \(path): no service of this replica is installed there"))
        }
        _ = Systemd.run(Systemd.steps(["disable", "--now", unit.name], isSystem: system))
        guard unlink(path) == 0 else {
            throw CommandFailure(
                .file, "file",
                localized("\(path) cannot be removed (\(String(cString: strerror(errno)))): run it as its owner"))
        }
        _ = Systemd.run(Systemd.steps(["daemon-reload"], isSystem: system))
        work.answer.give(.object(["removed": .text(path)])) { localized("removed: \(SafeText.line(path))") }
    }
}
