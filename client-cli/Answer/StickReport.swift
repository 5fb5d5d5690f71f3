import ReplicaStore
import ReplicaSync
import SyncWire

/// What the import of one file from a stick did, for people and as JSON.
struct StickReport {
    private let file: String
    private let done: StickImport
    private let status: ReplicaStatus
    private let isEnrolled: Bool

    init(_ file: String, _ done: StickImport, _ status: ReplicaStatus, isEnrolled: Bool) {
        self.file = file
        self.done = done
        self.status = status
        self.isEnrolled = isEnrolled
    }

    var json: JSONValue {
        let applied = done.summary.applied
        return .object([
            "file": .text(file), "kind": .text(done.kind.rawValue), "made_at": .optional(done.madeAt),
            "enrolled": .bool(isEnrolled), "known": .bool(done.wasKnown),
            "acknowledged_changes": .integer(Int64(clamping: done.acknowledged)),
            "pages": .integer(done.summary.pages),
            "applied": .object([
                "rows": .integer(applied.rows), "deleted": .integer(applied.deleted), "own": .integer(applied.own),
                "skipped": .integer(applied.skipped),
            ]),
            "events": .array(done.summary.events.map { .text($0.rawValue) }),
            "needs_export": .bool(done.needsExport),
            "problem": done.problem.map { .object(["code": .text("\($0.code)"), "message": .text($0.message)]) }
                ?? .null,
            "refused_now": .integer(applied.refused), "refused": .integer(status.refusedChanges),
            "open_conflicts": .integer(status.openConflicts),
            "contested_conflicts": .integer(status.contestedConflicts),
            "pending_records": .integer(status.pendingRecords), "behind_records": .integer(status.behindRecords),
            "waiting_batches": .integer(status.waitingBatches),
            "compared": .text(status.comparison.result.rawValue),
        ])
    }

    var text: String {
        var lines: [String] = []
        if isEnrolled {
            lines.append(
                "enrolled   as \(SafeText.line(status.state.comuneName)) in \(SafeText.line(status.state.ambitoName))")
        }
        let made = done.madeAt.map { ", made \(Moment.inWords($0))" } ?? ""
        lines.append("taken      \(SafeText.line(file))\(made)")
        if done.kind == .invitation { lines.append("keys       bundles for this hub can be written from now on") }
        if done.acknowledged > 0 {
            lines.append("arrived    \(Words.count(Int(clamping: done.acknowledged), "change")) of yours at the hub")
        }
        lines += applied
        lines += done.summary.events.map(Self.text)
        if let problem = done.problem {
            lines.append("problem    the hub did not take all of your bundle: \(SafeText.line(problem.message))")
        }
        if done.needsExport {
            lines.append("next       bring the hub a new bundle: `zona bundle export`")
        } else if done.wasKnown && done.kind != .invitation {
            lines.append("nothing new: what it holds was here already")
        }
        return lines.joined(separator: "\n")
    }

    private var applied: [String] {
        let applied = done.summary.applied
        guard done.summary.pages > 0 else { return [] }
        var lines = ["applied    \(Words.count(applied.rows, "row")), \(applied.deleted) deleted"]
        if applied.skipped > 0 {
            lines.append(
                "skipped    \(Words.count(applied.skipped, "record")) that you are working on: a later one brings them")
        }
        if applied.given > 0 || applied.kept > 0 {
            lines.append(
                "compared   \(Words.count(applied.given, "row")) for the next bundle, \(applied.kept) kept aside: "
                    + "`zona refused list`")
        }
        lines += SyncReport.toLookAt(applied, status)
        return lines
    }

    private static func text(_ event: IdentityEvent) -> String {
        switch event {
        case .metHub: "hub        it was restored: it is given back what it lacks with your next bundle"
        case .forked:
            "file       it was copied, or put back from a backup: it goes on under a new number, nothing is lost"
        case .startedAfresh:
            "file       it was away for longer than the hub remembers deletions: it is brought up to date anew"
        }
    }
}
