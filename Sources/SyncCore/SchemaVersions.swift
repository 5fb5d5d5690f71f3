/// What an earlier schema version knows of a table. Columns are only appended: what it knows are the first ones.
extension TableDescription {
    /// How many columns schema `version` has of this table; none when the table came later.
    package func columnCount(at version: Int) -> Int {
        guard since <= version else { return 0 }
        return columns.firstIndex { $0.since > version } ?? columns.count
    }

    /// The columns that a writer cannot have had on screen when his last complete pull was under schema `version`. Of
    /// a table that came later he has seen no row at all; that is for who makes the stamp.
    package func columns(after version: Int) -> ColumnSet {
        since <= version ? allColumns.subtracting(.first(columnCount(at: version))) : ColumnSet()
    }

    /// What a group holds when nobody wrote it.
    package func defaults(of group: Int) -> [UInt8] {
        (self.group(group)?.columns.columns ?? []).reduce(into: []) { $0 += columns[$1].defaultValue }
    }
}

extension Catalog {
    /// The catalog as a program of schema `version` has it.
    package func restricted(to version: Int) -> Catalog {
        Catalog(
            tables: tables.filter { $0.since <= version }.map { table in
                let count = table.columnCount(at: version)
                let known = ColumnSet.first(count)
                return TableDescription(
                    name: table.name, number: table.number, label: table.label, readable: table.readable,
                    writable: table.writable, ownerColumn: table.ownerColumn.map { table.columns[$0].name },
                    rule: table.rule, naturalKey: table.naturalKey.map { table.columns[$0].name },
                    nullsAreEqual: table.nullsAreEqual, idKey: table.idKey.map { table.columns[$0].name },
                    isDeletable: table.isDeletable, columns: Array(table.columns.prefix(count)),
                    checks: table.checks.filter { $0.columns.isSubset(of: known) }, since: table.since)
            })
    }
}

/// Columns of which a change's writer had seen nothing, because his last complete pull was under a schema that lacks
/// them: his vector covers who wrote them, but he had only the rest of their rows on screen.
package struct UnseenColumns: Sendable {
    package let columns: ColumnSet
    /// What he had seen of them: his own earlier changes alone.
    package let context: Context

    package init(columns: ColumnSet, context: Context) {
        self.columns = columns
        self.context = context
    }
}
