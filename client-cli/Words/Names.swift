import ReplicaStore
import SyncCore
import Texts

/// Names that people type, looked up in the catalog.
enum Names {
    static func table(_ name: String, in catalog: Catalog) throws -> TableDescription {
        if let table = catalog.table(named: name) { return table }
        let suggestion = Suggestion.text(for: name, among: catalog.tables.map(\.name))
        throw CommandFailure(
            .notFound, "unknown-table", localized("there is no table \(name).\(suggestion) `zona list` names them all"))
    }

    /// The position of a column that may be given or asked about, by its name or label; not the id.
    static func column(_ name: String, of table: TableDescription) throws -> Int {
        guard let column = try FieldNames.find(name, in: table) else {
            throw CommandFailure(
                .badValue, "bad-value", localized("the id of a row is made by the program and never changes"))
        }
        return column
    }

    /// A table of the domain: those of the engine are written by `conflicts resolve` and by the hub alone.
    static func writableTable(_ name: String, in catalog: Catalog) throws -> TableDescription {
        try writable(table(name, in: catalog))
    }

    static func writable(_ table: TableDescription) throws -> TableDescription {
        guard !isOfEngine(table) else {
            throw CommandFailure(
                .badValue, "not-valid",
                localized("\(table.name) is not written by hand: `zona conflicts resolve` decides a conflict"))
        }
        return table
    }

    /// Whether the table belongs to the engine, not to the Piano di Zona.
    static func isOfEngine(_ table: TableDescription) -> Bool {
        table.name.hasPrefix("zona_")
    }
}
