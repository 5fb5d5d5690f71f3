import ReplicaStore
import SyncCore
import Texts

extension StoredRow {
    /// The row with full id, values by column, and what sync says of it.
    func json(_ table: TableDescription, columns: [Int]? = nil) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for column in columns ?? Array(table.columns.indices) {
            members[table.columns[column].name] = ValueText.json(values[column])
        }
        return [
            "id": .text(id.description), "values": .object(members), "pending": .bool(isPending),
            "behind": .bool(isBehind),
            "contested": .bool(isContested), "contested_columns": .array(contestedColumns.map(JSONValue.text)),
            "open_conflicts": .integer(openConflicts),
        ]
    }

    /// What stands behind a value that is provisional until an operator decides.
    func mark(of column: ColumnDescription) -> String {
        contestedColumns.contains(column.name) ? " (C)" : ""
    }

    /// One letter each: `p` not synced, `b` behind, `c` in conflict, `C` contested.
    var marks: String {
        (isPending ? "p" : "") + (isBehind ? "b" : "") + (isContested ? "C" : openConflicts > 0 ? "c" : "")
    }

    /// The same in words.
    var markWords: [String] {
        (isPending ? [localized("not synced yet")] : []) + (isBehind ? [localized("behind")] : [])
            + (isContested ? [localized("contested")] : openConflicts > 0 ? [localized("in conflict")] : [])
    }
}

extension NamedRow {
    /// The row, with its name and those of the records that it points to.
    func json(_ table: TableDescription, columns: [Int]? = nil) -> [String: JSONValue] {
        var members = row.json(table, columns: columns)
        members["name"] = .optional(name)
        var names: [String: JSONValue] = [:]
        for column in columns ?? Array(table.columns.indices) {
            if let name = related[column] { names[table.columns[column].name] = .text(name) }
        }
        members["related"] = .object(names)
        return members
    }

    /// A cell for people, not yet made safe for a terminal.
    func cell(_ column: Int, _ table: TableDescription) -> String {
        RelatedNames.cell(row.values[column], table.columns[column], related: related[column])
    }
}

extension WriteAccess {
    /// Who writes, in words.
    var words: String {
        switch self {
        case .all: localized("everybody")
        case .owner: localized("the owner")
        case .ownerAndCapofila: localized("owner, capofila")
        case .capofila: "capofila"
        case .hub: localized("the system")
        }
    }
}
