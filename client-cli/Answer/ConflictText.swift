import ReplicaStore
import SyncCore
import Texts

/// A conflict in words and as JSON. "Shown" is the value that the record holds now, "other" the one that was kept
/// aside.
enum ConflictText {
    /// The fields that it is about; whether the record exists is one, too.
    static func fields(_ conflict: Conflict) -> String {
        let columns =
            conflict.columns.isEmpty || conflict.keepsRow
            ? localized("whether it exists") : conflict.columns.joined(separator: ", ")
        switch conflict.kind {
        case "duplicate": return localized("the same \(columns), \(conflict.members.count) times")
        case "orphan": return localized("\(columns): the parent is gone")
        case "invalid": return localized("\(columns): do not fit together")
        default: return columns
        }
    }

    static func subject(_ conflict: Conflict) -> String {
        let (shown, other) = (
            SafeText.line(writer(conflict.shown, of: conflict)), SafeText.line(writer(conflict.other, of: conflict))
        )
        return SafeText.line(fields(conflict)) + ", " + localized("\(shown) and \(other)")
    }

    /// What happened, in a word; in another language beside the code that `--kind` takes.
    static func kind(_ code: String) -> String {
        switch code {
        case "update": localized("update", context: "kind of conflict")
        case "edit-delete": localized("edit-delete", context: "kind of conflict")
        case "restored": localized("restored", context: "kind of conflict")
        case "duplicate": localized("duplicate", context: "kind of conflict")
        case "orphan": localized("orphan", context: "kind of conflict")
        case "invalid": localized("invalid", context: "kind of conflict")
        default: code
        }
    }

    static func state(_ code: String) -> String {
        switch code {
        case "open": localized("open", context: "conflict")
        case "closed": localized("closed", context: "conflict")
        case "decided": localized("decided", context: "conflict")
        default: code
        }
    }

    /// Which side, or what, was chosen.
    static func choice(_ code: String) -> String {
        switch code {
        case "shown": localized("shown", context: "choice")
        case "other": localized("other", context: "choice")
        case "new": localized("new", context: "choice")
        case "reopen": localized("reopen", context: "choice")
        default: code
        }
    }

    /// `conflict 3f2a91c0-77b1`.
    static func short(_ id: RecordID) -> String {
        localized("conflict \(id.description.prefix(ShortIDs.shortest))")
    }

    /// Who wrote one side, not yet made safe for a terminal. What a replica gave back to a restored hub is nobody's
    /// change.
    static func writer(_ side: Conflict.Side, of conflict: Conflict) -> String {
        let isGivenBack = conflict.kind == "restored" && ["", "-"].contains(side.author)
        let author = isGivenBack ? localized("given back") : Words.author(side.author)
        return side.comune.map { "\(author), \($0)" } ?? author
    }

    /// One value of one side; the two sides of existence have none.
    static func value(_ values: [Value]?, _ index: Int, _ column: ColumnDescription?) -> String {
        guard let values, index < values.count else { return "" }
        return ValueText.human(values[index], column)
    }

    /// The values of one side in one line, for sentences: those in which the sides differ, where there are two.
    static func values(_ values: [Value], _ conflict: Conflict, _ table: TableDescription?) -> String {
        let differing = ThreeWay.disputed(conflict)
        let texts = conflict.columns.enumerated().filter { conflict.followsState || differing.contains($1) }.map {
            index, name in
            let column = table.flatMap { table in table.column(named: name).map { table.columns[$0] } }
            return "\(name) = \(value(values, index, column))"
        }
        return SafeText.cut(SafeText.line(texts.joined(separator: ", ")), to: 60)
    }

    /// What stands here in the conflict's columns, in their order: as it was listed, where the record is deleted.
    static func standing(_ conflict: Conflict, _ table: TableDescription?, _ row: StoredRow?) -> [Value] {
        conflict.shown.values.enumerated().map { index, listed in
            guard let row, let column = table?.column(named: conflict.columns[index]) else { return listed }
            return row.values[column]
        }
    }

    static func json(_ conflict: Conflict, _ table: TableDescription?) -> JSONValue {
        func values(_ values: [Value]) -> JSONValue {
            var members: [String: JSONValue] = [:]
            for (name, value) in zip(conflict.columns, values) { members[name] = ValueText.json(value) }
            return .object(members)
        }
        func side(_ side: Conflict.Side) -> JSONValue {
            .object([
                "author": .text(side.author), "comune": .optional(side.comune), "time": .integer(side.time),
                "values": values(side.values),
            ])
        }
        return .object([
            "id": .text(conflict.id.description), "table": .text(conflict.table),
            "record_id": .text(conflict.recordID.description), "columns": .array(conflict.columns.map(JSONValue.text)),
            "kind": .text(conflict.kind), "rule": .text(conflict.rule), "state": .text(conflict.state),
            "contested": .bool(conflict.isContested), "shown": side(conflict.shown), "other": side(conflict.other),
            "base": conflict.base.map(values) ?? .null, "listed_at": .integer(conflict.listedAt),
            "closed_by": .optional(conflict.closedBy), "closed_at": .optional(conflict.closedAt),
            "decided_here": .bool(conflict.decidedHere), "reopened_here": .bool(conflict.reopenedHere),
            "members": .array(conflict.members.map { .text($0.description) }),
        ])
    }
}
