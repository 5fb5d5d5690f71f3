import GRDB
import SQLiteAccess
package import SyncCore

/// A conflict as it lies in the inbox: with what people want to know before they open it.
package struct InboxItem: Sendable {
    package let conflict: Conflict
    /// The value by which people know the record; nothing when it is not here, or its table has no such column.
    package let name: Value?
    /// Cents: how far the two sides are apart in the money columns, added up. Of a record that one side deleted, all
    /// its money. Nothing when no money is in it.
    package let amount: Int64?
    /// Whether this replica's comune may write what a decision would write.
    package let isMine: Bool
}

/// Which conflicts somebody wants to see. What is empty or nothing does not choose.
package struct ConflictFilter: Sendable {
    package enum States: Sendable {
        /// Open, and not decided here.
        case undecided
        case all
    }

    package var states = States.undecided
    package var kinds: [String] = []
    package var tables: [String] = []
    package var columns: [String] = []
    /// Comuni, by name: one of them wrote one of the sides.
    package var comuni: [String] = []
    package var isContested = false
    package var isMine = false
    /// Unix milliseconds, both included.
    package var listedSince: Int64?
    package var listedUntil: Int64?
    /// Cents.
    package var minimumAmount: Int64?

    package init() {}

    /// Whether it chooses at all, beside the state.
    package var isNarrow: Bool {
        !kinds.isEmpty || !tables.isEmpty || !columns.isEmpty || !comuni.isEmpty || isContested || isMine
            || listedSince != nil || listedUntil != nil || minimumAmount != nil
    }

    func takes(_ item: InboxItem) -> Bool {
        let conflict = item.conflict
        return (states == .all || conflict.isUndecided)
            && (kinds.isEmpty || kinds.contains(conflict.kind))
            && (tables.isEmpty || tables.contains(conflict.table))
            && (columns.isEmpty || !conflict.keepsRow && conflict.columns.contains(where: columns.contains))
            && (comuni.isEmpty
                || [conflict.shown.comune, conflict.other.comune].contains { $0.map(comuni.contains) ?? false })
            && (!isContested || conflict.isContested) && (!isMine || item.isMine)
            && (listedSince.map { conflict.listedAt >= $0 } ?? true)
            && (listedUntil.map { conflict.listedAt <= $0 } ?? true)
            && (minimumAmount.map { (item.amount ?? -1) >= $0 } ?? true)
    }
}

/// The order of the inbox. Ties go to the older conflict, then to the smaller id.
package enum ConflictOrder: String, Sendable, CaseIterable {
    case oldest, newest
    /// The most money first; those without money last.
    case amount
    /// By table, in the catalog's order, then by record.
    case record
}

extension TableDescription {
    /// The columns by which people know a record, the best first.
    private static let telling = [
        "denominazione", "titolo", "nominativo", "descrizione", "anno", "data", "oggetto", "codice",
    ]

    /// The column by which people know a record of this table.
    package var tellingColumn: Int? { Self.telling.lazy.compactMap(column(named:)).first }
}

extension ReplicaStore {
    /// The inbox: the conflicts that `filter` takes, in order. One statement for the conflicts, and one for each table
    /// that they are about.
    package func inbox(
        _ filter: ConflictFilter = ConflictFilter(), order: ConflictOrder = .oldest
    ) throws(ReplicaStoreError) -> [InboxItem] {
        let catalog = catalog
        return try read { database in
            let state = try ReplicaState(database)
            let writer = Writer(comune: state.comune, isCapofila: state.isCapofila)
            let isOpen = filter.states == .undecided
            let conflicts = try Self.conflicts(
                database, tail: "\(isOpen ? "WHERE c.state = 'open'" : "") ORDER BY c.listed_at, c.id")
            var rows: [String: [RecordID: InboxRow]] = [:]
            for name in Set(conflicts.map(\.table)).sorted() {
                guard let table = catalog.table(named: name) else { continue }
                rows[name] = try InboxRow.all(database, table, isOpen: isOpen)
            }
            let items = conflicts.map { conflict in
                let row = rows[conflict.table]?[conflict.recordID]
                let table = catalog.table(named: conflict.table)
                return InboxItem(
                    conflict: conflict, name: row?.name, amount: Self.amount(conflict, table, row),
                    isMine: table.map { Self.isMine(conflict, $0, row, writer) } ?? false)
            }
            return Self.sorted(items.filter(filter.takes), order, catalog)
        }
    }

