import ReplicaStore
import SyncCore

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
}

extension WriteAccess {
    /// Who writes, in words.
    var words: String {
        switch self {
        case .all: "everybody"
        case .owner: "the owner"
        case .ownerAndCapofila: "owner, capofila"
        case .capofila: "capofila"
        case .hub: "the system"
        }
    }
}
