import ReplicaStore
import ReplicaSync
import SyncWire
import Texts

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
        var facts = Facts()
        if isEnrolled {
            let (comune, ambito) = (SafeText.line(status.state.comuneName), SafeText.line(status.state.ambitoName))
            facts.add(localized("enrolled"), localized("as \(comune) in \(ambito)"))
        }
        let made = done.madeAt.map { ", " + localized("made \(Moment.inWords($0))") } ?? ""
        facts.add(localized("taken"), SafeText.line(file) + made)
        if done.kind == .invitation {
            facts.add(localized("keys"), localized("bundles for this hub can be written from now on"))
        }
        if done.acknowledged > 0 {
            let changes = Int(clamping: done.acknowledged)
            facts.add(
                localized("arrived"),
                localized(
                    changes, one: "\(changes) change of yours at the hub",
                    other: "\(changes) changes of yours at the hub"))
        }
        addApplied(to: &facts)
        for event in done.summary.events { Self.add(event, to: &facts) }
        if let problem = done.problem {
            let why = SafeText.line(SyncFault(problem).context)
            facts.add(localized("problem"), localized("the hub did not take all of your bundle: \(why)"))
        }
        if done.needsExport {
            facts.add(localized("next"), localized("bring the hub a new bundle: `zona bundle export`"))
        } else if done.wasKnown && done.kind != .invitation {
            facts.sentence(localized("nothing new: what it holds was here already"))
        }
        return facts.text
    }

    private func addApplied(to facts: inout Facts) {
        let applied = done.summary.applied
        guard done.summary.pages > 0 else { return }
        facts.add(localized("applied"), Words.applied(rows: applied.rows, deleted: applied.deleted))
        if applied.skipped > 0 {
            let records = Words.records(applied.skipped)
            facts.add(
                localized("skipped"), localized("\(records) that you are working on: a later one brings them"))
        }
        if applied.given > 0 || applied.kept > 0 {
            let rows = Words.rows(applied.given)
            facts.add(
                localized("compared"),
                localized("\(rows) for the next bundle, \(applied.kept) kept aside: `zona refused list`"))
        }
        SyncReport.addToLookAt(applied, status, to: &facts)
    }

    private static func add(_ event: IdentityEvent, to facts: inout Facts) {
        switch event {
        case .metHub:
            facts.add(
                localized("hub"), localized("it was restored: it is given back what it lacks with your next bundle"))
        case .forked: facts.add(localized("file"), SyncReport.copied)
        case .startedAfresh:
            facts.add(
                localized("file"),
                localized("it was away for longer than the hub remembers deletions: it is brought up to date anew"))
        }
    }
}
