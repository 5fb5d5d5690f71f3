import ReplicaStore
import SyncCore
import Texts

/// What this replica knows of a record by itself.
struct LocalText {
    let story: RecordStory

    /// The conflicts about it and the decisions, when the hub could not be asked.
    func lines() throws -> [String] {
        var lines: [String] = []
        if story.row == nil { lines.append(localized("the record is not here")) }
        for conflict in story.conflicts { lines += [""] + (try self.lines(of: conflict)) }
        if story.conflicts.isEmpty {
            lines += ["", localized("no conflict is known about it; who wrote its values only the hub can say")]
        }
        return lines
    }

    private func lines(of conflict: Conflict) throws -> [String] {
        let state = conflict.decidedHere ? localized("decided here, not sent") : ConflictText.state(conflict.state)
        var lines = ["\(ConflictText.short(conflict.id)), \(state): \(ConflictText.fields(conflict))"]
        if conflict.kind == "duplicate" { return lines }
        for (isShown, side) in [(true, conflict.shown), (false, conflict.other)] {
            let values = ConflictText.values(side.values, conflict, story.table)
            let who = "\(ConflictText.writer(side, of: conflict)), \(Moment.inWords(side.time))"
            lines.append(
                "    "
                    + (isShown ? localized("showed: \(values), by \(who)") : localized("lost: \(values), by \(who)")))
        }
        lines.append("    " + localized("rule \(conflict.rule)"))
        for decision in story.decisions where decision.conflict == conflict.id {
            let note = decision.note.isEmpty ? "" : ": “\(decision.note)”"
            let (choice, when) = (ConflictText.choice(decision.choice), Moment.inWords(decision.decidedAt))
            lines.append("    " + localized("\(choice), by \(decision.author), \(when)") + note)
        }
        return lines
    }

    /// The change that waits here for the hub.
    func pendingLines() throws -> [String] {
        guard let pending = story.pending else { return [] }
        let author = Words.author(pending.author)
        let what =
            story.row == nil
            ? localized("deleted it here")
            : pending.before == nil ? localized("added it here") : localized("changed it here")
        let said = "\(author) \(what); " + localized("not confirmed by the hub")
        var lines = ["", "\(Moment.inWords(pending.changedAt))  \(said)"]
        guard let row = story.row else { return lines }
        for (column, before) in story.pendingColumns() {
            var line = "    \(story.table.columns[column].name) = \(try story.text(row.values[column], column))"
            if let before { line += "  " + localized("in the place of \(try story.text(before, column))") }
            lines.append(line)
        }
        return lines
    }

    func pendingJSON() throws -> JSONValue {
        guard let pending = story.pending else { return .null }
        var values: [String: JSONValue] = [:]
        for (column, before) in story.pendingColumns() {
            values[story.table.columns[column].name] = .object([
                "before": before.map(ValueText.json) ?? .null,
                "now": story.row.map { ValueText.json($0.values[column]) } ?? .null,
            ])
        }
        return .object([
            "author": .text(pending.author), "changed_at": .integer(pending.changedAt), "values": .object(values),
            "deleted": .bool(story.row == nil), "new": .bool(pending.before == nil),
        ])
    }
}
