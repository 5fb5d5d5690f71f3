import ReplicaStore
import SyncCore
import Texts

/// The conflicts that follow the data, in words: records that are there twice, that lost their parent, or that do not
/// pass a check any more.
enum StateConflictText {
    static func lines(
        _ conflict: Conflict, _ table: TableDescription?, store: ReplicaStore, width: Int
    ) throws -> [String] {
        guard let table else { return [] }
        switch conflict.kind {
        case "duplicate": return try records(conflict, table, store: store, width: width)
        case "orphan":
            let writer = SafeText.line(ConflictText.writer(conflict.other, of: conflict))
            return [values(conflict, table), "", localized("The record that it belongs to was deleted, by \(writer).")]
        default:
            let check = table.checks.first { $0.name.utf8.elementsEqual(conflict.rule.utf8) }
            return [values(conflict, table), "", SafeText.line(check?.message ?? conflict.rule)]
        }
    }

    /// What can be done about it.
    static func advice(_ conflict: Conflict, _ table: TableDescription?) -> [String] {
        // What is only ever added is neither changed nor deleted.
        let isFixed = table?.rule == .appendOnly
        let command = conflict.id.description.prefix(ShortIDs.shortest)
        switch conflict.kind {
        case "duplicate": return mergeAdvice(conflict, command, isFixed: isFixed)
        case "orphan": return orphanAdvice(conflict, command, isFixed: isFixed)
        default:
            return [localized("to mend it: zona edit \(conflict.recordID.description.prefix(ShortIDs.shortest)) …")]
        }
    }

    private static func values(_ conflict: Conflict, _ table: TableDescription) -> String {
        ConflictText.values(conflict.shown.values, conflict, table)
    }

    /// The records side by side, by letters, and only the fields in which they differ.
    private static func records(
        _ conflict: Conflict, _ table: TableDescription, store: ReplicaStore, width: Int
    ) throws -> [String] {
        let names = RelatedNames(store)
        let rows = try conflict.members.map { try store.row($0, of: table) }
        var text = TextTable(
            [.init(localized("field"), isWhole: true)] + letters(rows.count).map { .init($0) }, overflow: .wraps)
        let ids = ShortIDs(conflict.members)
        text.append(["id"] + conflict.members.map { ids.text($0) })
        for (column, described) in table.columns.enumerated() {
            let cells = try rows.map { row in
                SafeText.lines(try row.map { try names.cell($0.values[column], described) } ?? localized("(not here)"))
            }
            let isKey = conflict.columns.contains(described.name)
            if isKey || Set(cells).count > 1 { text.append([SafeText.line(described.name)] + cells) }
        }
        return [text.text(width: width)]
    }

    static func letters(_ count: Int) -> [String] {
        (0..<count).map { index in
            index < 26 ? String(UnicodeScalar(UInt8(0x41 + index))) : "A\(index)"
        }
    }

    private static func mergeAdvice(_ conflict: Conflict, _ command: Substring, isFixed: Bool) -> [String] {
        let first = [
            localized("to make one of them:"),
            "  zona conflicts merge \(command)", "      " + localized("what stands in A stays"),
        ]
        guard !isFixed else { return first }
        return first + [
            "  zona conflicts merge \(command) --take B", "      " + localized("what stands in B stays, under A's id"),
            "  zona conflicts merge \(command) --take A \(localized("column"))=…",
            "      " + localized("a new value beside those of A"),
            localized("or change \(SafeText.line(conflict.columns.joined(separator: ", "))) of one with `zona edit`."),
        ]
    }

    private static func orphanAdvice(_ conflict: Conflict, _ command: Substring, isFixed: Bool) -> [String] {
        let first = [
            localized("to decide:"),
            "  zona conflicts resolve \(command) --take shown", "      " + localized("the parent stays"),
        ]
        guard !isFixed else { return first }
        return first + [
            "  zona conflicts resolve \(command) --take other", "      " + localized("this record goes, too"),
            "  zona conflicts resolve \(command) \(SafeText.line(conflict.columns.first ?? localized("column")))=…",
            "      " + localized("it belongs to another record"),
        ]
    }
}
