import ReplicaStore
import SyncCore
import Texts

/// A change that is not synced yet, in words and as JSON.
enum UnsyncedText {
    static func operation(_ change: UnsyncedChange) -> String {
        switch change.kind {
        case .insert: localized("added")
        case .update: localized("changed", context: "record")
        case .delete: localized("deleted")
        case .none: localized("changed back")
        }
    }

    static func author(_ change: UnsyncedChange) -> String {
        change.author == "-" ? localized("another program") : change.author
    }

    /// A line a field, indented; in words, so that no sign is needed to tell what was from what is.
    static func fields(_ change: UnsyncedChange) -> [String] {
        let table = change.table
        return change.columns.map { position in
            let column = table.columns[position]
            func text(_ values: [Value]?, _ names: [Int: String]) -> String {
                let value = values?[position] ?? .null
                return SafeText.cut(
                    SafeText.line(RelatedNames.cell(value, column, related: names[position])), to: 200)
            }
            let was = text(change.before, change.namesBefore)
            let now = text(change.now, change.namesNow)
            return switch change.kind {
            case .insert: "    \(column.name): \(now)"
            case .delete: "    \(column.name): \(was)"
            case .update, .none: "    \(column.name): " + localized("was \(was), is \(now)")
            }
        }
    }

    static func json(_ change: UnsyncedChange) -> JSONValue {
        var fields: [String: JSONValue] = [:]
        for position in change.columns {
            fields[change.table.columns[position].name] = .object([
                "was": ValueText.json(change.before?[position] ?? .null),
                "is": ValueText.json(change.now?[position] ?? .null),
            ])
        }
        return .object([
            "table": .text(change.table.name), "id": .text(change.id.description), "name": .optional(change.name),
            "operation": .text(change.kind.rawValue), "fields": .object(fields), "author": .text(change.author),
            "changed_at": .integer(change.changedAt), "sealed": .bool(change.isSealed),
            "behind": .bool(change.isBehind),
        ])
    }
}
