import GRDB
import SQLiteAccess
package import SyncCore

/// A record in whose texts words were found.
package struct SearchHit: Sendable {
    package let table: TableDescription
    package let id: RecordID
    package let name: String?
    /// The texts that were searched, by column; those without a value are left out.
    package let texts: [(column: Int, text: String)]
}

extension ReplicaStore {
    /// The words of a text as they are compared: runs of letters and digits, without case and accents.
    package static func searchWords(_ text: String) -> [String] {
        FoldedText.of(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    /// The records whose texts hold words that begin with each of `words`, the best first.
    ///
    /// - Parameter table: only records of this table.
    /// - Returns: at most `limit` of them, and how many there are.
    package func search(
        _ words: [String], in table: TableDescription? = nil, limit: Int
    ) throws(ReplicaStoreError) -> (hits: [SearchHit], total: Int) {
        let (catalog, path) = (catalog, path)
        let match = words.map { "\"\($0.filter { $0 != "\"" })\"*" }.joined(separator: " ")
        do {
            return try queue.inDatabase { database in
                try SearchIndex(database: database, catalog: catalog, path: path).withFresh {
                    let found = try Self.found(database, match, in: table, limit: limit)
                    let hits = try found.keys.compactMap { try Self.hit($0, database, catalog) }
                    return (hits, found.total)
                }
            }
        } catch { throw ReplicaStoreError(error) }
    }

    private static func found(
        _ database: Database, _ match: String, in table: TableDescription?, limit: Int
    ) throws -> (keys: [RecordKey], total: Int) {
        let from = """
            FROM zona_search.words w JOIN zona_search.doc d ON d.docid = w.rowid
            WHERE w.words MATCH ?1\(table.map { " AND d.table_no = \($0.number)" } ?? "")
            """
        let count = try RawStatement(database, "SELECT count(*) \(from)")
        count.bind(1, text: match)
        _ = try count.step()
        let total = Int(count.integer(0))
        count.reset()
        let read = try RawStatement(
            database, "SELECT d.table_no, d.id \(from) ORDER BY w.rank, d.table_no, d.id LIMIT ?2")
        read.bind(1, text: match)
        read.bind(2, limit)
        var keys: [RecordKey] = []
        while try read.step() {
            if let id = read.id(1) { keys.append(RecordKey(table: Int(read.integer(0)), id: id)) }
        }
        return (keys, total)
    }

    private static func hit(_ key: RecordKey, _ database: Database, _ catalog: Catalog) throws -> SearchHit? {
        guard let table = catalog.table(key.table) else { return nil }
        let columns = SearchIndex.columns(of: table)
        let fields = columns.map { ", t.\(TriggerSQL.quoted(table.columns[$0].name))" }.joined()
        let name = RecordNaming(catalog: catalog).expression(table, row: "t") ?? "NULL"
        let read = try RawStatement(
            database, "SELECT \(name)\(fields) FROM main.\(TriggerSQL.quoted(table.name)) t WHERE t.id = ?1")
        read.bind(1, idText: key.id)
        guard try read.step() else { return nil }
        let texts = columns.enumerated().compactMap { index, column in
            read.isNull(index + 1) ? nil : (column: column, text: read.text(index + 1))
        }
        return SearchHit(table: table, id: key.id, name: read.isNull(0) ? nil : read.text(0), texts: texts)
    }
}
