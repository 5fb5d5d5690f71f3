import ReplicaStore
import SyncCore
import Texts

/// Columns as people name them where they read: by name, or by label whatever its case and accents.
enum FieldNames {
    /// The position of a column; nothing for the id.
    static func find(_ word: String, in table: TableDescription) throws -> Int? {
        let word = word.trimmed
        if let column = table.column(named: word) { return column }
        if word == "id" { return nil }
        let folded = RowQuery.folded(word)
        let found = table.columns.indices.filter {
            folded == RowQuery.folded(table.columns[$0].label) || folded == table.columns[$0].name
        }
        if found.count == 1 { return found[0] }
        let names = table.columns.map(\.name)
        let labels = table.columns.map { RowQuery.folded($0.label) }.filter { !names.contains($0) }
        let suggestion = Suggestion.text(for: folded, among: names + labels)
        throw CommandFailure(
            .notFound, "unknown-column",
            localized("\(table.name) has no column \(word).\(suggestion) It has \(names.joined(separator: ", "))"))
    }

    /// Several, separated by commas.
    static func list(_ words: String, of table: TableDescription) throws -> [Int?] {
        try words.split(separator: ",").map { try find(String($0), in: table) }
    }
}

extension String {
    /// Without spaces at both ends.
    var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