    private static func sorted(_ items: [InboxItem], _ order: ConflictOrder, _ catalog: Catalog) -> [InboxItem] {
        switch order {
        case .oldest: return items
        case .newest:
            return items.sorted { left, right in
                (right.conflict.listedAt, left.conflict.id) < (left.conflict.listedAt, right.conflict.id)
            }
        case .amount:
            return items.enumerated().sorted { left, right in
                (right.element.amount ?? -1, left.offset) < (left.element.amount ?? -1, right.offset)
            }.map(\.element)
        case .record:
            func place(_ item: InboxItem) -> RecordKey {
                RecordKey(
                    table: catalog.table(named: item.conflict.table)?.number ?? .max, id: item.conflict.recordID)
            }
            return items.enumerated().sorted { left, right in
                let (first, second) = (place(left.element), place(right.element))
                return first == second ? left.offset < right.offset : first < second
            }.map(\.element)
        }
    }

    private static func amount(_ conflict: Conflict, _ table: TableDescription?, _ row: InboxRow?) -> Int64? {
        guard let table, !conflict.followsState else { return nil }
        guard !conflict.columns.isEmpty else { return row?.money }
        var sum: Int64?
        for (index, name) in conflict.columns.enumerated() {
            guard let column = table.column(named: name), table.columns[column].format == .cent,
                index < conflict.shown.values.count || conflict.isGone, index < conflict.other.values.count
            else { continue }
            let shown = conflict.isGone ? .null : conflict.shown.values[index]
            let (difference, isOver) = cents(shown)
                .subtractingReportingOverflow(cents(conflict.other.values[index]))
            let distance = isOver || difference == .min ? Int64.max : abs(difference)
            let (total, isTooMuch) = (sum ?? 0).addingReportingOverflow(distance)
            sum = isTooMuch ? .max : total
        }
        return sum
    }

    private static func cents(_ value: Value) -> Int64 {
        if case .integer(let cents) = value { cents } else { 0 }
    }

    /// A record that is not here any more may be anybody's: whoever leaves it deleted writes nothing. Where its row is
    /// kept, it is his who may put it back.
    private static func isMine(
        _ conflict: Conflict, _ table: TableDescription, _ row: InboxRow?, _ writer: Writer
    ) -> Bool {
        if conflict.keepsRow {
            let name = table.ownerColumn.map { table.columns[$0].name }
            let owner = zip(conflict.columns, conflict.other.values).first { $0.0 == name }?.1
            return table.allows(writer, table.writable, owner: owner.map { ValueCoding.bytes(of: $0)[...] })
        }
        guard let row else { return true }
        let accesses =
            conflict.columns.isEmpty || conflict.kind == "duplicate"
            ? [table.writable]
            : conflict.columns.compactMap(table.column(named:)).map { table.columns[$0].writable ?? table.writable }
        return accesses.allSatisfy { table.allows(writer, $0, owner: row.owner.map { $0[...] }) }
    }
}

/// What the inbox looks up of a record.
private struct InboxRow {
    let name: Value?
    /// The owner column, encoded.
    let owner: [UInt8]?
    /// Cents of all its money columns; nothing when it has none.
    let money: Int64?

    /// Of all records of a table that conflicts are about.
    static func all(
        _ database: Database, _ table: TableDescription, isOpen: Bool
    ) throws -> [RecordID: InboxRow] {
        func column(_ index: Int?) -> String { index.map { TriggerSQL.quoted(table.columns[$0].name) } ?? "NULL" }
        let money = table.columns.indices.filter { table.columns[$0].format == .cent }
        // As reals: no sum of integers can overflow and fail the inbox.
        let sum = money.map { "abs(CAST(coalesce(\(column($0)), 0) AS REAL))" }.joined(separator: " + ")
        let read = try RawStatement(
            database,
            """
            SELECT id, \(column(table.tellingColumn)), \(column(table.ownerColumn)), \(money.isEmpty ? "NULL" : sum)
            FROM \(TriggerSQL.quoted(table.name))
            WHERE id IN (SELECT record_id FROM zona_conflict
                WHERE table_name = ?1 \(isOpen ? "AND state = 'open'" : ""))
            """)
        read.bind(1, text: table.name)
        var rows: [RecordID: InboxRow] = [:]
        while try read.step() {
            guard let id = read.id(0) else { continue }
            var owner: [UInt8]?
            if table.ownerColumn != nil {
                var bytes: [UInt8] = []
                read.appendValue(2, to: &bytes)
                owner = bytes
            }
            var cents: Int64?
            if case .real(let total) = read.value(3) { cents = Int64(exactly: total.rounded()) ?? .max }
            rows[id] = InboxRow(
                name: table.tellingColumn == nil ? nil : read.value(1), owner: owner, money: cents)
        }
        return rows
    }
}
