import Platform
import ReplicaStore
import SyncCore
import Texts

/// Conflicts as they lie in the inbox: one line each.
struct InboxText {
    let store: ReplicaStore
    /// Whether those that are closed are among them.
    var hasClosed = false
    var now = Moment.now()

    func table(_ items: [InboxItem]) -> String {
        let ids = ShortIDs(items.map(\.conflict.id))
        let hasMoney = items.contains { $0.amount != nil }
        var columns: [TextTable.Column] = [
            .init("", isWhole: true), .init("id", isWhole: true), .init(localized("record")),
        ]
        columns.append(.init(localized("fields")))
        if hasMoney { columns.append(.init(localized("at stake"), isRight: true)) }
        columns += [.init(localized("shown by")), .init(localized("other by")), .init(localized("listed"))]
        if hasClosed { columns.append(.init(localized("state"))) }
        var table = TextTable(columns)
        for item in items {
            let conflict = item.conflict
            var cells = [Self.marks(conflict), ids.text(conflict.id), name(item), ConflictText.fields(conflict)]
            if hasMoney { cells.append(item.amount.map { Euro.text(cents: $0) } ?? "") }
            cells += [
                ConflictText.writer(conflict.shown, of: conflict), ConflictText.writer(conflict.other, of: conflict),
                Moment.distance(conflict.listedAt, now),
            ]
            if hasClosed { cells.append(ConflictText.state(conflict.state)) }
            table.append(cells.map { SafeText.cut(SafeText.line($0), to: 120) })
        }
        return table.text(width: Terminal.width)
    }

    /// The table and what people call the record, not yet made safe for a terminal.
    func name(_ item: InboxItem) -> String {
        let conflict = item.conflict
        let described = store.catalog.table(named: conflict.table)
        let column = described.flatMap { table in table.tellingColumn.map { table.columns[$0] } }
        let kept = column.flatMap { column in
            conflict.isGone ? zip(conflict.columns, conflict.other.values).first { $0.0 == column.name }?.1 : nil
        }
        let name = (item.name ?? kept).map { ValueText.human($0, column) }
        return "\(conflict.table) \(name ?? String(conflict.recordID.description.prefix(ShortIDs.shortest)))"
    }

    func json(_ item: InboxItem) -> JSONValue {
        let table = store.catalog.table(named: item.conflict.table)
        guard case .object(var members) = ConflictText.json(item.conflict, table)
        else { return .null }
        members["name"] = item.name.map(ValueText.json) ?? .null
        members["amount_cents"] = .optional(item.amount)
        members["mine"] = .bool(item.isMine)
        return .object(members)
    }

    private static func marks(_ conflict: Conflict) -> String {
        (conflict.isContested ? "C" : "") + (conflict.decidedHere ? "d" : "") + (conflict.reopenedHere ? "r" : "")
    }

    // MARK: Counts

    /// How many of each kind there are, in the order of the kinds.
    static func counts(_ items: [InboxItem]) -> [(kind: String, count: Int)] {
        let kinds = Set(items.map(\.conflict.kind))
        return (ConflictSelection.kinds + kinds.sorted().filter { !ConflictSelection.kinds.contains($0) })
            .filter(kinds.contains).map { kind in (kind, items.count { $0.conflict.kind == kind }) }
    }

    /// `12 conflicts: 10 update (2 contested), 2 duplicate; 1.250,00 € at stake`.
    static func summary(_ items: [InboxItem]) -> String {
        let contested = items.count { $0.conflict.isContested }
        let kinds = counts(items).map { kind, count in
            let counted = "\(count) \(SafeText.line(kind))"
            return kind == "update" && contested > 0
                ? localized(
                    contested, one: "\(counted) (\(contested) contested)", other: "\(counted) (\(contested) contested)")
                : counted
        }
        let money = items.compactMap(\.amount).reduce(Int64(0)) { sum, amount in
            let (total, isOver) = sum.addingReportingOverflow(amount)
            return isOver ? .max : total
        }
        return "\(Words.conflicts(items.count)): \(kinds.joined(separator: ", "))"
            + (money > 0 ? "; " + localized("\(Euro.text(cents: money)) at stake") : "")
    }
}
