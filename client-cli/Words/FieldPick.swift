import ReplicaStore
import SyncCore
import Texts

/// What `conflicts resolve` is told about one conflict: a side for all of it, sides or new values for single fields.
struct FieldPick {
    enum Side: String, CaseIterable {
        case shown, other
    }

    /// `column:shown` or `column:other`; nothing for any other word.
    static func read(_ word: String) -> (column: String, side: Side)? {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let side = Side(rawValue: String(parts[1])) else { return nil }
        return (String(parts[0]), side)
    }

    /// The choice that these words make: what they do not name is taken from `rest`, or stays as it stands.
    static func choice(
        _ words: [String], rest: Side?, _ conflict: Conflict, _ table: TableDescription, _ store: ReplicaStore
    ) throws -> ConflictChoice {
        let picks = words.compactMap(read)
        let values = try TypedValues(store: store, table: table).read(words.filter { read($0) == nil })
        guard !words.isEmpty else { return rest == .other ? .other : .shown }
        var chosen: [String: Side] = [:]
        for pick in picks {
            guard conflict.columns.contains(pick.column) else {
                let columns = conflict.columns.joined(separator: ", ")
                let about = columns.isEmpty ? localized("whether the record exists") : columns
                throw CommandFailure(
                    .notFound, "unknown-column",
                    localized("this conflict is not about \(pick.column): it is about \(about)"))
            }
            let isTwice = chosen.updateValue(pick.side, forKey: pick.column) != nil
            guard !isTwice, !values.contains(where: { table.columns[$0.column].name == pick.column }) else {
                throw CommandFailure(.usage, "usage", localized("\(pick.column) is given twice"))
            }
        }
        return choice(conflict, table, values) { chosen[$0] ?? rest ?? .shown }
    }

    /// Field by field: `values` are new ones, of every other column `side` says whose.
    static func choice(
        _ conflict: Conflict, _ table: TableDescription, _ values: [(column: Int, value: Value)],
        side: (String) -> Side
    ) -> ConflictChoice {
        let differing = ThreeWay.disputed(conflict)
        if values.isEmpty, differing.allSatisfy({ side($0) == .other }) { return .other }
        var written = values
        for (index, name) in conflict.columns.enumerated() where side(name) == .other && differing.contains(name) {
            guard let column = table.column(named: name), index < conflict.other.values.count,
                !values.contains(where: { $0.column == column })
            else { continue }
            written.append((column, conflict.other.values[index]))
        }
        return written.isEmpty ? .shown : .new(written)
    }
}
