import ArgumentParser
import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import Texts

/// `zona service install`.
struct ServiceInstall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: localized(
            "Have systemd run the service of this replica, from now on and after every start of the PC."),
        discussion: Help.discussion(
            localized(
                """
                Without --system it belongs to you and runs while you are logged in; `loginctl enable-linger` lets it \
                run always. With --system (as root) it belongs to the machine and runs as the user who owns the \
                replica. With --to the unit is only written into that folder. A proxy that is given here is kept in \
                the unit.
                """),
            examples: """
                  zona service install --file narni.sqlite
                  sudo zona service install --system --file /srv/zona/narni.sqlite
                  zona service install --to .
                """))

    @Flag(help: ArgumentHelp(localized("A service of the machine instead of one of your own.")))
    var system = false

    @Option(help: ArgumentHelp(localized("Only write the unit into this folder."), valueName: "folder"))
    var to: String?

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let unit = try ServiceUnits.unit(of: work.store.path, isSystem: system, proxy: network.settings.proxy)
        let path = try ServiceUnits.write(unit, to: to)
        // systemd links a unit that lies elsewhere.
        let named = to == nil ? unit.name : URL(filePath: path).standardizedFileURL.path
        let steps = Systemd.steps(["daemon-reload"], ["enable", "--now", named], isSystem: system)
        let done = to == nil && Systemd.run(steps)
        work.answer.give(.object(["unit": .text(path), "started": .bool(done)])) {
            if done { return localized("installed and started: \(SafeText.line(path))") }
            return localized("written: \(SafeText.line(path))") + "\n" + localized("to start it:") + "\n"
                + steps.map { "  " + $0.joined(separator: " ") }.joined(separator: "\n")
        }
    }
}
