import ArgumentParser
import ReplicaStore
import SyncCore

/// `zona status`.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whose replica this is, when it last met the hub, and what waits. Needs no network.",
        discussion: """
            EXAMPLES
              zona status
              zona status --file narni.sqlite --json
            """)

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let status = try work.store.status()
        work.answer.give(json(status, work)) { text(status, work, now: Moment.now()) }
    }

    private func json(_ status: ReplicaStatus, _ work: Workplace) -> JSONValue {
        let state = status.state
        return .object([
            "file": .text(work.store.path), "operator": .text(work.author.name), "hub": .text(state.hubURL),
            "ambito": .text(state.ambitoName), "ambito_code": .text(state.ambitoCode),
            "ambito_id": .text(state.ambito.description), "comune": .text(state.comuneName),
            "comune_id": .text(state.comune.description), "capofila": .bool(state.isCapofila),
            "number": .text(state.number.description), "schema_version": .integer(state.schemaVersion),
            "last_contact": .optional(state.lastContact), "last_pull": .optional(state.lastPull),
            "last_fault": .optional(state.lastFault), "pending_records": .integer(status.pendingRecords),
            "waiting_batches": .integer(status.waitingBatches), "waiting_bytes": .integer(status.waitingBytes),
            "behind_records": .integer(status.behindRecords), "open_conflicts": .integer(status.openConflicts),
            "contested_conflicts": .integer(status.contestedConflicts), "refused": .integer(status.refusedChanges),
            "inbox_pages": .integer(status.inboxPages), "records": .integer(status.records),
            "clock_offset_ms": .integer(state.clockOffset), "compared": .text(status.comparison.result.rawValue),
            "compared_at": .optional(status.comparison.comparedAt), "next": .text(Self.next(status)),
        ])
    }

    private func text(_ status: ReplicaStatus, _ work: Workplace, now: Int64) -> String {
        let state = status.state
        var lines = [
            "replica    \(SafeText.line(work.store.path)), \(Words.count(status.records, "row"))",
            "comune     \(SafeText.line(state.comuneName))\(state.isCapofila ? ", capofila" : "")",
            "ambito     \(SafeText.line(state.ambitoName)) (\(SafeText.line(state.ambitoCode)))",
            "hub        \(SafeText.line(state.hubURL))",
            "operator   \(SafeText.line(work.author.name))",
            "last sync  \(state.lastContact.map { Moment.inWords($0, now: now) } ?? "never")",
        ]
        if let fault = state.lastFault { lines.append("           the last attempt failed: \(SafeText.line(fault))") }
        lines.append(
            status.pendingRecords == 0
                ? "to send    nothing"
                : "to send    \(Words.count(status.pendingRecords, "record")), "
                    + "\(Words.count(status.waitingBatches, "batch", "batches")) ready, "
                    + Words.bytes(Int64(status.waitingBytes)))
        if status.inboxPages > 0 {
            lines.append("received   \(Words.count(status.inboxPages, "page")) of a pull that is not complete yet")
        }
        if status.behindRecords > 0 {
            let records = Words.count(status.behindRecords, "record")
            lines.append("behind     \(records): others have changed them; syncing brings it")
        }
        lines.append("conflicts  \(status.openConflicts) open, \(status.contestedConflicts) contested")
        lines.append("refused    \(status.refusedChanges)")
        if status.comparison.result == .differs { lines.append("differs    \(Words.differs)") }
        if let clock = ClockNote.text(offset: state.clockOffset) { lines.append("clock      \(clock)") }
        lines.append("next       \(Self.next(status))")
        return lines.joined(separator: "\n")
    }

    /// The one thing that is most worth doing.
    private static func next(_ status: ReplicaStatus) -> String {
        if status.state.lastFault != nil, status.pendingRecords > 0 {
            return "the last sync failed, for the reason above: mend that, then `zona sync`"
        }
        if status.state.lastPull == nil || status.inboxPages > 0 { return "`zona sync`, to get what the ambito has" }
        if status.comparison.result == .differs { return "`zona doctor`: it says which records differ from the hub's" }
        if status.refusedChanges > 0 { return "`zona refused list`: the hub did not take everything" }
        if status.pendingRecords > 0 { return "`zona sync`, when there is network" }
        if status.openConflicts > 0 { return "`zona conflicts list`: somebody must decide" }
        if status.behindRecords > 0 { return "`zona sync`, to get what others have changed" }
        return "nothing: all is sent and decided"
    }
}
