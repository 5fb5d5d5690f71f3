import ReplicaStore
import SyncCore
import Texts

/// Everything about one conflict, as `show` prints it and `review` puts it before the operator.
struct ConflictPage {
    let conflict: Conflict
    let table: TableDescription?
    private let store: ReplicaStore
    private let names: RelatedNames
    private let decisions: [Decision]
    /// The record as it stands here; nothing where it is deleted.
    private let row: StoredRow?

    init(_ conflict: Conflict, store: ReplicaStore) throws {
        self.conflict = conflict
        self.store = store
        table = store.catalog.table(named: conflict.table)
        names = RelatedNames(store)
        decisions = try store.decisions(about: [conflict.id])
        row = try table.flatMap { try store.row(conflict.recordID, of: $0) }
    }

    var json: JSONValue {
        guard case .object(var members) = ConflictText.json(conflict, table) else { return .null }
        members["disputed"] = .array(ThreeWay.disputed(conflict).map(JSONValue.text))
        members["decisions"] = .array(
            decisions.map { decision in
                .object([
                    "choice": .text(decision.choice), "author": .text(decision.author),
                    "decided_at": .integer(decision.decidedAt), "note": .text(decision.note),
                    "pending": .bool(decision.isPending),
                ])
            })
        return .object(members)
    }

    /// All but what can be done about it.
    func text(width: Int, isColoured: Bool) throws -> String {
        let name = try table.flatMap { try names.name(of: conflict.recordID, in: $0) }
        var lines = [
            localized("conflict \(conflict.id)") + ", \(SafeText.line(state))",
            localized("about \(conflict.table) \(conflict.recordID)") + (name.map { ", \($0)" } ?? ""),
            localized(
                """
                kind \(ConflictText.kind(conflict.kind)), rule \(conflict.rule), listed \
                \(Moment.inWords(conflict.listedAt))
                """),
        ].flatMap { TextTable.wrap(SafeText.line($0), width: width) }
        lines.append("")
        if conflict.followsState {
            lines += try StateConflictText.lines(conflict, table, store: store, width: width)
        } else {
            let moved = movedOn
            lines.append(
                try ThreeWay(conflict, table, names, stands: moved == nil).text(width: width, isColoured: isColoured))
            if let moved { lines += [""] + TextTable.wrap(moved, width: width) }
        }
        if !decisions.isEmpty { lines += [""] + decisions.flatMap { TextTable.wrap(said($0), width: width) } }
        return lines.joined(separator: "\n")
    }

    /// The record was changed here after the hub listed the conflict: what stands is not what the list says.
    private var movedOn: String? {
        guard conflict.isUndecided, let table else { return nil }
        guard let row else { return conflict.isGone ? nil : localized("the record was deleted here since") }
        if conflict.isGone {
            return localized("the record shows here: it was put back since, or records that belong to it hold it")
        }
        let changed = zip(conflict.columns, zip(ConflictText.standing(conflict, table, row), conflict.shown.values))
            .compactMap { name, values -> String? in
                guard values.0 != values.1 else { return nil }
                return "\(name) = \(ValueText.human(values.0, table.column(named: name).map { table.columns[$0] }))"
            }
        guard !changed.isEmpty else { return nil }
        return SafeText.cut(
            SafeText.line(localized("changed here since, so that now stands: \(changed.joined(separator: ", "))")),
            to: 300)
    }

    private func said(_ decision: Decision) -> String {
        let what =
            switch decision.choice {
            case "shown": localized("decided: what is shown stays")
            case "other": localized("decided: the other takes its place")
            case "new": localized("decided: new values")
            case "reopen": localized("opened again")
            default: decision.choice
            }
        let note = decision.note.isEmpty ? "" : ": “\(decision.note)”"
        let pending = decision.isPending ? ", " + localized("not yet sent") : ""
        let when = Moment.inWords(decision.decidedAt)
        return SafeText.line(localized("\(what), by \(decision.author), \(when)") + pending + note)
    }

    private var state: String {
        guard conflict.state == "open" else {
            let state = ConflictText.state(conflict.state)
            if conflict.reopenedHere { return localized("\(state), reopened here; `zona sync` tells the others") }
            let who = conflict.closedBy.map { localized("\(state) by \($0)") } ?? state
            return who + (conflict.closedAt.map { ", \(Moment.inWords($0))" } ?? "")
        }
        if conflict.decidedHere { return localized("decided here; `zona sync` tells the others") }
        return conflict.isContested
            ? localized("open and contested: somebody must decide") : ConflictText.state(conflict.state)
    }

    /// The commands that decide it.
    var advice: String {
        let id = conflict.id.description.prefix(ShortIDs.shortest)
        guard conflict.state == "open" else { return localized("to decide anew: zona conflicts reopen \(id)") }
        let command = "zona conflicts resolve \(id)"
        guard !conflict.decidedHere else { return localized("to decide otherwise: \(command) …") }
        if conflict.followsState {
            return StateConflictText.advice(conflict, table).joined(separator: "\n")
        }
        if table != nil, row == nil, !conflict.isGone {
            return """
                \(localized("to decide:"))
                  \(command) --take shown   \(localized("the record stays deleted"))
                """
        }
        guard let first = ThreeWay.disputed(conflict).first ?? conflict.columns.first else {
            return """
                \(localized("to decide:"))
                  \(command) --take shown   \(localized("the record stays as it stands"))
                  \(command) --take other   \(localized("the record is deleted"))
                """
        }
        guard !conflict.isGone else {
            return """
                \(localized("to decide:"))
                  \(command) --take shown
                      \(row == nil ? localized("the record stays deleted") : localized("the record stays as it stands"))
                  \(command) --take other
                      \(localized("the record comes back as it was kept"))
                  \(command) \(SafeText.line(first))=…
                      \(localized("it comes back with this value, and the rest as it was kept"))
                """
        }
        let fieldwise =
            conflict.columns.count > 1
            ? "\n  \(command) \(SafeText.line(first)):other …"
                + "\n      \(localized("of this field the other, the rest as it stands"))"
            : ""
        let (shown, other) = (
            ConflictText.values(ConflictText.standing(conflict, table, row), conflict, table),
            ConflictText.values(conflict.other.values, conflict, table)
        )
        return """
            \(localized("to decide:"))
              \(command) --take shown
                  \(localized("what stands now stays: \(shown)"))
              \(command) --take other
                  \(localized("the other value takes its place: \(other)"))\(fieldwise)
              \(command) \(SafeText.line(first))=…
                  \(localized("a new value takes its place"))
            """
    }
}
