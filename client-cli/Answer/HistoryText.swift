import ReplicaStore
import SyncCore
import SyncWire
import Texts

/// The changes of one record, the oldest first.
struct HistoryText {
    let story: RecordStory

    func text(width: Int) throws -> String {
        var lines: [String] = []
        if let hub = story.hub {
            for (place, entry) in hub.entries.enumerated() { lines += [""] + (try entryLines(entry, place, hub)) }
            if hub.record == .unknown {
                lines.append(localized("the hub has no such record that this comune may read"))
            }
        } else {
            lines += try LocalText(story: story).lines()
        }
        lines += try LocalText(story: story).pendingLines()
        return try story.page(lines, width: width)
    }

    private func entryLines(_ entry: HistoryAnswer.Entry, _ place: Int, _ hub: HistoryAnswer) throws -> [String] {
        let when = Moment.inWords(entry.time.milliseconds)
        var lines = ["\(when)  \(try story.writer(entry)) \(verb(entry))"]
        if case .batch(_, _, _, let decides) = entry.origin {
            for conflict in decides { lines.append("    " + decided(conflict, entry)) }
        }
        for version in entry.versions { lines += try versionLines(version, entry, place, hub) }
        return lines
    }

    private func verb(_ entry: HistoryAnswer.Entry) -> String {
        switch entry.origin {
        case .hub: localized("wrote it at the hub")
        case .gone: localized("wrote it (its batch was pruned)")
        case .unread: localized("wrote it")
        case .batch(_, true, _, _): localized("gave it back after a disaster")
        case .batch(.insert, _, _, _): localized("added it")
        case .batch(.update, _, _, _): localized("changed it")
        case .batch(.delete, _, _, _): localized("deleted it")
        }
    }

    private func decided(_ conflict: RecordID, _ entry: HistoryAnswer.Entry) -> String {
        story.decided(conflict, near: entry.time)
    }

    private func versionLines(
        _ version: HistoryAnswer.Version, _ entry: HistoryAnswer.Entry, _ place: Int, _ hub: HistoryAnswer
    ) throws -> [String] {
        guard version.group != ColumnGroup.existence else {
            let isPresent = version.values == ValueCoding.bytes(of: .integer(1))
            guard !isPresent, version.standing == .beside else { return [] }
            return ["    " + localized("against an edit that had not seen it: the record stays")]
        }
        let values = story.values(version)
        let before = try replaced(by: entry.dot, version.group, hub)
        var lines: [String] = []
        for column in story.columns(of: version.group) {
            guard let value = values[column] else { continue }
            let old = before.compactMap { $0.values[column] }
            if before.isEmpty ? value == .null : old.allSatisfy({ $0 == value }) { continue }
            var line = "    \(story.table.columns[column].name) = \(try story.text(value, column))"
            let others = try before.compactMap { other in
                try other.values[column].flatMap {
                    $0 == value ? nil : localized("\(try story.text($0, column)) of \(other.who)")
                }
            }
            let all = others.joined(separator: localized(" and "))
            if !others.isEmpty { line += "  " + localized("in the place of \(all)") }
            lines.append(line)
        }
        let apart = try hub.entries.indices.filter { other in
            other != place && story.areApart(place, other)
                && hub.entries[other].versions.contains { $0.group == version.group }
        }.map { try story.writer(hub.entries[$0]) }
        if !apart.isEmpty {
            lines.append("    " + localized("without having seen the change of \(apart.joined(separator: "; "))"))
        }
        if version.standing == .beside {
            let listing = hub.listings.first { $0.loser == entry.dot && $0.group == version.group }
            let conflict = listing.map { ", \(ConflictText.short($0.conflict)), \(ConflictText.state("\($0.state)"))" }
            lines.append("    " + localized("kept aside") + (conflict ?? ""))
        }
        return lines
    }

    /// What a change replaced in a group: values and whose.
    private func replaced(
        by dot: Dot, _ group: Int, _ hub: HistoryAnswer
    ) throws -> [(values: [Int: Value], who: String)] {
        try hub.entries.flatMap { entry in
            try entry.versions.filter { $0.group == group && $0.standing == .replaced(by: dot) && entry.dot != dot }
                .map { (story.values($0), try story.writer(entry)) }
        }
    }

    // MARK: JSON

    func json() throws -> JSONValue {
        .object([
            "table": .text(story.table.name), "id": .text(story.id.description), "asked": .bool(story.hub != nil),
            "unasked_because": .optional(story.unasked), "last_pull": .optional(story.lastPull),
            "at": .optional(story.hub?.at), "record": .optional(story.hub.map { "\($0.record)" }),
            "more": .bool(story.hub?.isCut ?? false), "pruned_before": .optional(story.hub?.prunedBefore),
            "entries": .array(try (story.hub?.entries ?? []).enumerated().map { try json($1, $0) }),
            "pending": try LocalText(story: story).pendingJSON(),
            "conflicts": .array(story.conflicts.map { ConflictText.json($0, story.table) }),
        ])
    }

    private func json(_ entry: HistoryAnswer.Entry, _ place: Int) throws -> JSONValue {
        var members: [String: JSONValue] = [
            "dot": .text(entry.dot.description), "time": .integer(entry.time.milliseconds),
            "author": .text(String(decoding: entry.author, as: UTF8.self)),
            "written_by": .text(try story.writer(entry, anonymous: "another program")),
            "comune_id": .optional(entry.comune?.description),
            "seen": entry.seen.map { seen in
                .array(seen.map { .text(story.hub?.entries[$0].dot.description ?? "") })
            } ?? .null,
            "versions": .array(entry.versions.map(json)),
        ]
        switch entry.origin {
        case .hub: members["operation"] = .text("hub")
        case .gone: members["operation"] = .text("gone")
        case .unread: members["operation"] = .null
        case .batch(let operation, let isCopy, _, let decides):
            members["operation"] = .text("\(operation)")
            members["copy"] = .bool(isCopy)
            members["decides"] = .array(decides.map { .text($0.description) })
        }
        return .object(members)
    }

    private func json(_ version: HistoryAnswer.Version) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if version.group == ColumnGroup.existence {
            members["exists"] = .bool(version.values == ValueCoding.bytes(of: .integer(1)))
        } else {
            var values: [String: JSONValue] = [:]
            for (column, value) in story.values(version) {
                values[story.table.columns[column].name] = ValueText.json(value)
            }
            members["values"] = .object(values)
        }
        switch version.standing {
        case .shows: members["standing"] = .text("shows")
        case .beside: members["standing"] = .text("beside")
        case .passed: members["standing"] = .text("passed")
        case .replaced(let dot):
            members["standing"] = .text("replaced")
            members["replaced_by"] = .text(dot.description)
        }
        return .object(members)
    }
}
