import SQLiteAccess
package import SyncCore

/// Which rows of a table somebody wants to see, and in which order. What is empty does not choose.
package struct RowQuery: Sendable {
    package enum Comparison: String, Sendable, CaseIterable {
        case equal = "="
        case different = "!="
        case less = "<"
        case atMost = "<="
        case greater = ">"
        case atLeast = ">="
    }

    package enum Test: Sendable {
        case compares(Comparison, Value)
        case isNull(Bool)
        /// The text, or the name of the record that the column points to, holds these letters.
        case contains(String, Bool)
        /// The column points to one of these records, or to none of them.
        case pointsTo([RecordID], Bool)
    }

    package struct Condition: Sendable {
        /// The column's position; nothing for the id.
        package let column: Int?
        package let test: Test

        package init(column: Int?, test: Test) {
            self.column = column
            self.test = test
        }
    }

    /// What sync says of a row.
    package enum Mark: String, Sendable, CaseIterable {
        /// It belongs to this replica's comune.
        case mine
        /// Not synced yet.
        case pending
        /// An open conflict is about it.
        case conflict
        /// An open conflict is about it that an operator must decide.
        case contested
    }

    package struct Order: Sendable {
        /// The column's position; nothing for the id. A column that points to a record orders by its name.
        package let column: Int?
        package let isDescending: Bool

        package init(column: Int?, isDescending: Bool) {
            self.column = column
            self.isDescending = isDescending
        }
    }

    /// Which names come with the rows.
    package enum Names: Sendable {
        case none
        /// As people call records, by their keys where nothing else names them.
        case people
        /// The related record's telling column alone, where it is the only one of its table that holds this: a name by
        /// which an import finds it again.
        case findable
    }

    package var conditions: [Condition] = []
    /// Letters that one of the row's texts, or one of the related names, holds.
    package var search: String?
    package var marks: [Mark] = []
    package var order: [Order] = []
    package var limit: Int?
    package var offset = 0
    package var names = Names.people

    package init() {}

    /// Whether it chooses among the rows at all.
    package var isNarrow: Bool { !conditions.isEmpty || search != nil || !marks.isEmpty }

    /// Letters as they are compared: without case and accents.
    package static func folded(_ text: String) -> String { FoldedText.of(text) }
}

/// A query as SQL over one table, and what is bound to it.
struct RowQuerySQL {
    let table: TableDescription
    let naming: RecordNaming
    private(set) var values: [Value] = []

    init(_ table: TableDescription, _ catalog: Catalog) {
        self.table = table
        naming = RecordNaming(catalog: catalog)
    }

    /// `WHERE …` over the row `t`; empty where all rows are wanted.
    mutating func condition(_ query: RowQuery) -> String {
        var parts = query.conditions.map { condition($0) }
        if let search = query.search {
            let texts = table.columns.flatMap { column -> [String] in
                guard column.parent == nil else { return naming.related(column, row: "t").map { [$0] } ?? [] }
                return column.type == .text || column.type == .any ? [Self.field(column)] : []
            }
            let needle = bind(.text(FoldedText.of(search)))
            parts.append(texts.isEmpty ? "0" : "zona_has(\(needle), \(texts.joined(separator: ", ")))")
        }
        parts += query.marks.map(mark)
        return parts.isEmpty ? "" : "WHERE " + parts.map { "(\($0))" }.joined(separator: " AND ")
    }

    /// The terms of `ORDER BY` over the row `t`. Rows without a value come last, ties go by id.
    func order(_ query: RowQuery) -> [(term: String, isDescending: Bool)] {
        query.order.map { order in
            guard let column = order.column.map({ table.columns[$0] }) else { return ("t.id", order.isDescending) }
            if let name = naming.related(column, row: "t") { return ("zona_fold(\(name))", order.isDescending) }
            let field = Self.field(column)
            return (column.type == .text ? "zona_fold(\(field))" : field, order.isDescending)
        }
    }

    func bind(to read: RawStatement, from first: Int) {
        for (index, value) in values.enumerated() { read.bind(first + index, value) }
    }

    private mutating func condition(_ condition: RowQuery.Condition) -> String {
        let column = condition.column.map { table.columns[$0] }
        let field = column.map(Self.field) ?? "t.id"
        switch condition.test {
        case .compares(.equal, let value): return "\(field) IS \(bind(value))"
        case .compares(.different, let value): return "\(field) IS NOT \(bind(value))"
        case .compares(let comparison, let value): return "\(field) \(comparison.rawValue) \(bind(value))"
        case .isNull(let wanted): return "\(field) IS \(wanted ? "" : "NOT ")NULL"
        case .contains(let text, let wanted):
            let subject = column.flatMap { naming.related($0, row: "t") } ?? field
            return "\(wanted ? "" : "NOT ")zona_has(\(bind(.text(FoldedText.of(text)))), \(subject))"
        case .pointsTo(let ids, let wanted):
            // Ids hold nothing but digits, letters and hyphens.
            let list = ids.map { "'\($0)'" }.joined(separator: ", ")
            return wanted ? "\(field) IN (\(list))" : "\(field) IS NULL OR \(field) NOT IN (\(list))"
        }
    }

    private func mark(_ mark: RowQuery.Mark) -> String {
        let conflict = "EXISTS (SELECT 1 FROM zona_conflict c WHERE c.record_id = t.id AND c.state = 'open'"
        switch mark {
        case .mine:
            let owner = table.ownerColumn.map { Self.field(table.columns[$0]) }
            return owner.map { "\($0) = (SELECT comune FROM zona_state)" } ?? "0"
        case .pending:
            return "t.id IN (SELECT p.id FROM zona_pending p WHERE p.table_no = \(table.number))"
        case .conflict: return conflict + ")"
        case .contested: return conflict + " AND c.contested = 1)"
        }
    }

    /// Place 1 and 2 are kept for LIMIT and OFFSET.
    private mutating func bind(_ value: Value) -> String {
        values.append(value)
        return "?\(values.count + 2)"
    }

    private static func field(_ column: ColumnDescription) -> String {
        "t.\(TriggerSQL.quoted(column.name))"
    }
}
