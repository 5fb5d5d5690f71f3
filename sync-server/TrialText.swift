import HubStore
import SyncCore
import SyncWire

/// What a trial of another rule came to, as text and as JSON.
struct TrialText {
    let trial: PolicyTrial
    let code: String
    let table: String
    let column: String?
    let rule: MergeRule

    private static let shown = 50

    var text: String {
        let place = column.map { "\(table).\($0)" } ?? table
        var lines = [
            "\(code): \(place) under \(rule.rawValue), \(trial.batches) batches played again, \(trial.records) records."
        ]
        guard !trial.isSame else { return (lines + ["Nothing would be different."]).joined(separator: "\n") }
        lines.append(
            "\(trial.rowCount) rows would show other values, \(trial.conflictCount) conflicts would be otherwise "
                + "(\(trial.listedNow) listed now, \(trial.listedThen) then).")
        for row in trial.rows.prefix(Self.shown) {
            lines += ["", "\(row.table) \(row.id)"]
            lines += row.columns.map { column in
                "  \(column.name): \(value(column.now)) → \(value(column.then))"
            }
        }
        if !trial.conflicts.isEmpty { lines.append("") }
        for conflict in trial.conflicts.prefix(Self.shown) {
            let columns = conflict.columns.isEmpty ? "" : ".\(conflict.columns)"
            lines.append(
                "conflict \("\(conflict.id)".prefix(13))  \(conflict.kind)  \(conflict.table)\(columns)  "
                    + "\(conflict.record.prefix(13))  \(conflict.now ?? "not listed") → "
                    + (conflict.then ?? "not listed")
            )
        }
        if trial.rowCount > Self.shown || trial.conflictCount > Self.shown {
            lines.append("(the first \(Self.shown) of each; --json names the first thousand)")
        }
        return lines.map(VisibleText.line).joined(separator: "\n")
    }

    private func value(_ value: Value?) -> String {
        switch value {
        case nil: "(no row)"
        case .null: "-"
        case .integer(let number): String(number)
        case .real(let number): number.description
        case .text(let bytes): String(String(decoding: bytes, as: UTF8.self).prefix(80))
        case .blob(let bytes): "x'\(Hash.text(bytes))'"
        }
    }

    var json: [String: Any] {
        [
            "ambito": code, "table": table, "column": column ?? "", "rule": rule.rawValue, "same": trial.isSame,
            "batches": trial.batches, "records": trial.records, "row_count": trial.rowCount,
            "conflict_count": trial.conflictCount, "listed_now": trial.listedNow, "listed_then": trial.listedThen,
            "rows": trial.rows.map { row -> [String: Any] in
                [
                    "table": row.table, "id": "\(row.id)",
                    "columns": row.columns.map { column -> [String: Any] in
                        var members: [String: Any] = ["column": column.name]
                        members["now"] = json(column.now)
                        members["then"] = json(column.then)
                        return members
                    },
                ]
            },
            "conflicts": trial.conflicts.map { conflict -> [String: Any] in
                var members: [String: Any] = [
                    "id": "\(conflict.id)", "table": conflict.table, "record": conflict.record, "kind": conflict.kind,
                    "columns": conflict.columns.split(separator: ",").map(String.init),
                ]
                members["now"] = conflict.now
                members["then"] = conflict.then
                return members
            },
        ]
    }

    /// Left out where there is none.
    private func json(_ value: Value?) -> Any? {
        switch value {
        case nil, .null: nil
        case .integer(let number): number
        case .real(let number): number.isFinite ? number : "\(number)"
        case .text(let bytes): String(decoding: bytes, as: UTF8.self)
        case .blob(let bytes): Hash.text(bytes)
        }
    }
}
