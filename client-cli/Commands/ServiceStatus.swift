import ArgumentParser
import Foundation
import Platform
import ReplicaStore
import Texts

/// `zona service status`.
struct ServiceStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: localized("Say whether a service runs for this replica, and whether one is installed."),
        discussion: Help.discussion(
            localized(
                """
                Whether it gets through to the hub, and why not, `zona status` says.
                """),
            examples: """
                  zona service status
                  zona service status --json
                """))

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let holder = ServiceLock.holder(of: work.store.path)
        let installed = try [false, true].compactMap { isSystem -> String? in
            let unit = try ServiceUnits.unit(of: work.store.path, isSystem: isSystem, proxy: nil)
            let path = unit.folder + "/" + unit.name
            return FileManager.default.fileExists(atPath: path) ? path : nil
        }
        work.answer.give(
            .object([
                "running": .bool(holder != nil), "process": .optional(holder.map { Int64($0) }),
                "units": .array(installed.map { .text($0) }),
            ])
        ) {
            let running = holder.map { localized("runs, process \($0)") } ?? localized("does not run")
            let units =
                installed.isEmpty ? [localized("not installed: zona service install")] : installed.map(SafeText.line)
            var facts = Facts(least: 9)
            facts.add(localized("service"), running)
            for unit in units { facts.add(localized("unit"), unit) }
            return facts.text
        }
    }
}
