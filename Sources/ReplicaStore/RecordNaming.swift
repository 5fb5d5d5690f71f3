import GRDB
import SQLiteAccess
package import SyncCore
import Texts

/// What people call a record, as an SQL expression over its row: so that a name comes with the row, in the same state
/// of the file, however many rows there are.
///
/// A record is called by a column that names it. Where there is none, or a year or a date alone would name too little,
/// its key names it: `2026, Piano sociale 2025-2027`, with the names of the records that the key points to.
struct RecordNaming {
    private static let naming = ["denominazione", "titolo", "nominativo", "descrizione"]
    private static let dating = ["anno", "data", "oggetto", "codice"]
    /// Parts of a key beyond which a name is no shorter than the row.
    private static let maximumParts = 3
    let catalog: Catalog
    /// Names of names: a quota is called by its fund, and that by its year.
    private static let depth = 2

    /// The expression; nothing for a table whose records nothing names.
    func expression(_ table: TableDescription, row alias: String) -> String? {
        expression(table, row: alias, depth: Self.depth)
    }

    /// The name of the record that a column points to; nothing for a column that points nowhere.
    func related(_ column: ColumnDescription, row alias: String) -> String? {
        related(column, row: alias, depth: Self.depth)
    }

    /// The value of the telling column of the record that a column points to, where no other record has the same.
    func findable(_ column: ColumnDescription, row alias: String) -> String? {
        guard let parent = column.parent.flatMap(catalog.table(named:)), let telling = parent.tellingColumn else {
            return nil
        }
        let name = TriggerSQL.quoted(parent.columns[telling].name)
        let from = TriggerSQL.quoted(parent.name)
        return """
            (SELECT CAST(p.\(name) AS TEXT) FROM \(from) p WHERE p.id = \(alias).\(TriggerSQL.quoted(column.name))
                AND p.\(name) <> '' AND zona_fold(p.\(name)) NOT IN
                    (SELECT zona_fold(q.\(name)) FROM \(from) q WHERE q.\(name) IS NOT NULL GROUP BY 1
                        HAVING count(*) > 1))
            """
    }

    private func expression(_ table: TableDescription, row alias: String, depth: Int) -> String? {
        let own = Self.naming.lazy.compactMap(table.column(named:)).first
            .map { "nullif(\(field(table.columns[$0], alias)), '')" }
        let key = keyName(table, row: alias, depth: depth)
        guard let own else { return key }
        return key.map { "coalesce(\(own), \($0))" } ?? own
    }

    private func related(_ column: ColumnDescription, row alias: String, depth: Int) -> String? {
        guard depth >= 0, let parent = column.parent.flatMap(catalog.table(named:)) else { return nil }
        let inner = "\(alias)_\(depth)"
        guard let name = expression(parent, row: inner, depth: depth - 1) else { return nil }
        let at = "\(alias).\(TriggerSQL.quoted(column.name))"
        return "(SELECT \(name) FROM \(TriggerSQL.quoted(parent.name)) \(inner) WHERE \(inner).id = \(at))"
    }

    private func keyName(_ table: TableDescription, row alias: String, depth: Int) -> String? {
        let date = Self.dating.lazy.compactMap(table.column(named:)).first
        let parents = table.columns.indices.filter { table.columns[$0].parent != nil && table.columns[$0].isRequired }
        let code = table.columns.firstIndex { $0.codeList != nil && $0.isRequired }
        let key =
            table.naturalKey.isEmpty
            ? [date == nil ? code : nil].compactMap { $0 } + parents.prefix(2) : table.naturalKey
        let columns = [date].compactMap { $0 } + key.filter { $0 != date }
        let parts = columns.compactMap { position -> String? in
            let column = table.columns[position]
            return column.parent == nil ? field(column, alias) : related(column, row: alias, depth: depth - 1)
        }.prefix(Self.maximumParts)
        guard !parts.isEmpty else { return nil }
        guard parts.count > 1 else { return parts.first }
        return "nullif(substr(\(parts.map { "coalesce(', ' || \($0), '')" }.joined(separator: " || ")), 3), '')"
    }

