package import SyncCore

/// A table as Italian offices read it in a spreadsheet: labels above, `1250,00` for amounts, `26/11/2026` for days,
/// `sì` and `no`, names in the place of ids, no text that runs as a formula. `CSVText` writes the lines.
package enum PeopleCSV {
    /// The line of titles: the id's, then each column's label; with its name behind where two labels are the same.
    package static func titles(_ table: TableDescription, columns: [Int]) -> [Value] {
        let labels = columns.map { table.columns[$0].label }
        return [.text("id")]
            + columns.map { position in
                let column = table.columns[position]
                let isAlone = labels.filter { $0 == column.label }.count == 1 && !column.label.isEmpty
                return .text(isAlone ? column.label : column.name)
            }
    }

    /// One cell.
    ///
    /// - Parameter name: what the record is called that the column points to, where that is enough to find it again.
    package static func cell(_ value: Value, _ column: ColumnDescription, name: String?) -> Value {
        if let name { return .text(FormulaGuard.guarded(Array(name.utf8))) }
        switch (value, column.format) {
        case (.integer(let cents), .cent): return .text(euro(cents))
        case (.integer(let flag), .boolean) where flag == 0 || flag == 1: return .text(flag == 1 ? "sì" : "no")
        case (.real(let number), _): return .text(number.description.replacing(".", with: ","))
        case (.text(let text), .date): return .text(day(text) ?? FormulaGuard.guarded(text))
        case (.text(let text), _): return .text(FormulaGuard.guarded(text))
        default: return value
        }
    }

    /// `1250,00`: without points, which a spreadsheet of another language would take for commas.
    package static func euro(_ cents: Int64) -> String {
        let rest = cents.magnitude % 100
        return "\(cents < 0 ? "-" : "")\(cents.magnitude / 100),\(rest < 10 ? "0" : "")\(rest)"
    }

    /// `26/11/2026` of `2026-11-26`; nothing for anything else.
    package static func day(_ text: [UInt8]) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2],
            parts.allSatisfy({ $0.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } })
        else { return nil }
        let slash = UInt8(ascii: "/")
        return Array(parts[2]) + [slash] + parts[1] + [slash] + parts[0]
    }
}
