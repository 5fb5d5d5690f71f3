import ArgumentParser
import Foundation
import ReplicaStore
import ReplicaSync
import SyncCore

/// `zona doctor`.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check this file and compare it with the hub, record by record.",
        discussion: """
            Looks at the file itself, at the triggers that notice every write, and at whether the rows are what \
            the hub has. Writes that the triggers did not notice (because another program dropped them or \
            switched them off) are named by record and column. --adopt makes them changes of yours, which the \
            next sync sends; --undo puts the hub's rows back and keeps yours beside the refused changes. Changes \
            nothing without one of the three options. Exit code 9 when something is not as it should be.

            EXAMPLES
              zona doctor
              zona doctor --offline
              zona doctor --adopt
              zona doctor --undo
              zona doctor --repair
            """)

    @Flag(help: "Take writes that escaped as changes of yours.")
    var adopt = false
    @Flag(help: "Put the hub's rows back; yours are kept beside the refused changes.")
    var undo = false
    @Flag(help: "Make the triggers anew. --adopt and --undo do it, too.")
    var repair = false
    @Flag(help: "Do not ask the hub: compare with what it said at the last sync.")
    var offline = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard !(adopt && undo) else { throw ValidationError("--adopt or --undo: it cannot be both") }
        guard !((adopt || undo) && offline) else {
            throw ValidationError("--adopt and --undo need the hub's rows: leave --offline out")
        }
    }

    func run() async throws {
        let work = try Workplace(options)
        let store = work.store
        var report = DoctorReport(store: store, health: try store.health())
        report.key = keyState(store)
        report.disk = freeBytes(beside: store.path)
        if offline {
            report.scan = try store.scanDigest(now: Moment.now())
        } else {
            try await compare(store, &report)
        }
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
        report.state = try store.status()
        work.answer.give(report.json) { report.text }
        guard report.isWell else { throw CommandFailure(.differs, "differs", report.remedy) }
    }

    /// A hub that cannot be reached is said, and the rest is still done; every other fault ends the command.
    private func compare(_ store: ReplicaStore, _ report: inout DoctorReport) async throws {
        do {
            let key = try ReplicaKey.load(for: store.path)
            let settings = network.settings
            let comparison = try await Interruption.cancels {
                try await Asking(store: store, key: key, settings: settings).differences()
            }
            report.comparison = comparison
            try store.noteComparison(
                isEqual: comparison.differences.isEmpty && comparison.unnamed.isEmpty, now: Moment.now())
        } catch let fault as SyncFault where isOutOfReach(fault, of: store) {
            guard !adopt && !undo else { throw fault }
            report.unreachable = fault.context
            report.scan = try store.scanDigest(now: Moment.now())
        }
    }

    /// Whether it is only the hub that is missing, for now or, with a replica that lives by stick, for good.
    private func isOutOfReach(_ fault: SyncFault, of store: ReplicaStore) -> Bool {
        if fault.code == .badAddress { return (try? store.state().hubURL.isEmpty) ?? false }
        return fault.isRetryable && fault.code != .busy && fault.code != .cancelled
    }

    private func keyState(_ store: ReplicaStore) -> String? {
        do {
            _ = try ReplicaKey.load(for: store.path)
            return nil
        } catch {
            return CommandFailure(error)?.message ?? "\(error)"
        }
    }

    private func freeBytes(beside path: String) -> Int64? {
        let folder = (path as NSString).deletingLastPathComponent
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder.isEmpty ? "." : folder)
        return (facts?[.systemFreeSize] as? NSNumber)?.int64Value
    }
}
