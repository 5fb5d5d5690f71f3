import ReplicaStore
import ReplicaSync
import SyncCore
import Texts

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
        var facts = Facts()
        facts.add(localized("replica"), "\(SafeText.line(path)), \(Words.rows(status.records))")
        let capofila = state.isCapofila ? ", " + localized("capofila") : ""
        facts.add(localized("comune"), SafeText.line(state.comuneName) + capofila)
        facts.add(localized("ambito"), "\(SafeText.line(state.ambitoName)) (\(SafeText.line(state.ambitoCode)))")
        facts.add(
            localized("hub"),
            state.hubURL.isEmpty ? localized("by stick: no address is known") : SafeText.line(state.hubURL))
        facts.add(localized("operator"), SafeText.line(author))
        facts.add(
            localized("last sync"), state.lastContact.map { Moment.inWords($0, now: now) } ?? localized("never"))
        addFault(to: &facts)
        if let service { facts.add(localized("service"), localized("running (process \(service))")) }
        addCheck(to: &facts)
        facts.add(localized("to send"), toSend)
        addReceiving(to: &facts)
        facts.add(
            localized("conflicts"),
            localized("\(status.openConflicts) open, \(status.contestedConflicts) contested"))
        facts.add(localized("refused"), String(status.refusedChanges))
        if status.comparison.result == .differs { facts.add(localized("differs"), Words.differs) }
        if let clock = ClockNote.text(offset: state.clockOffset) { facts.add(localized("clock"), clock) }
        facts.add(localized("next"), next)
        return facts.text
    }

    private func addFault(to facts: inout Facts) {
        guard let fault = state.lastFault else { return }
        let when = state.lastAttempt.map { " \(Moment.distance($0, now))" } ?? ""
        let cause = state.lastCause.map { ": \(CauseText.words($0))" } ?? ""
        facts.more(localized("the last attempt failed") + when + cause)
        facts.more(SafeText.line(fault))
    }

    private func addCheck(to facts: inout Facts) {
        switch check {
        case nil: break
        case .success(let answer):
            facts.add(localized("checked"), localized("the hub answers, and knows this replica"))
            if let clock = ClockNote.text(offset: answer.clockOffset) { facts.more(clock) }
            if let note = answer.certificateNote { facts.more(SafeText.line(note)) }
            if answer.event != nil {
                facts.more(localized("the next sync brings everything once: this file, or the hub, lives anew"))
            }
        case .failure(let fault):
            facts.add(localized("checked"), CauseText.words(fault.cause))
            facts.more(SafeText.line(fault.context))
        }
    }

    private var toSend: String {
        guard status.pendingRecords > 0 || status.waitingBatches > 0 else {
            return state.rescueEpoch == nil
                ? localized("nothing") : localized("what the restored hub lacks, once it has said so")
        }
        let batches = status.waitingBatches
        let ready = localized(batches, one: "\(batches) batch ready", other: "\(batches) batches ready")
        let captured =
            "\(Words.records(status.pendingRecords)), \(ready), \(Words.bytes(Int64(status.waitingBytes)))"
        guard status.uncapturedRecords > 0 else { return captured }
        let records = Words.records(status.uncapturedRecords)
        let bytes = Words.bytes(Int64(status.uncapturedBytes))
        return captured
            + localized(
                """
                ; not made ready yet, as other programs leave it: \(records), about \(bytes) before compression
                """)
    }

    private func addReceiving(to facts: inout Facts) {
        if let behind = status.seqBehind, behind > 0 {
            let pull = state.lastPull.map { Moment.distance($0, now) } ?? localized("never")
            facts.add(
                localized("to come"),
                "\(Words.atMost(behind)), " + localized("as of the last contact; the last pull was \(pull)"))
        }
        if status.inboxPages > 0 {
            let pages = status.inboxPages
            facts.add(
                localized("received"),
                localized(
                    pages, one: "\(pages) page of a pull that is not complete yet",
                    other: "\(pages) pages of a pull that is not complete yet"))
        }
        if status.behindRecords > 0 {
            let records = Words.records(status.behindRecords)
            facts.add(localized("behind"), localized("\(records): others have changed them; syncing brings it"))
        }
    }

    /// The one thing that is most worth doing.
    private var next: String {
        if let failed = nextAfterFault { return failed }
        if state.rescueEpoch != nil {
            let way = state.hubURL.isEmpty ? Self.byStick : localized("`zona sync`, or a bundle")
            return localized("\(way): the hub was restored, and is given back what it lacks")
        }
        if state.lastPull == nil || status.inboxPages > 0 {
            return localized("`zona sync`, to get what the ambito has")
        }
        if status.comparison.result == .differs {
            return localized("`zona doctor`: it says which records differ from the hub's")
        }
        if status.refusedChanges > 0 { return localized("`zona refused list`: the hub did not take everything") }
        if status.pendingRecords > 0 {
            if state.hubURL.isEmpty { return Self.byStick }
            return service == nil
                ? localized("`zona sync`, when there is network") : localized("nothing: the service sends it")
        }
        if status.openConflicts > 0 { return localized("`zona conflicts list`: somebody must decide") }
        if status.behindRecords > 0 { return localized("`zona sync`, to get what others have changed") }
        return localized("nothing: all is sent and decided")
    }

    private static var byStick: String { localized("`zona bundle export`, and take it to the hub") }

    private var nextAfterFault: String? {
        switch check {
        case .failure: return localized("mend what is said above, then `zona sync`")
        case .success where state.lastFault != nil: return localized("`zona sync`: the hub can be reached again")
        case .success: return nil
        case nil:
            guard state.lastFault != nil else { return nil }
            let passes = state.lastCause.flatMap { FaultCause(rawValue: $0) }?.isPassing ?? false
            if service != nil && passes { return localized("nothing: the service tries again by itself") }
            return localized(
                """
                the last sync failed, for the reason above: mend that, then `zona sync`; `zona status --check` says \
                whether it would reach the hub now
                """)
        }
    }
}
