/// Which rule picks the value that shows among concurrent ones (`docs/merge-rules.md`). Raw values are the
/// catalog's words.
package enum MergeRule: String, Sendable, CaseIterable {
    case lastWriterWins = "last-writer-wins"
    case fields
    case manual
    case capofila
    case owner
    case appendOnly = "append-only"
    case set
    case ordered
}

/// Who may write a table, or a column of it.
package enum WriteAccess: String, Sendable {
    case capofila, owner, ownerAndCapofila = "owner_capofila", all, hub
}

/// Who may read the rows of a table.
package enum ReadAccess: String, Sendable {
    /// Everybody of the ambito.
    case ambito
    /// The owning comune and the capofila.
    case owner
    /// Row by row, as the column `scope` says: `*` everybody, a comune's id, or empty for the capofila alone.
    case scoped
}

/// SQLite's declared type of a column in a STRICT table.
package enum ColumnType: String, Sendable {
    case integer = "INTEGER", real = "REAL", text = "TEXT", blob = "BLOB", any = "ANY"
}

/// One column as the catalog declares it.
package struct ColumnDescription: Sendable {
    package enum Format: String, Sendable { case date, time, timestamp, cent, boolean, year, text }

    package let name: String
    package let label: String
    package let type: ColumnType
    package let isRequired: Bool
    /// Encoded by `ValueCoding`; NULL when the column declares none.
    package let defaultValue: [UInt8]
    package let writable: WriteAccess?
    package let rule: MergeRule?
    package let groupName: String?
    /// Encoded values, the lowest first; for `ordered`.
    package let orderedValues: [[UInt8]]
    package let parent: String?
    package let codeList: String?
    package let allowed: [[UInt8]]
    package let minimum: Int64?
    package let maximum: Int64?
    package let format: Format?
    package let since: Int

    package init(
        name: String, label: String = "", type: ColumnType, isRequired: Bool = false,
        defaultValue: [UInt8] = ValueCoding.null,
        writable: WriteAccess? = nil, rule: MergeRule? = nil, groupName: String? = nil, orderedValues: [[UInt8]] = [],
        parent: String? = nil, codeList: String? = nil, allowed: [[UInt8]] = [], minimum: Int64? = nil,
        maximum: Int64? = nil, format: Format? = nil, since: Int = 1
    ) {
        self.name = name
        self.label = label
        self.type = type
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.writable = writable
        self.rule = rule
        self.groupName = groupName
        self.orderedValues = orderedValues
        self.parent = parent
        self.codeList = codeList
        self.allowed = allowed
        self.minimum = minimum
        self.maximum = maximum
        self.format = format
        self.since = since
    }
}

/// Columns that are merged as one value. Its index never changes when columns are appended: 0 is existence, 1 the
/// rest of the row (record rules only), 2 + c the group whose first column is c.
package struct ColumnGroup: Sendable {
    package static let existence = 0
    package static let wholeRow = 1
    /// No group: a change that names a record under it merges that record into its own (`Change.merged`).
    package static let merged = 2 + Limits.columns

    package let index: Int
    package let columns: ColumnSet
    package let rule: MergeRule
    package let orderedValues: [[UInt8]]
}

/// A check over one or more columns, in SQL over their names; true or NULL is fine.
package struct CheckDescription: Sendable {
    package let name: String
    package let columns: ColumnSet
    package let expression: String
    package let message: String

    package init(name: String, columns: ColumnSet, expression: String, message: String) {
        self.name = name
        self.columns = columns
        self.expression = expression
        self.message = message
    }
}

