import ReplicaStore
import ReplicaSync
import SyncCore

/// What a replica says of itself, for people and as JSON.
struct StatusReport {
    let status: ReplicaStatus
    let path: String
    let author: String
    /// What came of asking the hub, if it was asked.
    let check: Result<HubCheck.Answer, SyncFault>?
    /// The process of the service that looks after this file.
    let service: Int32?
    let now: Int64

    private var state: ReplicaState { status.state }

    var json: JSONValue {
        .object([
            "file": .text(path), "operator": .text(author), "hub": .text(state.hubURL),
            "ambito": .text(state.ambitoName), "ambito_code": .text(state.ambitoCode),
            "ambito_id": .text(state.ambito.description), "comune": .text(state.comuneName),
            "comune_id": .text(state.comune.description), "capofila": .bool(state.isCapofila),
            "number": .text(state.number.description), "schema_version": .integer(state.schemaVersion),
            "last_contact": .optional(state.lastContact), "last_pull": .optional(state.lastPull),
            "last_attempt": .optional(state.lastAttempt), "last_fault": .optional(state.lastFault),
            "last_cause": .optional(state.lastCause), "pending_records": .integer(status.pendingRecords),
            "waiting_batches": .integer(status.waitingBatches), "waiting_bytes": .integer(status.waitingBytes),
            "uncaptured_records": .integer(status.uncapturedRecords),
            "uncaptured_bytes": .integer(status.uncapturedBytes),
            "behind_records": .integer(status.behindRecords), "open_conflicts": .integer(status.openConflicts),
            "seq": .integer(Int64(clamping: state.cursor)),
            "hub_seq": .optional(state.hubSeq.map { Int64(clamping: $0) }),
            "seq_behind": .optional(status.seqBehind.map { Int64(clamping: $0) }),
            "contested_conflicts": .integer(status.contestedConflicts), "refused": .integer(status.refusedChanges),
            "inbox_pages": .integer(status.inboxPages), "records": .integer(status.records),
            "clock_offset_ms": .integer(state.clockOffset), "compared": .text(status.comparison.result.rawValue),
            "compared_at": .optional(status.comparison.comparedAt), "service": .bool(service != nil),
            "check": checkJSON, "next": .text(next),
        ])
    }

    private var checkJSON: JSONValue {
        switch check {
        case nil: .null
        case .success(let answer):
            .object([
                "reached": .bool(true), "cause": .optional(clockCause(answer)),
                "hub_seq": .optional(answer.seq.map { Int64(clamping: $0) }),
                "clock_offset_ms": .integer(answer.clockOffset), "event": .optional(answer.event?.rawValue),
            ])
        case .failure(let fault):
            .object([
                "reached": .bool(false), "cause": .text(fault.cause.rawValue), "message": .text(fault.context),
            ])
        }
    }

    /// A clock that is wrong stops nothing, and is still worth a word.
    private func clockCause(_ answer: HubCheck.Answer) -> String? {
        ClockNote.text(offset: answer.clockOffset) == nil ? nil : "clock"
    }

    var text: String {
        var lines = [
            "replica    \(SafeText.line(path)), \(Words.count(status.records, "row"))",
            "comune     \(SafeText.line(state.comuneName))\(state.isCapofila ? ", capofila" : "")",
            "ambito     \(SafeText.line(state.ambitoName)) (\(SafeText.line(state.ambitoCode)))",
            "hub        \(state.hubURL.isEmpty ? "by stick: no address is known" : SafeText.line(state.hubURL))",
            "operator   \(SafeText.line(author))",
            "last sync  \(state.lastContact.map { Moment.inWords($0, now: now) } ?? "never")",
        ]
        lines += faultLines
        if let service { lines.append("service    running (process \(service))") }
        lines += checkLines
        lines.append("to send    \(toSend)")
        lines += receivingLines
        lines.append("conflicts  \(status.openConflicts) open, \(status.contestedConflicts) contested")
        lines.append("refused    \(status.refusedChanges)")
        if status.comparison.result == .differs { lines.append("differs    \(Words.differs)") }
        if let clock = ClockNote.text(offset: state.clockOffset) { lines.append("clock      \(clock)") }
        lines.append("next       \(next)")
        return lines.joined(separator: "\n")
    }