    /// A column's text, a date as people write it.
    private func field(_ column: ColumnDescription, _ alias: String) -> String {
        let at = "\(alias).\(TriggerSQL.quoted(column.name))"
        guard column.format == .date, Language.current == .italian else { return "CAST(\(at) AS TEXT)" }
        return "substr(\(at), 9, 2) || '/' || substr(\(at), 6, 2) || '/' || substr(\(at), 1, 4)"
    }
}

extension ReplicaStore {
    /// What people call a record; nothing when it is not here or nothing names it.
    package func name(of id: RecordID, in table: TableDescription) throws(ReplicaStoreError) -> String? {
        let catalog = catalog
        return try read { try Self.name($0, of: id, in: table, catalog) }
    }

    static func name(
        _ database: Database, of id: RecordID, in table: TableDescription, _ catalog: Catalog
    ) throws -> String? {
        guard let name = RecordNaming(catalog: catalog).expression(table, row: "t") else { return nil }
        let read = try RawStatement(
            database, "SELECT \(name) FROM \(TriggerSQL.quoted(table.name)) t WHERE t.id = ?1")
        read.bind(1, idText: id)
        return try read.step() && !read.isNull(0) ? read.text(0) : nil
    }

    /// The records that people call so, whatever the case and the accents; of a comune its ISTAT code, too.
    package func ids(named name: String, in table: TableDescription) throws(ReplicaStoreError) -> [RecordID] {
        let catalog = catalog
        return try read { database in
            guard let expression = RecordNaming(catalog: catalog).expression(table, row: "t") else { return [] }
            let code = table.column(named: "codice_istat") == nil ? "" : " OR t.codice_istat = ?2"
            let read = try RawStatement(
                database,
                """
                SELECT t.id FROM \(TriggerSQL.quoted(table.name)) t WHERE zona_fold(\(expression)) = ?1\(code)
                ORDER BY t.id
                """)
            read.bind(1, text: FoldedText.of(name))
            if !code.isEmpty { read.bind(2, text: name) }
            var found: [RecordID] = []
            while try read.step() { if let id = read.id(0) { found.append(id) } }
            return found
        }
    }

    /// The names that the records of a table have, each once, at most `limit`.
    package func names(in table: TableDescription, limit: Int) throws(ReplicaStoreError) -> [String] {
        let catalog = catalog
        return try read { database in
            guard let expression = RecordNaming(catalog: catalog).expression(table, row: "t") else { return [] }
            let read = try RawStatement(
                database,
                "SELECT DISTINCT \(expression) FROM \(TriggerSQL.quoted(table.name)) t ORDER BY 1 LIMIT ?1")
            read.bind(1, limit)
            var names: [String] = []
            while try read.step() { if !read.isNull(0) { names.append(read.text(0)) } }
            return names
        }
    }
}

extension ReplicaStore {
    /// Says which records a prefix may mean, by name.
    func ambiguous(
        _ prefix: String, among tables: [TableDescription]
    ) throws(ReplicaStoreError) -> ReplicaStoreError {
        let (shown, catalog) = (5, catalog)
        let lines = try read { database in
            var lines: [String] = []
            for table in tables where lines.count <= shown {
                let name = RecordNaming(catalog: catalog).expression(table, row: "t") ?? "NULL"
                let found = try RawStatement(
                    database,
                    """
                    SELECT t.id, \(name) FROM \(TriggerSQL.quoted(table.name)) t
                    WHERE t.id >= ?1 AND t.id < ?1 || 'g' ORDER BY t.id LIMIT ?2
                    """)
                found.bind(1, text: prefix)
                found.bind(2, shown + 1 - lines.count)
                while try found.step() {
                    lines.append("  \(table.name) \(found.text(0))" + (found.isNull(1) ? "" : "  " + found.text(1)))
                }
            }
            return lines
        }
        let list = (lines.prefix(shown) + (lines.count > shown ? ["  …"] : [])).joined(separator: "\n")
        return ReplicaStoreError(
            .ambiguous, localized("several rows have ids that begin with \(prefix): give more of it\n\(list)"))
    }
}
