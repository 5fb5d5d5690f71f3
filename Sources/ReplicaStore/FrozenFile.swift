import GRDB
import SQLiteAccess
package import SyncCore

/// A published picture, open for reading: what is told about it is counted in the file itself.
package final class FrozenFile: Sendable {
    /// Rows of one table that have the same natural key.
    package struct Duplicate: Sendable, Equatable {
        package let table: String
        /// The columns of the key.
        package let columns: [String]
        /// In order, at least two.
        package let ids: [RecordID]
    }

    /// The domain tables, by number.
    package let tables: [TableDescription]
    private let queue: DatabaseQueue

    /// Opens what `freeze` wrote. `catalog` is that of the replica.
    package init(path: String, catalog: Catalog) throws(ReplicaStoreError) {
        var configuration = Configuration()
        configuration.readonly = true
        do { queue = try DatabaseQueue(path: path, configuration: configuration) } catch {
            throw ReplicaStoreError(error)
        }
        tables = catalog.domainTables
    }

    /// Calls `body` with each row of `table`, the id first and then the columns, in the order of ids. An error of
    /// `body` ends the reading and is thrown as it is; a fault of the database is a `ReplicaStoreError`.
    package func forEachRow(of table: TableDescription, _ body: ([Value]) throws -> Void) throws {
        let names = (["id"] + table.columns.map { TriggerSQL.quoted($0.name) }).joined(separator: ", ")
        do {
            try queue.read { database in
                let read = try RawStatement(
                    database, "SELECT \(names) FROM \(TriggerSQL.quoted(table.name)) ORDER BY id")
                while try read.step() { try body((0...table.columns.count).map(read.value)) }
            }
        } catch let fault as StatementFault {
            throw ReplicaStoreError(fault)
        } catch let fault as DatabaseError {
            throw ReplicaStoreError(fault)
        }
    }

    /// The rows of `table` that share a natural key, by their smallest id. NULL in a key counts as the catalog says.
    package func duplicates(of table: TableDescription) throws(ReplicaStoreError) -> [Duplicate] {
        guard !table.naturalKey.isEmpty else { return [] }
        let columns = table.naturalKey.map { table.columns[$0].name }
        let names = columns.map(TriggerSQL.quoted)
        let filter = table.nullsAreEqual ? "" : "WHERE \(names.map { "\($0) IS NOT NULL" }.joined(separator: " AND "))"
        let same = names.map { "d.\($0) IS t.\($0)" }.joined(separator: " AND ")
        do {
            return try queue.read { database in
                let read = try RawStatement(
                    database,
                    """
                    SELECT d.least, t.id FROM (SELECT min(id) AS least, \(names.joined(separator: ", "))
                        FROM \(TriggerSQL.quoted(table.name)) \(filter)
                        GROUP BY \(names.joined(separator: ", ")) HAVING count(*) > 1) d
                    JOIN \(TriggerSQL.quoted(table.name)) t ON \(same) ORDER BY d.least, t.id
                    """)
                var groups: [(least: [UInt8], ids: [RecordID])] = []
                while try read.step() {
                    guard let id = read.id(1) else { continue }
                    let least = read.blob(0)
                    if groups.last?.least == least {
                        groups[groups.count - 1].ids.append(id)
                    } else {
                        groups.append((least, [id]))
                    }
                }
                return groups.map { Duplicate(table: table.name, columns: columns, ids: $0.ids) }
            }
        } catch {
            throw ReplicaStoreError(error)
        }
    }

    package func close() throws(ReplicaStoreError) {
        do { try queue.close() } catch { throw ReplicaStoreError(error) }
    }
}
