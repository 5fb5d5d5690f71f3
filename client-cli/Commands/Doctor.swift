import ArgumentParser
import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import SyncCore
import Texts

/// `zona doctor`.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Check this file, this PC and the way to the hub, and compare record by record."),
        discussion: localized(
            """
            One line a check: what, ok or attention or FAULT, what was found, and what to do. Looked at are the file \
            and where it lies, the triggers that notice every write, the key, disk, clock, time zone, proxy, the way \
            to the hub, the service, the last backup, and whether the rows are what the hub has. Writes that the \
            triggers did not notice (because another program dropped them or switched them off) are named by record \
            and column. --adopt makes them changes of whoever runs it, which the next sync sends; --undo puts the \
            hub's rows back and keeps the others beside the refused changes. Changes nothing without one of the \
            three options. Exit code 9 when there is a FAULT.

            EXAMPLES
              zona doctor
              zona doctor --offline
              zona doctor --adopt
              zona doctor --undo
              zona doctor --repair
            """))

    @Flag(help: ArgumentHelp(localized("Take writes that escaped as changes made now.")))
    var adopt = false
    @Flag(help: ArgumentHelp(localized("Put the hub's rows back; the others are kept beside the refused changes.")))
    var undo = false
    @Flag(help: ArgumentHelp(localized("Make the triggers anew. --adopt and --undo do it, too.")))
    var repair = false
    @Flag(help: ArgumentHelp(localized("Do not ask the hub: compare with what it said at the last sync.")))
    var offline = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard !(adopt && undo) else { throw ValidationError(localized("--adopt or --undo: it cannot be both")) }
        guard !((adopt || undo) && offline) else {
            throw ValidationError(localized("--adopt and --undo need the hub's rows: leave --offline out"))
        }
    }

    func run() async throws {
        let work = try Workplace(options)
        let store = work.store
        var report = try DoctorReport(store: store, proxy: network.settings.proxy, now: Moment.now())
        report.disk = freeBytes(beside: store.path)
        if !offline { try await compare(store, &report) }
        if report.comparison == nil { report.scan = try store.scanDigest(now: Moment.now()) }
        let differences = report.comparison?.differences ?? []
        if adopt && !differences.isEmpty {
            report.adopted = try store.adopt(differences, by: work.author, now: Moment.now())
        }
        if undo && !differences.isEmpty {
            report.undone = try store.undo(differences, by: work.author, now: Moment.now())
        }
        if (repair || adopt || undo) && !report.health.isSound {
            try store.repairTriggers()
            report.repaired = true
        }
        work.answer.give(report.json) { report.text }
        guard report.isWell else { throw CommandFailure(.differs, "differs", report.remedy) }
    }

    /// Asks the hub, each step within seconds. A fault is one line more of the answer, and the rest is still done;
    /// but another sync that is running, Ctrl-C, and what --adopt and --undo cannot do without the hub end the command.
    private func compare(_ store: ReplicaStore, _ report: inout DoctorReport) async throws {
        var settings = network.settings
        settings.connectTimeout = .seconds(6)
        settings.stallTimeout = .seconds(15)
        let asked = settings
        do {
            let key = try ReplicaKey.load(for: store.path)
            let (answer, comparison) = try await Interruption.cancels {
                let answer = try await HubCheck(store: store, settings: asked).run()
                return (answer, try await Asking(store: store, key: key, settings: asked).differences())
            }
            report.contact = .success(answer)
            report.comparison = comparison
            try store.noteComparison(
                isEqual: comparison.differences.isEmpty && comparison.unnamed.isEmpty, now: Moment.now())
        } catch let fault as SyncFault {
            guard !adopt, !undo, fault.code != .busy, fault.code != .cancelled else { throw fault }
            report.contact = .failure(fault)
        }
    }

    private func freeBytes(beside path: String) -> Int64? {
        let folder = (path as NSString).deletingLastPathComponent
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder.isEmpty ? "." : folder)
        return (facts?[.systemFreeSize] as? NSNumber)?.int64Value
    }
}
