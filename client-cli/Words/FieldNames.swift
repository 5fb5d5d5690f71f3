import ReplicaStore
import SyncCore
import Texts

/// Columns as people call them: by name, or by label in either language, whatever its case and accents.
enum FieldNames {
    /// The position of a column; nothing for the id.
    static func find(_ word: String, in table: TableDescription) throws -> Int? {
        let word = word.trimmed
        if let column = table.column(named: word) { return column }
        if word == "id" { return nil }
        let folded = RowQuery.folded(word)
        let labels = table.columns.map { column in
            Set([column.label, localizedLabel(column.label, in: .english)].map(RowQuery.folded))
        }
        let found = table.columns.indices.filter {
            labels[$0].contains(folded) || folded == table.columns[$0].name
        }
        if found.count == 1 { return found[0] }
        let names = table.columns.map(\.name)
        let others = Set(labels.joined()).subtracting(names).sorted()
        let suggestion = Suggestion.text(for: folded, among: names + others)
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
