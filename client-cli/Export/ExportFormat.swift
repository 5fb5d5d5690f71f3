import ArgumentParser
import CSVFiles
import ReplicaStore
import SyncCore
import SyncWire

/// What an export is written as.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people: labels, euro, days as Italians write them, related names.
    case csv
    /// For programs: names, cents, ISO days, ids.
    case csvExact = "csv-exact"
    case json
    case jsonl
    case sqlite

    /// Behind the name of a file.
    var suffix: String { self == .csvExact ? "csv" : rawValue }

    /// Whether a file holds one table only.
    var isOneTable: Bool { self == .csv || self == .csvExact }

    var names: RowQuery.Names { self == .csv ? .findable : .none }
}

/// Writes the rows of tables into one file, as they come.
struct ExportWriter {
    let format: ExportFormat
    let file: ExportFile
    let store: ReplicaStore

    /// One table with some of its columns. Returns the rows that were written.
    func write(_ table: TableDescription, _ query: RowQuery, columns: [Int], ) throws -> Int {
        var query = query
        query.names = format.names
        var count = 0
        try begin(table, columns)
        try store.forEachRow(of: table, query) { row in
            try write(row, table, columns, isFirst: count == 0)
            count += 1
        }
        if format == .json { try file.append(count == 0 ? "]}" : "\n]}") }
        return count
    }

    /// Around several tables of a JSON document.
    func writeAll(_ body: () throws -> Void) throws {
        guard format == .json else { return try body() }
        try file.append("{\"tables\": [")
        try body()
        try file.append("\n]}")
    }

    private func begin(_ table: TableDescription, _ columns: [Int]) throws {
        switch format {
        case .csv, .csvExact:
            let titles =
                format == .csv
                ? PeopleCSV.titles(table, columns: columns)
                : [.text("id")] + columns.map { .text(table.columns[$0].name) }
            try file.append { bytes in
                bytes.append(contentsOf: CSVText.byteOrderMark)
                CSVText.appendLine(titles, to: &bytes)
            }
        case .json: try file.append("{\"table\": \(JSONValue.text(table.name).line), \"rows\": [")
        case .jsonl, .sqlite: break
        }
    }

    private func write(
        _ row: NamedRow, _ table: TableDescription, _ columns: [Int], isFirst: Bool
    ) throws {
        let id = row.row.id.description
        switch format {
        case .csv:
            let cells = columns.map {
                PeopleCSV.cell(row.row.values[$0], table.columns[$0], name: row.related[$0])
            }
            try file.append { CSVText.appendLine([.text(id)] + cells, to: &$0) }
        case .csvExact:
            try file.append { CSVText.appendLine([.text(id)] + columns.map { row.row.values[$0] }, to: &$0) }
        case .json, .jsonl:
            var values: [String: JSONValue] = [:]
            for column in columns { values[table.columns[column].name] = ValueText.json(row.row.values[column]) }
            var members: [String: JSONValue] = ["id": .text(id), "values": .object(values)]
            if format == .jsonl { members["table"] = .text(table.name) }
            let line = JSONValue.object(members).line
            try file.append(format == .jsonl ? line + "\n" : (isFirst ? "\n" : ",\n") + line)
        case .sqlite: break
        }
    }
}
