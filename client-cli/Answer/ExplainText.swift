import ReplicaStore
import SyncCore
import SyncWire
import Texts

/// Why a record's values are what they are: column by column, who wrote it, against what, by which rule, what lost.
struct ExplainText {
    let story: RecordStory
    /// The columns to explain; all when nobody said which.
    let columns: [Int]

    private struct Written {
        let place: Int
        let entry: HistoryAnswer.Entry
        let version: HistoryAnswer.Version
        let value: Value
    }

    func text(width: Int) throws -> String {
        var lines: [String] = []
        if story.row == nil { lines.append(try gone()) }
        for column in columns { lines += [""] + (try self.lines(column)) }
        return try story.page(lines, width: width)
    }

    private func gone() throws -> String {
        guard let hub = story.hub else { return localized("the record is not here") }
        let deleted = ValueCoding.bytes(of: .integer(0))
        let by = hub.entries.last { entry in
            entry.versions.contains {
                $0.group == ColumnGroup.existence && $0.values == deleted && $0.standing == .shows
            }
        }
        guard let by else { return localized("the record is not here") }
        return localized("deleted by \(try story.writer(by)), \(Moment.inWords(by.time.milliseconds))")
    }

    private func lines(_ column: Int) throws -> [String] {
        let described = story.table.columns[column]
        let now = try story.row.map { try story.text($0.values[column], column) }
        let mark = story.row?.mark(of: described) ?? ""
        var lines = ["\(described.name) = \(now ?? "-")\(mark)"]
        let waits = story.pendingColumns().first { $0.column == column }
        if let waits, let pending = story.pending {
            let (author, when) = (Words.author(pending.author), Moment.inWords(pending.changedAt))
            let before =
                try waits.before.map { ", " + localized("in the place of \(try story.text($0, column))") } ?? ""
            lines.append(
                "  " + localized("written here by \(author), \(when)") + before + "; "
                    + localized("not confirmed by the hub"))
        }
        if story.hub == nil {
            lines += try offline(column, isPending: waits != nil)
        } else {
            lines += try online(column, isPending: waits != nil)
        }
        return lines
    }

    // MARK: As the hub tells

    private func written(_ column: Int) -> [Written] {
        guard let hub = story.hub, let group = story.group(of: column) else { return [] }
        return hub.entries.enumerated().flatMap { place, entry in
            entry.versions.filter { $0.group == group.index }.compactMap { version in
                story.values(version)[column].map {
                    Written(place: place, entry: entry, version: version, value: $0)
                }
            }
        }
    }

    private func online(_ column: Int, isPending: Bool) throws -> [String] {
        let all = written(column)
        guard let shown = all.last(where: { $0.version.standing == .shows }) else {
            return ["  " + localized("the hub knows of no change that wrote it")]
        }
        // A change of the whole row writes every column: whose value it is tells the first that wrote it.
        let origin = first(of: shown, among: all)
        let atHub = isPending ? localized("at the hub \(try story.text(shown.value, column))") + ", " : ""
        var lines = ["  " + atHub + localized("written by \(try who(origin))")]
        if let decided = decided(origin.entry) { lines.append("  \(decided)") }
        let before = replaced(by: origin, shown, among: all)
        for other in before.reversed() {
            let value = try story.text(other.value, column)
            lines.append("  " + localized("in the place of \(value), by \(try who(other))"))
        }
        let group = story.group(of: column)
        if let rule = group?.rule {
            lines.append("  " + localized("rule \(rule.rawValue): of changes made apart \(rule.words)"))
        }
        let lost = all.filter { other in
            other.value != origin.value && other.place != origin.place
                && !before.contains { $0.place == other.place }
                && (other.version.standing == .beside || story.areApart(other.place, origin.place))
        }
        for other in lost {
            let listing = story.hub?.listings.first { $0.loser == other.entry.dot && $0.group == other.version.group }
            let conflict = listing.map { ", \(ConflictText.short($0.conflict)), \(ConflictText.state("\($0.state)"))" }
            let value = try story.text(other.value, column)
            lines.append("  " + localized("lost \(value), by \(try who(other))") + (conflict ?? ""))
        }
        return lines
    }

