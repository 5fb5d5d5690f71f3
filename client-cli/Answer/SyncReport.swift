import ReplicaStore
import ReplicaSync
import SyncCore
import Texts

/// What a sync did, for people and as JSON.
struct SyncReport {
    private let summary: SyncSummary
    private let status: ReplicaStatus

    init(_ summary: SyncSummary, _ status: ReplicaStatus) {
        self.summary = summary
        self.status = status
    }

    var json: JSONValue {
        .object([
            "captured_changes": .integer(summary.captured.changes),
            "events": .array(summary.events.map { .text($0.rawValue) }),
            "given_back": .object([
                "batches": .integer(summary.batchesGivenBack), "rows": .integer(summary.applied.given),
            ]),
            "kept_aside": .integer(summary.applied.kept),
            "sent": .object(["batches": .integer(summary.batchesSent), "bytes": .integer(summary.bytesSent)]),
            "received": .object(["pages": .integer(summary.pages), "bytes": .integer(summary.bytesReceived)]),
            "applied": .object([
                "rows": .integer(summary.applied.rows), "deleted": .integer(summary.applied.deleted),
                "own": .integer(summary.applied.own), "skipped": .integer(summary.applied.skipped),
            ]),
            "refused_now": .integer(summary.applied.refused), "refused": .integer(status.refusedChanges),
            "open_conflicts": .integer(status.openConflicts),
            "contested_conflicts": .integer(status.contestedConflicts),
            "pending_records": .integer(status.pendingRecords), "behind_records": .integer(status.behindRecords),
            "clock_offset_ms": .integer(summary.clockOffset),
            "compared": .text(status.comparison.result.rawValue),
            "certificate_note": .optional(summary.certificateNote),
            "wire": .object(["sent": .integer(summary.wireSent), "received": .integer(summary.wireReceived)]),
            "stopped_by": .optional(summary.stoppedBy?.rawValue),
            "left": .object([
                "batches": .integer(status.waitingBatches), "bytes": .integer(bytesLeft),
                "seq": .optional(status.seqBehind.map { Int64(clamping: $0) }),
            ]),
        ])
    }

    /// What still has to go; of a batch that was cut, all but what the hub has.
    private var bytesLeft: Int64 {
        max(0, Int64(status.waitingBytes) - summary.batchBytesHeld)
    }

    private var left: String {
        let send =
            status.waitingBatches == 0
            ? localized("nothing to send")
            : localized("\(Words.bytes(bytesLeft)) to send in \(Words.batches(status.waitingBatches))")
        guard let behind = status.seqBehind else { return localized("\(send); how much is to come is not known") }
        return behind == 0 ? send : localized("\(send); \(Words.atMost(behind)) to come")
    }

    var text: String {
        let applied = summary.applied
        let ambito = SafeText.line(status.state.ambitoName)
        var facts = Facts()
        facts.sentence(
            summary.stoppedBy == nil
                ? localized("synchronised with \(ambito)") : localized("synchronised in part with \(ambito)"))
        facts.add(
            localized("sent"), "\(Words.batches(summary.batchesSent)), \(Words.bytes(summary.bytesSent))")
        facts.add(
            localized("received"), "\(Words.pages(summary.pages)), \(Words.bytes(summary.bytesReceived))")
        facts.add(localized("applied"), Words.applied(rows: applied.rows, deleted: applied.deleted))
        if summary.stoppedBy != nil { facts.add(localized("left"), left) }
        for event in summary.events { Self.add(event, to: &facts) }
        if summary.batchesGivenBack > 0 || applied.given > 0 {
            let rows = Words.rows(applied.given)
            let rest = applied.given > 0 ? ", " + localized("\(rows) with the next sync") : ""
            facts.add(localized("given back"), Words.batches(summary.batchesGivenBack) + rest)
        }
        if applied.kept > 0 {
            let rows = Words.rows(applied.kept)
            facts.add(
                localized("kept aside"), localized("\(rows) that the hub's replaced: `zona refused list` shows them"))
        }
        if applied.skipped > 0 {
            let records = Words.records(applied.skipped)
            facts.add(
                localized("skipped"),
                localized("\(records) that you are working on: a later sync brings what others changed"))
        }
        SyncReport.addToLookAt(applied, status, to: &facts)
        if let clock = ClockNote.text(offset: summary.clockOffset) { facts.add(localized("clock"), clock) }
        if let note = summary.certificateNote { facts.add(localized("note"), SafeText.line(note)) }
        return facts.text
    }
}

extension SyncReport {
    /// What somebody should look at after what came was applied.
    static func addToLookAt(_ applied: ApplySummary, _ status: ReplicaStatus, to facts: inout Facts) {
        if applied.refused > 0 {
            let changes = applied.refused
            facts.add(
                localized("refused"),
                localized(
                    changes, one: "\(changes) change of yours: `zona refused list` says why",
                    other: "\(changes) changes of yours: `zona refused list` says why"))
        }
        if status.openConflicts > 0 {
            let (open, contested) = (status.openConflicts, status.contestedConflicts)
            let how = contested > 0 ? localized("\(open) open, \(contested) contested") : localized("\(open) open")
            facts.add(localized("conflicts"), how + ": `zona conflicts list`")
        }
        if status.comparison.result == .differs { facts.add(localized("differs"), Words.differs) }
    }

    private static func add(_ event: IdentityEvent, to facts: inout Facts) {
        switch event {
        case .metHub:
            facts.add(
                localized("hub"),
                localized("it was restored since the last sync: what it lacked was given back, both were compared"))
        case .forked:
            facts.add(localized("file"), copied)
        case .startedAfresh:
            facts.add(
                localized("file"),
                localized("it was away for longer than the hub remembers deletions: it was brought up to date anew"))
        }
    }

    /// What is said of a file that goes on under a new number.
    static var copied: String {
        localized("it was copied, or put back from a backup: it goes on under a new number, nothing is lost")
    }
}

/// What to tell people of a PC's clock.
enum ClockNote {
    /// - Parameter offset: milliseconds to add to this PC's clock to get the hub's. Nothing when it is near enough.
    static func text(offset: Int64) -> String? {
        guard offset.magnitude > UInt64(Limits.clockNoticeMilliseconds) else { return nil }
        let length = Moment.length(Int64(clamping: offset.magnitude / 1000))
        return offset > 0
            ? localized("this PC is \(length) behind the hub: set its clock; your changes are dated right")
            : localized("this PC is \(length) ahead of the hub: set its clock; your changes are dated right")
    }
}
