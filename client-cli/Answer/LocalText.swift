import ReplicaStore
import SyncCore

/// What this replica knows of a record by itself.
struct LocalText {
    let story: RecordStory

    /// The conflicts about it and the decisions, when the hub could not be asked.
    func lines() throws -> [String] {
        var lines: [String] = []
        if story.row == nil { lines.append("the record is not here") }
        for conflict in story.conflicts { lines += [""] + (try self.lines(of: conflict)) }
        if story.conflicts.isEmpty {
            lines += ["", "no conflict is known about it; who wrote its values only the hub can say"]
        }
        return lines
    }

    private func lines(of conflict: Conflict) throws -> [String] {
        let id = conflict.id.description.prefix(ShortIDs.shortest)
        var lines = [
            "conflict \(id), \(conflict.decidedHere ? "decided here, not sent" : conflict.state): "
                + ConflictText.fields(conflict)
        ]
        if conflict.kind == "duplicate" { return lines }
        for (word, side) in [("showed", conflict.shown), ("lost", conflict.other)] {
            lines.append(
                "    \(word): \(ConflictText.values(side, conflict, story.table)), by \(ConflictText.writer(side)), "
                    + Moment.inWords(side.time))
        }
        lines.append("    rule \(conflict.rule)")
        for decision in story.decisions where decision.conflict == conflict.id {
            let note = decision.note.isEmpty ? "" : ": “\(decision.note)”"
            lines.append(
                "    \(decision.choice), by \(decision.author), \(Moment.inWords(decision.decidedAt))\(note)")
        }
        return lines
    }

    /// The change that waits here for the hub.
    func pendingLines() throws -> [String] {
        guard let pending = story.pending else { return [] }
        let author = pending.author == "-" ? "another program" : pending.author
        let what =
            story.row == nil ? "deleted it here" : pending.before == nil ? "added it here" : "changed it here"
        var lines = ["", "\(Moment.inWords(pending.changedAt))  \(author) \(what); not confirmed by the hub"]
        guard let row = story.row else { return lines }
        for (column, before) in story.pendingColumns() {
            var line = "    \(story.table.columns[column].name) = \(try story.text(row.values[column], column))"
            if let before { line += "  in the place of \(try story.text(before, column))" }
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
