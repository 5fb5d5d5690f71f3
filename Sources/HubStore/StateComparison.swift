import GRDB
import SQLiteAccess
import SyncCore

/// Compares the tables of two hubs' files, row by row in the order of their keys: everything but what is not folded
/// from the log (the log itself, codes, who was here when).
struct StateComparison {
    let source: Database
    let scratch: Database

    private static let left: Set<String> = [
        "log", "invitation", "backup", "backup_counter", "sealing_key", "greeting", "forgotten",
    ]
    /// Columns that say when somebody was here, or what a backup holds; or that a hub which is older lacks.
    private static let columnsLeft: [String: Set<String>] = [
        "hub": ["log_hash", "created_at"],
        "refusal": ["is_insert"],
        "replica": [
            "durable_counter", "cursor", "oldest", "schema_version", "enrolled_at", "last_contact", "last_complete",
            "clock_offset", "superseded_at", "retired_at", "compared", "revoked_at",
        ],
    ]

    private struct Table {
        let name: String
        let key: [String]
        let values: [String]
        let condition: String

        var sql: String {
            let order = key.isEmpty ? "" : " ORDER BY " + key.map { "\"\($0)\"" }.joined(separator: ", ")
            return "SELECT \((key + values).map { "\"\($0)\"" }.joined(separator: ", ")) FROM \"\(name)\""
                + condition + order
        }
    }

    func run(_ catalog: Catalog, _ report: inout HubVerification) throws {
        for table in try tables() { try compare(table, catalog, &report) }
        let count = try RawStatement(source, "SELECT count(*) FROM record")
        _ = try count.step()
        report.records = Int(count.integer(0))
    }

    private func tables() throws -> [Table] {
        let read = try RawStatement(
            source,
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name")
        var found: [Table] = []
        while try read.step() {
            let name = read.text(0)
            guard !Self.left.contains(name) else { continue }
            let columns = try RawStatement(source, "SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid")
            columns.bind(1, text: name)
            var key: [(name: String, place: Int64)] = []
            var values: [String] = []
            while try columns.step() {
                if columns.integer(1) > 0 {
                    key.append((columns.text(0), columns.integer(1)))
                } else if Self.columnsLeft[name]?.contains(columns.text(0)) != true {
                    values.append(columns.text(0))
                }
            }
            var names = key.sorted { $0.place < $1.place }.map(\.name)
            // A record is told by its id, not by where it stands in the order of changes.
            if name == "record" {
                names = ["table_no", "id"]
                values = ["seq"] + values.filter { !names.contains($0) }
            }
            // Numbers that never sent anything are known by their greeting only.
            let condition = name == "replica" ? " WHERE stored_counter > 0" : ""
            found.append(Table(name: name, key: names, values: values, condition: condition))
        }
        return found
    }

    private func compare(_ table: Table, _ catalog: Catalog, _ report: inout HubVerification) throws {
        let here = try RawStatement(source, table.sql)
        let there = try RawStatement(scratch, table.sql)
        var (isHere, isThere) = (try here.step(), try there.step())
        func note(_ row: RawStatement, _ kind: HubVerification.Difference.Kind, _ columns: [String]) {
            report.note(
                HubVerification.Difference(
                    table: table.name, name: Self.name(row, table, catalog), kind: kind, columns: columns))
        }
        while isHere || isThere {
            let order =
                !isHere ? 1 : !isThere ? -1 : Self.order(here, there, columns: table.key.count)
            if order < 0 {
                note(here, .extra, [])
                isHere = try here.step()
            } else if order > 0 {
                note(there, .missing, [])
                isThere = try there.step()
            } else {
                var columns: [String] = []
                for (position, column) in table.values.enumerated() {
                    let place = table.key.count + position
                    if here.value(place) != there.value(place) { columns.append(column) }
                }
                if !columns.isEmpty { note(here, .changed, columns) }
                (isHere, isThere) = (try here.step(), try there.step())
            }
        }
    }

    /// As SQLite sorts: numbers before texts before BLOBs, bytes as bytes.
    private static func order(_ left: RawStatement, _ right: RawStatement, columns: Int) -> Int {
        for column in 0..<columns {
            switch (left.value(column), right.value(column)) {
            case (.integer(let one), .integer(let other)):
                if one != other { return one < other ? -1 : 1 }
            case (.text(let one), .text(let other)), (.blob(let one), .blob(let other)):
                if one != other { return one.lexicographicallyPrecedes(other) ? -1 : 1 }
            case (.integer, _): return -1
            case (_, .integer): return 1
            case (.text, _): return -1
            default: return 1
            }
        }
        return 0
    }

    private static func name(_ row: RawStatement, _ table: Table, _ catalog: Catalog) -> String {
        if table.name == "record", let id = row.id(1) {
            let number = Int(row.integer(0))
            return "\(catalog.table(number)?.name ?? "table \(number)") \(id)"
        }
        return table.key.indices.map { column in
            switch row.value(column) {
            case .integer(let number): String(number)
            case .text(let text): String(decoding: text, as: UTF8.self)
            case .blob: row.id(column).map(\.description) ?? "…"
            default: "-"
            }
        }.joined(separator: " ")
    }
}
