import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// Checks a change's values against the catalog: types, lists, ranges, ids of keys, and the catalog's SQL checks,
/// which SQLite itself evaluates over the values.
final class Validation {
    private let database: Database
    private var prepared: [String: RawStatement] = [:]

    init(_ database: Database) {
        self.database = database
    }

    func check(_ change: Change, _ carried: [ArraySlice<UInt8>], _ table: TableDescription) throws {
        var position = 0
        var bits = change.carried.bits
        while bits != 0 {
            let column = bits.trailingZeroBitCount
            bits &= bits - 1
            if let fault = table.columns[column].fault(in: carried[position]) { throw fault }
            position += 1
        }
        if change.operation == .insert {
            for (column, described) in table.columns.enumerated()
            where described.isRequired && !change.carried.contains(column) {
                guard described.defaultValue != ValueCoding.null else {
                    throw Refusal(.notValid, described.name)
                }
            }
            if !table.idKey.isEmpty {
                let key = table.idKey.map { column in
                    change.carried.contains(column)
                        ? carried[change.carried.intersection(.first(column)).count]
                        : table.columns[column].defaultValue[...]
                }
                guard DerivedID.of(table: table.name, key: key) == change.key.id else { throw Refusal(.wrongID) }
            }
        }
        for check in table.checks where check.columns.isSubset(of: change.carried) {
            try evaluate(check, change, carried, table)
        }
    }

    private func evaluate(
        _ check: CheckDescription, _ change: Change, _ carried: [ArraySlice<UInt8>], _ table: TableDescription
    ) throws {
        let statement = try statement(for: check, table)
        defer { statement.reset() }
        for (index, column) in check.columns.columns.enumerated() {
            let slice = carried[change.carried.intersection(.first(column)).count]
            var reader = ByteReader(Array(slice))
            statement.bind(index + 1, try reader.value())
        }
        guard try statement.step(), statement.integer(0) == 1 else { throw Refusal(.notValid, check.name) }
    }

    /// Whether values, one for each column of the check, pass it.
    func holds(_ check: CheckDescription, _ values: [ArraySlice<UInt8>], _ table: TableDescription) throws -> Bool {
        let statement = try statement(for: check, table)
        defer { statement.reset() }
        for (index, value) in values.enumerated() {
            var reader = ByteReader(Array(value))
            statement.bind(index + 1, try reader.value())
        }
        return try statement.step() && statement.integer(0) == 1
    }

    private func statement(for check: CheckDescription, _ table: TableDescription) throws -> RawStatement {
        let name = "\(table.name).\(check.name)"
        if let known = prepared[name] { return known }
        let columns = check.columns.columns.enumerated().map { "?\($0 + 1) AS \"\(table.columns[$1].name)\"" }
        let made = try RawStatement(
            database, "SELECT coalesce((\(check.expression)), 1) <> 0 FROM (SELECT \(columns.joined(separator: ", ")))")
        prepared[name] = made
        return made
    }
}
