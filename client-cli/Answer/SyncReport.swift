import ReplicaStore
import ReplicaSync
import SyncCore

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
            ? "nothing to send"
            : "\(Words.bytes(bytesLeft)) to send in \(Words.count(status.waitingBatches, "batch", "batches"))"
        guard let behind = status.seqBehind else { return "\(send); how much is to come is not known" }
        return behind == 0 ? send : "\(send); at most \(Words.count(Int(clamping: behind), "changed record")) to come"
    }

    var text: String {
        let applied = summary.applied
        let how = summary.stoppedBy == nil ? "synchronised" : "synchronised in part"
        var lines = [
            "\(how) with \(SafeText.line(status.state.ambitoName))",
            "sent       \(Words.count(summary.batchesSent, "batch", "batches")), \(Words.bytes(summary.bytesSent))",
            "received   \(Words.count(summary.pages, "page")), \(Words.bytes(summary.bytesReceived))",
            "applied    \(Words.count(applied.rows, "row")), \(applied.deleted) deleted",
        ]
        if summary.stoppedBy != nil { lines.append("left       \(left)") }
        lines += summary.events.map(Self.text)
        if summary.batchesGivenBack > 0 || applied.given > 0 {
            let batches = Words.count(summary.batchesGivenBack, "batch", "batches")
            let rest = applied.given > 0 ? ", \(Words.count(applied.given, "row")) with the next sync" : ""
            lines.append("given back \(batches)\(rest)")
        }
        if applied.kept > 0 {
            let rows = Words.count(applied.kept, "row")
            lines.append("kept aside \(rows) that the hub's replaced: `zona refused list` shows them")
        }
        if applied.skipped > 0 {
            let records = Words.count(applied.skipped, "record")
            lines.append("skipped    \(records) that you are working on: a later sync brings what others changed")
        }
        lines += SyncReport.toLookAt(applied, status)
        if let clock = ClockNote.text(offset: summary.clockOffset) { lines.append("clock      \(clock)") }
        if let note = summary.certificateNote { lines.append("note       \(SafeText.line(note))") }
        return lines.joined(separator: "\n")
    }
}

extension SyncReport {
    /// What somebody should look at after what came was applied.
    static func toLookAt(_ applied: ApplySummary, _ status: ReplicaStatus) -> [String] {
        var lines: [String] = []
        if applied.refused > 0 {
            lines.append("refused    \(Words.count(applied.refused, "change")) of yours: `zona refused list` says why")
        }
        if status.openConflicts > 0 {
            let contested = status.contestedConflicts > 0 ? ", \(status.contestedConflicts) contested" : ""
            lines.append("conflicts  \(status.openConflicts) open\(contested): `zona conflicts list`")
        }
        if status.comparison.result == .differs { lines.append("differs    \(Words.differs)") }
        return lines
    }

    fileprivate static func text(_ event: IdentityEvent) -> String {
        switch event {
        case .metHub:
            "hub        it was restored since the last sync: what it lacked was given back, both were compared"
        case .forked:
            "file       it was copied, or put back from a backup: it goes on under a new number, nothing is lost"
        case .startedAfresh:
            "file       it was away for longer than the hub remembers deletions: it was brought up to date anew"
        }
    }
}

/// What to tell people of a PC's clock.
enum ClockNote {
    /// - Parameter offset: milliseconds to add to this PC's clock to get the hub's. Nothing when it is near enough.
    static func text(offset: Int64) -> String? {
        guard offset.magnitude > UInt64(Limits.clockNoticeMilliseconds) else { return nil }
        let length = Moment.length(Int64(clamping: offset.magnitude / 1000))
        let side = offset > 0 ? "behind" : "ahead of"
        return "this PC is \(length) \(side) the hub: set its clock; your changes are dated right"
    }
}
