import ArgumentParser
import Foundation
import HubService
import HubStore

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fold the log of an ambito again and compare it with what the hub has.",
        discussion: """
            Checks the log's chain, the hash and signature of every batch, and every record, conflict, refusal, \
            history entry, counter and digest. Changes nothing; the hub may be serving meanwhile. It needs as \
            much free disk as the hub's file takes. Exit code 9 when something differs.

            Examples:
              zona-server verify --data /srv/zona
              zona-server verify --data /srv/zona --ambito UMB-11 --keep /tmp/folded.sqlite
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Option(help: "Keep the file that the log was folded into, under this name.")
    var keep: String?

    func run() throws {
        try answering {
            let folder = DataFolder(try common.folder())
            let code = try ambito.code(in: folder)
            let store = try ambito.open(common)
            let scratch = try keep ?? Self.scratch(of: code, in: folder)
            defer { if keep == nil { Self.remove(scratch) } }
            let report = try store.verify(
                foldingInto: scratch, checkpoint: try Self.checkpoint(of: code, in: folder))
            if common.json { try Answer.show(json(report, code)) } else { Answer.show(text(report, code)) }
            guard report.isEqual else {
                throw Failure(.differs, "differs", Self.remedy(report))
            }
        }
    }

    /// Where the log is folded into: a file beside the hub's, named by this process. Those of processes that were
    /// killed go, for they are as large as the hub.
    static func scratch(of code: String, in folder: DataFolder) throws -> String {
        let start = try folder.hubFile(of: code) + ".verify-"
        let place = URL(filePath: start)
        let names = try FileManager.default.contentsOfDirectory(atPath: place.deletingLastPathComponent().path)
        for name in names where name.hasPrefix(place.lastPathComponent) {
            let rest = name.dropFirst(place.lastPathComponent.count)
            guard let process = pid_t(rest), kill(process, 0) != 0, errno == ESRCH else { continue }
            remove(start + rest)
        }
        return start + "\(ProcessInfo.processInfo.processIdentifier)"
    }

    static func checkpoint(of code: String, in folder: DataFolder) throws -> String {
        ((try folder.hubFile(of: code) as NSString).deletingLastPathComponent as NSString)
            .appendingPathComponent("checkpoint.sqlite")
    }

    static func remove(_ scratch: String) {
        HubStore.remove(at: scratch)
    }

    private func json(_ report: HubVerification, _ code: String) -> [String: Any] {
        [
            "ambito": code, "equal": report.isEqual, "entries": report.entries, "batches": report.batches,
            "records": report.records, "faults": report.faults, "difference_count": report.differenceCount,
            "differences": report.differences.map { difference -> [String: Any] in
                [
                    "table": difference.table, "name": difference.name, "kind": difference.kind.rawValue,
                    "columns": difference.columns,
                ]
            },
        ]
    }

    private func text(_ report: HubVerification, _ code: String) -> String {
        let size = "\(report.entries) entries of the log, \(report.batches) batches, \(report.records) records"
        guard !report.isEqual else { return "\(code): equal. \(size)." }
        var lines = ["\(code): NOT equal. \(size)."]
        lines += report.faults.map { "log      \($0)" }
        lines += report.differences.prefix(50).map { difference in
            let columns = difference.columns.isEmpty ? "" : " (\(difference.columns.joined(separator: ", ")))"
            return "\(difference.kind.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)) "
                + "\(difference.table) \(difference.name)\(columns)"
        }
        let more = report.differenceCount - min(50, report.differences.count)
        if more > 0 { lines.append("… and \(more) more: --json names the first thousand") }
        return lines.joined(separator: "\n")
    }

    static func remedy(_ report: HubVerification) -> String {
        if !report.faults.isEmpty {
            return
                "the log itself is damaged or was altered: stop the hub, keep a copy of its folder, and put the last "
                + "good backup back; the replicas give back what it lacks"
        }
        return
            "the log is sound, and what is named above was changed behind the hub's back: stop the hub, keep a copy of "
            + "its folder, and put the last good backup back; the replicas give back what it lacks"
    }
}