    /// The oldest of the changes that wrote this value, each in the place of the one before.
    private func first(of shown: Written, among all: [Written]) -> Written {
        var current = shown
        while let before = all.last(where: { other in
            other.version.standing == .replaced(by: current.entry.dot) && other.value == current.value
                && other.place < current.place
        }), decided(current.entry) == nil {
            current = before
        }
        return current
    }

    /// The other values in whose place this one stands: put there by the change that shows, by the one that first wrote
    /// the value, or by those between them that wrote the same.
    private func replaced(by origin: Written, _ shown: Written, among all: [Written]) -> [Written] {
        var same = [origin.entry.dot, shown.entry.dot]
        same += all.filter { $0.version.standing == .passed && $0.value == origin.value }.map(\.entry.dot)
        return all.filter { other in
            guard case .replaced(let dot) = other.version.standing else { return false }
            return other.value != origin.value && same.contains(dot)
        }
    }

    private func who(_ written: Written) throws -> String {
        let gone = written.entry.origin == .gone ? " " + localized("(its batch was pruned)") : ""
        return "\(try story.writer(written.entry)), \(Moment.inWords(written.entry.time.milliseconds))\(gone)"
    }

    private func decided(_ entry: HistoryAnswer.Entry) -> String? {
        guard case .batch(_, _, _, let decides) = entry.origin, let conflict = decides.first else { return nil }
        return story.decided(conflict, near: entry.time)
    }

    // MARK: As this replica knows

    private func offline(_ column: Int, isPending: Bool) throws -> [String] {
        let name = story.table.columns[column].name
        let about = story.conflicts.filter { $0.columns.contains(name) && $0.kind != "duplicate" }
        var lines: [String] = []
        for conflict in about {
            guard let index = conflict.columns.firstIndex(of: name) else { continue }
            let state =
                conflict.decidedHere ? localized("decided here, not sent") : ConflictText.state(conflict.state)
            let rule = localized("rule \(conflict.rule)")
            lines.append("  \(ConflictText.short(conflict.id)), \(state), \(rule)")
            for (isShown, side) in [(true, conflict.shown), (false, conflict.other)]
            where index < side.values.count {
                let value = try story.text(side.values[index], column)
                let who = "\(ConflictText.writer(side, of: conflict)), \(Moment.inWords(side.time))"
                lines.append(
                    "    " + (isShown ? localized("showed \(value), by \(who)") : localized("lost \(value), by \(who)"))
                )
            }
        }
        if lines.isEmpty, !isPending {
            lines.append("  " + localized("as the hub had it at the last sync; who wrote it only the hub can say"))
        }
        return lines
    }

    // MARK: JSON

    func json() throws -> JSONValue {
        guard case .object(var members) = try HistoryText(story: story).json() else { return .null }
        members["entries"] = nil
        members["columns"] = .array(try columns.map(json))
        return .object(members)
    }

    private func json(_ column: Int) throws -> JSONValue {
        let all = written(column)
        let shown = all.last { $0.version.standing == .shows }
        let origin = shown.map { first(of: $0, among: all) }
        func json(_ written: Written) throws -> JSONValue {
            .object([
                "value": ValueText.json(written.value),
                "written_by": .text(try story.writer(written.entry, anonymous: "another program")),
                "time": .integer(written.entry.time.milliseconds), "dot": .text(written.entry.dot.description),
            ])
        }
        let lost = all.filter { other in
            guard let origin else { return false }
            return other.value != origin.value && other.place != origin.place
                && (other.version.standing == .beside || story.areApart(other.place, origin.place))
        }
        return .object([
            "column": .text(story.table.columns[column].name),
            "value": story.row.map { ValueText.json($0.values[column]) } ?? .null,
            "pending": .bool(story.pendingColumns().contains { $0.column == column }),
            "rule": .optional(story.group(of: column)?.rule.rawValue),
            "written": try origin.map(json) ?? .null,
            "replaced": .array(
                try origin.flatMap { origin in shown.map { replaced(by: origin, $0, among: all) } }?.map(json) ?? []),
            "lost": .array(try lost.map(json)),
        ])
    }
}