    private var faultLines: [String] {
        guard let fault = state.lastFault else { return [] }
        let when = state.lastAttempt.map { " \(Moment.distance($0, now))" } ?? ""
        let cause = state.lastCause.map { ": \(CauseText.words($0))" } ?? ""
        return ["           the last attempt failed\(when)\(cause)", "           \(SafeText.line(fault))"]
    }

    private var checkLines: [String] {
        switch check {
        case nil: return []
        case .success(let answer):
            var lines = ["checked    the hub answers, and knows this replica"]
            if let clock = ClockNote.text(offset: answer.clockOffset) { lines.append("           \(clock)") }
            if let note = answer.certificateNote { lines.append("           \(SafeText.line(note))") }
            if answer.event != nil {
                lines.append(
                    "           the next sync brings everything once: this file, or the hub, lives anew")
            }
            return lines
        case .failure(let fault):
            return ["checked    \(CauseText.words(fault.cause))", "           \(SafeText.line(fault.context))"]
        }
    }

    private var toSend: String {
        guard status.pendingRecords > 0 || status.waitingBatches > 0 else {
            return state.rescueEpoch == nil ? "nothing" : "what the restored hub lacks, once it has said so"
        }
        let ready =
            "\(Words.count(status.waitingBatches, "batch", "batches")) ready, "
            + Words.bytes(Int64(status.waitingBytes))
        guard status.uncapturedRecords > 0 else { return "\(Words.count(status.pendingRecords, "record")), \(ready)" }
        let rest =
            "\(Words.count(status.uncapturedRecords, "record")) written by other programs, "
            + "about \(Words.bytes(Int64(status.uncapturedBytes))) before compression"
        return "\(Words.count(status.pendingRecords, "record")), \(ready); not made ready yet: \(rest)"
    }

    private var receivingLines: [String] {
        var lines: [String] = []
        if let behind = status.seqBehind, behind > 0 {
            lines.append(
                "to come    at most \(Words.count(Int(clamping: behind), "changed record")), "
                    + "as of the last contact; the last pull was "
                    + (state.lastPull.map { Moment.distance($0, now) } ?? "never"))
        }
        if status.inboxPages > 0 {
            lines.append("received   \(Words.count(status.inboxPages, "page")) of a pull that is not complete yet")
        }
        if status.behindRecords > 0 {
            let records = Words.count(status.behindRecords, "record")
            lines.append("behind     \(records): others have changed them; syncing brings it")
        }
        return lines
    }

    /// The one thing that is most worth doing.
    private var next: String {
        if let failed = nextAfterFault { return failed }
        if state.rescueEpoch != nil {
            return (state.hubURL.isEmpty ? "`zona bundle export`, and take it to the hub" : "`zona sync`, or a bundle")
                + ": the hub was restored, and is given back what it lacks"
        }
        if state.lastPull == nil || status.inboxPages > 0 { return "`zona sync`, to get what the ambito has" }
        if status.comparison.result == .differs { return "`zona doctor`: it says which records differ from the hub's" }
        if status.refusedChanges > 0 { return "`zona refused list`: the hub did not take everything" }
        if status.pendingRecords > 0 {
            if state.hubURL.isEmpty { return "`zona bundle export`, and take it to the hub" }
            return service == nil ? "`zona sync`, when there is network" : "nothing: the service sends it"
        }
        if status.openConflicts > 0 { return "`zona conflicts list`: somebody must decide" }
        if status.behindRecords > 0 { return "`zona sync`, to get what others have changed" }
        return "nothing: all is sent and decided"
    }

    private var nextAfterFault: String? {
        switch check {
        case .failure: return "mend what is said above, then `zona sync`"
        case .success where state.lastFault != nil: return "`zona sync`: the hub can be reached again"
        case .success: return nil
        case nil:
            guard state.lastFault != nil else { return nil }
            let passes = state.lastCause.flatMap { FaultCause(rawValue: $0) }?.isPassing ?? false
            if service != nil && passes { return "nothing: the service tries again by itself" }
            return "the last sync failed, for the reason above: mend that, then `zona sync`; "
                + "`zona status --check` says whether it would reach the hub now"
        }
    }
}