/// One synced table as the catalog declares it. Columns are those after `id`, in the table's order.
package struct TableDescription: Sendable {
    package let name: String
    package let number: Int
    package let label: String
    package let readable: ReadAccess
    package let writable: WriteAccess
    package let ownerColumn: Int?
    package let scopeColumn: Int?
    package let rule: MergeRule
    package let naturalKey: [Int]
    package let nullsAreEqual: Bool
    package let idKey: [Int]
    package let isDeletable: Bool
    /// Whether anybody can ever delete a record of it.
    package var losesRecords: Bool { isDeletable && rule != .appendOnly && writable != .hub }
    package let columns: [ColumnDescription]
    package let checks: [CheckDescription]
    package let since: Int
    /// Groups but existence, by index.
    package let groups: [ColumnGroup]

    package init(
        name: String, number: Int, label: String = "", readable: ReadAccess = .ambito, writable: WriteAccess = .all,
        ownerColumn: String? = nil, rule: MergeRule = .lastWriterWins, naturalKey: [String] = [],
        nullsAreEqual: Bool = false, idKey: [String] = [], isDeletable: Bool = true, columns: [ColumnDescription],
        checks: [CheckDescription] = [], since: Int = 1
    ) {
        func position(_ column: String) -> Int? { columns.firstIndex { $0.name.utf8.elementsEqual(column.utf8) } }
        self.name = name
        self.number = number
        self.label = label
        self.readable = readable
        self.writable = writable
        self.ownerColumn = ownerColumn.flatMap(position)
        self.scopeColumn = readable == .scoped ? position("scope") : nil
        self.rule = rule
        self.naturalKey = naturalKey.compactMap(position)
        self.nullsAreEqual = nullsAreEqual
        self.idKey = idKey.compactMap(position)
        self.isDeletable = isDeletable
        self.columns = columns
        self.checks = checks
        self.since = since
        groups = Self.groups(of: columns, rule: rule, since: since)
    }

    package var allColumns: ColumnSet { .first(columns.count) }

    package func column(named name: String) -> Int? {
        columns.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }

    package func group(_ index: Int) -> ColumnGroup? {
        groups.first { $0.index == index }
    }

    /// Under `fields` each column or declared group is a group; under any other rule one group holds the row, but
    /// for the columns that declare a rule or a group of their own (where rows are updated at all), and those that a
    /// later schema version added.
    private static func groups(of columns: [ColumnDescription], rule: MergeRule, since: Int) -> [ColumnGroup] {
        var groups: [ColumnGroup] = []
        var rest = ColumnSet()
        var named: [(name: String, index: Int)] = []
        for (position, column) in columns.enumerated() {
            let isDeclared = rule == .fields || column.rule != nil || column.groupName != nil
            guard column.since > since || isDeclared && rule != .appendOnly && rule != .set else {
                rest.insert(position)
                continue
            }
            let own = column.rule ?? (rule == .fields ? .lastWriterWins : rule)
            if let name = column.groupName, let known = named.first(where: { $0.name == name }) {
                let old = groups[known.index]
                var members = old.columns
                members.insert(position)
                groups[known.index] = ColumnGroup(
                    index: old.index, columns: members, rule: old.rule, orderedValues: old.orderedValues)
                continue
            }
            if let name = column.groupName { named.append((name, groups.count)) }
            groups.append(
                ColumnGroup(
                    index: 2 + position, columns: ColumnSet([position]), rule: own, orderedValues: column.orderedValues)
            )
        }
        if !rest.isEmpty || columns.isEmpty {
            let whole: MergeRule = rule == .fields ? .lastWriterWins : rule
            groups.insert(
                ColumnGroup(index: ColumnGroup.wholeRow, columns: rest, rule: whole, orderedValues: []), at: 0)
        }
        return groups
    }
}

/// All synced tables, by number: what both sides know of the domain.
package struct Catalog: Sendable {
    /// The schema version: the highest `since` of any table or column.
    package let version: Int
    package let tables: [TableDescription]

    package init(tables: [TableDescription]) {
        self.tables = tables.sorted { $0.number < $1.number }
        version = tables.reduce(1) { max($0, $1.since, $1.columns.reduce(1) { max($0, $1.since) }) }
    }

    package func table(_ number: Int) -> TableDescription? {
        var low = 0
        var high = tables.count
        while low < high {
            let middle = (low + high) / 2
            if tables[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < tables.count && tables[low].number == number ? tables[low] : nil
    }

    package func table(named name: String) -> TableDescription? {
        tables.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Whether records are owned by those of this table: then they cannot become one another.
    package func isOwner(_ table: TableDescription) -> Bool {
        tables.contains { other in other.ownerColumn.map { other.columns[$0].parent == table.name } ?? false }
    }
}
