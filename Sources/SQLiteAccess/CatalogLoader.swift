package import GRDB
package import Schema
package import SyncCore
import Synchronization

/// Reads the catalog out of a database that holds it: the SQL files are the only place where tables, rules and
/// rights are written.
package enum CatalogLoader {
    /// One for each schema version that a program meets: a hub with many ambiti loads it once.
    private static let known = Mutex<[[Schema.File]: Catalog]>([:])

    /// The catalog of the SQL that this program carries, loaded in memory.
    package static func bundled(_ files: [Schema.File] = Schema.synced) throws -> Catalog {
        if let catalog = known.withLock({ $0[files] }) { return catalog }
        let queue = try DatabaseQueue()
        let catalog = try queue.write { database in
            for file in files { try database.execute(sql: file.sql) }
            return try load(database)
        }
        known.withLock { $0[files] = catalog }
        return catalog
    }

    package static func load(_ database: Database) throws -> Catalog {
        let statement = try RawStatement(
            database,
            """
            SELECT table_name, table_no, label, readable, writable, owner_column, rule, natural_key, nulls_equal,
                id_key, deletable, since FROM zona_catalog ORDER BY table_no
            """)
        var tables: [TableDescription] = []
        while try statement.step() {
            let name = statement.text(0)
            let columns = try columns(of: name, database)
            tables.append(
                TableDescription(
                    name: name, number: Int(statement.integer(1)), label: statement.text(2),
                    readable: ReadAccess(rawValue: statement.text(3)) ?? .owner,
                    writable: WriteAccess(rawValue: statement.text(4)) ?? .hub,
                    ownerColumn: statement.isNull(5) ? nil : statement.text(5),
                    rule: MergeRule(rawValue: statement.text(6)) ?? .lastWriterWins,
                    naturalKey: list(statement.text(7)),
                    nullsAreEqual: statement.integer(8) == 1, idKey: list(statement.text(9)),
                    isDeletable: statement.integer(10) == 1, columns: columns,
                    checks: try checks(of: name, columns: columns, database), since: Int(statement.integer(11))))
        }
        return Catalog(tables: tables)
    }

    /// A column without a rule is none of Zona's: somebody added it to his file, and it stays there.
    private static func columns(of table: String, _ database: Database) throws -> [ColumnDescription] {
        let statement = try RawStatement(
            database,
            """
            SELECT i.name, i.type, i."notnull", i.dflt_value, r.label, r.writable, r.rule, r.group_name,
                r.ordered_values, r.parent, r.code_list, r.allowed, r.minimum, r.maximum, r.format, coalesce(r.since, 1)
            FROM pragma_table_info(?1) i JOIN zona_column_rule r ON r.table_name = ?1 AND r.column_name = i.name
            WHERE i.name <> 'id' ORDER BY i.cid
            """)
        statement.bind(1, text: table)
        var columns: [ColumnDescription] = []
        while try statement.step() {
            let type = ColumnType(rawValue: statement.text(1)) ?? .any
            func optional(_ column: Int) -> String? { statement.isNull(column) ? nil : statement.text(column) }
            func values(_ column: Int) -> [[UInt8]] {
                list(statement.text(column)).map { text in
                    ValueCoding.bytes(
                        of: type == .integer ? Int64(text).map(Value.integer) ?? .text(text) : .text(text))
                }
            }
            columns.append(
                ColumnDescription(
                    name: statement.text(0), label: statement.text(4), type: type,
                    isRequired: statement.integer(2) == 1,
                    defaultValue: try defaultValue(optional(3), database),
                    writable: optional(5).flatMap(WriteAccess.init), rule: optional(6).flatMap(MergeRule.init),
                    groupName: optional(7), orderedValues: values(8), parent: optional(9), codeList: optional(10),
                    allowed: values(11), minimum: statement.isNull(12) ? nil : statement.integer(12),
                    maximum: statement.isNull(13) ? nil : statement.integer(13),
                    format: optional(14).flatMap(ColumnDescription.Format.init), since: Int(statement.integer(15))))
        }
        return columns
    }

    private static func defaultValue(_ expression: String?, _ database: Database) throws -> [UInt8] {
        guard let expression else { return ValueCoding.null }
        let statement = try RawStatement(database, "SELECT \(expression)")
        _ = try statement.step()
        return ValueCoding.bytes(of: statement.value(0))
    }

    private static func checks(
        of table: String, columns: [ColumnDescription], _ database: Database
    ) throws -> [CheckDescription] {
        let statement = try RawStatement(
            database, "SELECT name, columns, expression, message FROM zona_check WHERE table_name = ?1 ORDER BY name")
        statement.bind(1, text: table)
        var checks: [CheckDescription] = []
        while try statement.step() {
            let names = list(statement.text(1))
            let positions = names.compactMap { name in columns.firstIndex { $0.name.utf8.elementsEqual(name.utf8) } }
            checks.append(
                CheckDescription(
                    name: statement.text(0), columns: ColumnSet(positions), expression: statement.text(2),
                    message: statement.text(3)))
        }
        return checks
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { part in
            String(part.drop { $0 == " " })
        }
    }
}
