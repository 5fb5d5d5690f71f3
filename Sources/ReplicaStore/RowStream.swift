import GRDB
import SQLiteAccess
package import SyncCore

/// A row with what people call it and the records that it points to.
package struct NamedRow: Sendable {
    package let row: StoredRow
    /// What people call the record; nothing when nothing names it.
    package let name: String?
    /// By column: the name of the record that it points to.
    package let related: [Int: String]
}

extension ReplicaStore {
    /// Calls `body` with each row that `query` takes, in its order, of one state of the file. Nothing is held: the rows
    /// may be many. `body` must not ask the store; an error of its own ends the reading and is thrown as it is.
    package func forEachRow(
        of table: TableDescription, _ query: RowQuery, _ body: (NamedRow) throws -> Void
    ) throws {
        try streaming { database in
            var sql = RowQuerySQL(table, catalog)
            let read = try RawStatement(database, Self.select(table, query, &sql))
            read.bind(1, query.limit ?? -1)
            read.bind(2, query.offset)
            sql.bind(to: read, from: 3)
            let parents = Self.namedParents(table, sql.naming, query.names)
            while try read.step() {
                guard let row = Self.storedRow(read, table) else { continue }
                let first = 5 + table.columns.count
                var related: [Int: String] = [:]
                for (index, parent) in parents.enumerated() where !read.isNull(first + 1 + index) {
                    related[parent.column] = read.text(first + 1 + index)
                }
                try body(NamedRow(row: row, name: read.isNull(first) ? nil : read.text(first), related: related))
            }
        }
    }

    /// How many rows `query` takes, whatever its pages.
    package func count(of table: TableDescription, _ query: RowQuery) throws(ReplicaStoreError) -> Int {
        let catalog = catalog
        return try read { database in
            var sql = RowQuerySQL(table, catalog)
            let condition = sql.condition(query)
            let read = try RawStatement(
                database, "SELECT count(*) FROM \(TriggerSQL.quoted(table.name)) t \(condition)")
            sql.bind(to: read, from: 3)
            _ = try read.step()
            return Int(read.integer(0))
        }
    }

    /// Runs `body` over one state of the file. Unlike in `read` it need not be sendable, and what it throws comes out
    /// as it is unless it is the database's.
    func streaming<Result>(
        _ kind: Database.AccessKind = .deferred, _ body: (Database) throws -> Result
    ) throws -> Result {
        do {
            return try queue.inDatabase { database in try database.inOneTransaction(kind) { try body(database) } }
        } catch let fault as StatementFault {
            throw ReplicaStoreError(fault)
        } catch let fault as DatabaseError {
            throw ReplicaStoreError(fault)
        }
    }

    /// The rows are chosen and ordered by their ids first: what is told beside them is looked up only for those of the
    /// page.
    private static func select(_ table: TableDescription, _ query: RowQuery, _ sql: inout RowQuerySQL) -> String {
        let name = query.names == .people ? sql.naming.expression(table, row: "t") ?? "NULL" : "NULL"
        let related = namedParents(table, sql.naming, query.names).map { ", \($0.name)" }.joined()
        let what = "\(columnsOfStoredRow(table)), \(name)\(related)"
        let from = TriggerSQL.quoted(table.name)
        let condition = sql.condition(query)
        guard !query.order.isEmpty else {
            return "SELECT \(what) FROM \(from) t \(condition) ORDER BY t.id LIMIT ?1 OFFSET ?2"
        }
        let terms = sql.order(query)
        let keys = terms.enumerated().map { ", \($1.term) AS k\($0)" }.joined()
        func order(_ alias: String) -> String {
            terms.indices.map { "\(alias)k\($0)\(terms[$0].isDescending ? " DESC" : "") NULLS LAST" }
                .joined(separator: ", ")
        }
        return """
            SELECT \(what) FROM (SELECT t.id AS id\(keys) FROM \(from) t \(condition)
                ORDER BY \(order("")), id LIMIT ?1 OFFSET ?2) z
            CROSS JOIN \(from) t ON t.id = z.id ORDER BY \(order("z.")), z.id
            """
    }

    private static func namedParents(
        _ table: TableDescription, _ naming: RecordNaming, _ names: RowQuery.Names
    ) -> [(column: Int, name: String)] {
        guard names != .none else { return [] }
        return table.columns.indices.compactMap { column in
            let described = table.columns[column]
            let name =
                names == .people ? naming.related(described, row: "t") : naming.findable(described, row: "t")
            return name.map { (column, $0) }
        }
    }
}

/// The records of one table that point to another record through one column.
package struct RelatedRecords: Sendable {
    package let table: TableDescription
    package let column: Int
    package let count: Int
    /// The first of them, with their names.
    package let first: [(id: RecordID, name: String?)]
}

extension ReplicaStore {
    /// What belongs to a record: the records that point to it, by table and column, the first `limit` of each.
    package func children(
        of id: RecordID, in table: TableDescription, limit: Int
    ) throws(ReplicaStoreError) -> [RelatedRecords] {
        let catalog = catalog
        return try read { database in
            var found: [RelatedRecords] = []
            for child in Self.children(of: table, in: catalog) {
                guard let described = catalog.table(named: child.table),
                    let column = described.column(named: child.column)
                else { continue }
                let from = "FROM \(TriggerSQL.quoted(child.table)) t WHERE t.\(TriggerSQL.quoted(child.column)) = ?1"
                let count = try RawStatement(database, "SELECT count(*) \(from)")
                count.bind(1, idText: id)
                guard try count.step(), count.integer(0) > 0 else { continue }
                let name = RecordNaming(catalog: catalog).expression(described, row: "t") ?? "NULL"
                let read = try RawStatement(database, "SELECT t.id, \(name) \(from) ORDER BY t.id LIMIT ?2")
                read.bind(1, idText: id)
                read.bind(2, limit)
                var first: [(id: RecordID, name: String?)] = []
                while try read.step() {
                    if let id = read.id(0) { first.append((id, read.isNull(1) ? nil : read.text(1))) }
                }
                found.append(
                    RelatedRecords(table: described, column: column, count: Int(count.integer(0)), first: first))
            }
            return found
        }
    }

    /// The name that a code list gives a code; nothing when it does not have it.
    package func codeName(_ code: [UInt8], list: String) throws(ReplicaStoreError) -> String? {
        guard catalog.table(named: "vocabolario") != nil else { return nil }
        return try read { database in
            let read = try RawStatement(
                database, "SELECT denominazione FROM vocabolario WHERE tipo = ?1 AND codice = ?2 ORDER BY id LIMIT 1")
            read.bind(1, text: list)
            read.bind(2, .text(code))
            return try read.step() ? read.text(0) : nil
        }
    }
}
