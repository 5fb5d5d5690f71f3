import GRDB
import SQLiteAccess
import SyncCore

/// Writes encoded rows into a table, with one prepared upsert. Columns that a row lacks take their default.
final class RowWriter {
    private let table: TableDescription
    private let upsert: RawStatement
    private let delete: RawStatement

    /// - Parameter target: the table itself, or its stash.
    init(_ database: Database, table: TableDescription, target: String? = nil) throws {
        self.table = table
        let name = TriggerSQL.quoted(target ?? table.name)
        let columns = table.columns.map { TriggerSQL.quoted($0.name) }
        let places = (0...columns.count).map { "?\($0 + 1)" }.joined(separator: ", ")
        let set = columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        upsert = try RawStatement(
            database,
            """
            INSERT INTO \(name)(\((["id"] + columns).joined(separator: ", "))) VALUES (\(places))
            ON CONFLICT(id) DO \(columns.isEmpty ? "NOTHING" : "UPDATE SET \(set)")
            """)
        delete = try RawStatement(database, "DELETE FROM \(name) WHERE id = ?1")
    }

    func write(_ id: RecordID, _ row: SyncCore.Row) throws {
        var reader = ByteReader(row.bytes)
        try write(id, &reader)
    }

    /// Writes the row that begins at the reader's position.
    func write(_ id: RecordID, _ reader: inout ByteReader) throws {
        upsert.bind(1, idText: id)
        let count = try reader.count(limit: Limits.columns, of: "columns")
        for column in 0..<count {
            let value = try reader.rawValue()
            if column < table.columns.count { upsert.bind(column + 2, value, in: reader) }
        }
        if count < table.columns.count {
            for column in count..<table.columns.count {
                var fallback = ByteReader(table.columns[column].defaultValue)
                upsert.bind(column + 2, try fallback.value())
            }
        }
        try upsert.run()
    }

    func remove(_ id: RecordID) throws {
        delete.bind(1, idText: id)
        try delete.run()
    }
}
