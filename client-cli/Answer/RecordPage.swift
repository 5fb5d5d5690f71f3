import ReplicaStore
import SyncCore
import Texts

/// One record as `zona show` tells it: its values, what waits to be sent of it, its open conflicts, what belongs to it.
struct RecordPage {
    private let store: ReplicaStore
    private let table: TableDescription
    private let row: NamedRow
    private let conflicts: [Conflict]
    private let waiting: UnsyncedChange?
    private let children: [RelatedRecords]

    init(_ table: TableDescription, _ id: RecordID, _ store: ReplicaStore, children limit: Int) throws {
        var query = RowQuery()
        query.conditions = [RowQuery.Condition(column: nil, test: .compares(.equal, .text(id.description)))]
        var found: NamedRow?
        try store.forEachRow(of: table, query) { found = $0 }
        guard let found else {
            throw CommandFailure(.notFound, "not-found", localized("there is no row \(id) in \(table.name)"))
        }
        var waiting: UnsyncedChange?
        if found.row.isPending { try store.forEachUnsynced(in: [table], id: id) { waiting = $0 } }
        self.store = store
        self.table = table
        self.waiting = waiting
        row = found
        conflicts = try found.row.openConflicts == 0 ? [] : store.openConflicts(about: id)
        children = try store.children(of: id, in: table, limit: limit)
    }

    var json: JSONValue {
        var members = row.json(table)
        members["table"] = .text(table.name)
        members["conflicts"] = .array(conflicts.map { ConflictText.json($0, table) })
        members["waiting_change"] = waiting.map(UnsyncedText.json) ?? .null
        members["children"] = .array(
            children.map { children in
                .object([
                    "table": .text(children.table.name),
                    "column": .text(children.table.columns[children.column].name), "count": .integer(children.count),
                    "rows": .array(
                        children.first.map {
                            .object(["id": .text($0.id.description), "name": .optional($0.name)])
                        }),
                ])
            })
        return .object(members)
    }

    func text(width: Int) throws -> String {
        var lines = ["\(SafeText.line(table.shownLabel)) (\(table.name))", ""]
        lines += try values(width: width) + [""]
        if row.row.isPending {
            lines.append(localized("Not synced yet: `zona sync` sends it."))
            if let waiting {
                lines.append("  \(SafeText.line(UnsyncedText.author(waiting))), \(Moment.inWords(waiting.changedAt))")
                if waiting.kind == .update { lines += UnsyncedText.fields(waiting) }
            }
        }
        if row.row.isBehind {
            lines.append(localized("Behind: a change of somebody else comes with a sync after yours is sent."))
        }
        for conflict in conflicts {
            let subject = ConflictText.subject(conflict)
            let id = conflict.id.description.prefix(ShortIDs.shortest)
            lines.append(
                conflict.isContested
                    ? localized("Contested: \(subject); `zona conflicts show \(id)`")
                    : localized("In conflict: \(subject); `zona conflicts show \(id)`"))
        }
        if !children.isEmpty {
            if lines.last != "" { lines.append("") }
            lines.append(localized("What belongs to it:"))
            for children in children { lines += self.lines(of: children) }
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    private func values(width: Int) throws -> [String] {
        let nameWidth = table.columns.reduce(2) { max($0, $1.name.count) }
        var lines: [String] = []
        func add(_ name: String, _ value: String) {
            let indent = String(repeating: " ", count: nameWidth + 2)
            let wrapped = TextTable.wrap(SafeText.lines(value), width: max(20, width - nameWidth - 2))
            let heading = name + String(repeating: " ", count: nameWidth + 2 - name.count)
            for (index, line) in wrapped.enumerated() { lines.append((index == 0 ? heading : indent) + line) }
        }
        add("id", row.row.id.description)
        for (position, column) in table.columns.enumerated() {
            let value = row.row.values[position]
            var text = ValueText.human(value, column)
            if let id = RelatedNames.id(value), let parent = column.parent {
                let short = String(id.description.prefix(ShortIDs.shortest))
                text = row.related[position].map { "\($0)  [\(parent) \(short)]" } ?? text
            } else if let list = column.codeList, case .text(let code) = value,
                let name = try store.codeName(code, list: list)
            {
                text += "  (\(name))"
            }
            add(column.name, text + row.row.mark(of: column))
        }
        return lines
    }

    private func lines(of children: RelatedRecords) -> [String] {
        let table = children.table
        let column = table.columns[children.column].name
        var lines = ["  \(SafeText.line(table.shownLabel)) (\(table.name).\(column)): \(children.count)"]
        for child in children.first {
            let name = child.name.map { SafeText.cut(SafeText.line($0), to: 80) } ?? ""
            lines.append("    \(child.id.description.prefix(ShortIDs.shortest))  \(name)".trimmedEnd)
        }
        let rest = children.count - children.first.count
        if rest > 0 && !children.first.isEmpty {
            lines.append(
                "    "
                    + localized(
                        "and \(rest) more: zona list \(table.name) --where \(column)=\(row.row.id)"))
        }
        return lines
    }
}

extension String {
    /// Without spaces at the end.
    var trimmedEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
