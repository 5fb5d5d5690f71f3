import CSVFiles
import DataDesk
import ReplicaStore
import SyncCore
import Texts

/// What an import says: of the file, its rows and faults.
struct ImportText: Sendable {
    /// Faults beyond these are in the JSON, and in the report.
    private static let faultsShown = 50
    private static let warningsShown = 5

    let table: TableDescription
    let store: ReplicaStore
    let path: String
    /// Where the report is, if one was written.
    let report: String?

    // MARK: Text

    func lines(_ outcome: ImportOutcome, isWriting: Bool) throws -> String {
        var lines = [head(outcome)]
        let counts = [
            (outcome.new, localized("to add")), (outcome.changed, localized("to change")),
            (outcome.same, localized("there already")), (outcome.faulty, localized("with faults")),
        ]
        let width = counts.map { String($0.0).count }.max() ?? 0
        for (count, what) in counts where count > 0 {
            let number = String(count)
            lines.append("  \(String(repeating: " ", count: width - number.count))\(number) \(what)")
        }
        if outcome.faultCount == 0 && !outcome.isWritten { lines += try samples(outcome) }
        lines += list(outcome.warnings, count: outcome.warningCount, shown: Self.warningsShown, localized("to know:"))
        lines += list(outcome.faults, count: outcome.faultCount, shown: Self.faultsShown, localized("to mend:"))
        return (lines + end(outcome, isWriting: isWriting)).joined(separator: "\n")
    }

    private func head(_ outcome: ImportOutcome) -> String {
        let encoding =
            switch outcome.encoding {
            case .utf8: "UTF-8"
            case .utf16: "UTF-16"
            case .windows1252: "Windows-1252"
            }
        let separator =
            outcome.separator == 0x09
            ? localized("a tab") : "“\(SafeText.line(String(UnicodeScalar(outcome.separator))))”"
        let rows = localized(outcome.rows, one: "\(outcome.rows) row, ", other: "\(outcome.rows) rows, ")
        return SafeText.line("\(path): ") + (outcome.rows > 0 ? rows : "")
            + localized("\(encoding), \(separator) between cells")
    }

    /// The first new and changed rows, as they were understood.
    private func samples(_ outcome: ImportOutcome) throws -> [String] {
        let changes = ChangeText(table, store)
        var lines: [String] = []
        for sample in outcome.samples {
            let isNew = sample.changes.allSatisfy { $0.before == nil }
            let id = sample.id.map { " \($0.description.prefix(ShortIDs.shortest))" } ?? ""
            lines.append(
                isNew
                    ? localized("new, line \(sample.line):")
                    : localized("changed, line \(sample.line), \(table.name)\(id):"))
            lines += try changes.lines(sample.changes)
        }
        let more = outcome.new + outcome.changed - outcome.samples.count
        if more > 0 && !outcome.samples.isEmpty {
            lines.append(localized(more, one: "and \(more) more row", other: "and \(more) more rows"))
        }
        return lines
    }

    private func list(_ faults: [ImportFault], count: Int, shown: Int, _ title: String) -> [String] {
        guard count > 0 else { return [] }
        var lines = ["", title] + faults.prefix(shown).map { "  " + Self.line($0) }
        let more = count - min(shown, faults.count)
        if more > 0 { lines.append("  " + localized(more, one: "and \(more) more", other: "and \(more) more")) }
        return lines
    }

    /// `line 12, column E (Tipo): …`.
    static func line(_ found: ImportFault) -> String {
        var place = localized("line \(found.line)")
        if let row = found.row, row != found.line { place += localized(" (row \(row) of the sheet)") }
        if let character = found.character { place += localized(", character \(character)") }
        if let letters = found.letters {
            place += localized(", column \(letters)")
            if let title = found.title, !title.isEmpty { place += " (\(SafeText.cut(title, to: 30)))" }
        }
        let text = found.cell == nil ? found.fault.text : found.fault.message
        return SafeText.line("\(place): \(text)")
    }

    private func end(_ outcome: ImportOutcome, isWriting: Bool) -> [String] {
        var lines = [""]
        if outcome.faultCount > 0 {
            guard let report else { return [] }
            return [
                "",
                localized("\(SafeText.line(report)) has the rows with their faults: mend them there, and import it"),
            ]
        }
        let count = outcome.new + outcome.changed
        if count == 0 {
            let why =
                outcome.rows == 0
                ? localized("nothing to write: the file holds titles and no row")
                : localized("nothing to write: all of it is there already")
            return lines + [why]
        }
        if outcome.emptied > 0 {
            lines.append(
                localized(
                    outcome.emptied, one: "\(outcome.emptied) value is taken away by an empty cell",
                    other: "\(outcome.emptied) values are taken away by empty cells"))
        }
        lines.append(
            outcome.isWritten
                ? localized(count, one: "\(count) row was written", other: "\(count) rows were written")
                : localized(
                    count, one: "Nothing was written. To write \(count) row: the same with --yes.",
                    other: "Nothing was written. To write \(count) rows: the same with --yes."))
        return lines
    }

    static func failure(_ outcome: ImportOutcome) -> CommandFailure {
        let count = outcome.faultCount
        return CommandFailure(
            .badValue, "faults",
            localized(
                count, one: "\(count) fault, nothing was written: mend it in the file and import it again",
                other: "\(count) faults, nothing was written: mend them in the file and import it again"))
    }

    // MARK: JSON

    func json(_ outcome: ImportOutcome, isCaptured: Bool) -> JSONValue {
        .object([
            "table": .text(table.name), "file": .text(path), "encoding": .text(outcome.encoding.rawValue),
            "separator": .text(String(UnicodeScalar(outcome.separator))), "rows": .integer(outcome.rows),
            "new": .integer(outcome.new), "changed": .integer(outcome.changed), "same": .integer(outcome.same),
            "faulty": .integer(outcome.faulty), "emptied": .integer(outcome.emptied),
            "fault_count": .integer(outcome.faultCount), "faults": .array(outcome.faults.map(Self.json)),
            "warning_count": .integer(outcome.warningCount), "warnings": .array(outcome.warnings.map(Self.json)),
            "samples": .array(outcome.samples.map(json)), "done": .bool(outcome.isWritten),
            "captured": .bool(isCaptured), "report": .optional(report),
        ])
    }

    private func json(_ sample: ImportOutcome.Sample) -> JSONValue {
        .object([
            "line": .integer(sample.line), "id": .optional(sample.id?.description),
            "changes": ChangeText(table, store).json(sample.changes),
        ])
    }

    private static func json(_ found: ImportFault) -> JSONValue {
        .object([
            "line": .integer(found.line), "row": found.row.map(JSONValue.integer) ?? .null,
            "cell": .optional(found.letters), "title": .optional(found.title),
            "character": found.character.map(JSONValue.integer) ?? .null, "kind": .text(found.fault.kind.rawValue),
            "column": .optional(found.fault.column), "label": .optional(found.fault.label),
            "message": .text(found.fault.message),
        ])
    }
}
