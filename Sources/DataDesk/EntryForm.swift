package import SyncCore

/// A record asked for field by field, a line each: what is asked now, and what an answer means.
package struct EntryForm: Sendable {
    /// What a typed line says.
    package enum Line: Sendable, Equatable {
        /// Leaves the field as it is.
        case keep
        /// Takes the value away.
        case empty
        case back
        /// No more fields: to writing.
        case end
        /// What may be written here, of what holds this text.
        case help(String)
        case value([UInt8])

        /// `=` before a text takes it as it is, so that a sign can be a value, too.
        package init(_ line: String) {
            switch line {
            case "": self = .keep
            case "-": self = .empty
            case "<": self = .back
            case ".": self = .end
            default:
                if line.hasPrefix("?") {
                    self = .help(String(line.dropFirst()))
                } else {
                    self = .value(Array((line.hasPrefix("=") ? line.dropFirst() : line[...]).utf8))
                }
            }
        }
    }

    package let table: TableDescription
    package let columns: [Int]
    private var place = 0
    /// What was given so far, by column.
    package private(set) var given: [Int: FieldInput]

    package init(_ table: TableDescription, _ columns: [Int], given: [(column: Int, input: FieldInput)]) {
        self.table = table
        self.columns = columns
        self.given = Dictionary(given.map { ($0.column, $0.input) }) { _, last in last }
    }

    /// The column that is asked for; nothing behind the last one.
    package var column: Int? { columns.indices.contains(place) ? columns[place] : nil }

    package var fields: [(column: Int, input: FieldInput)] {
        given.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    package mutating func give(_ input: FieldInput) {
        if let column { given[column] = input }
    }

    package mutating func next() { place += 1 }
    package mutating func back() { place = max(0, place - 1) }
    package mutating func end() { place = columns.count }
    package mutating func restart() { place = 0 }

    /// Asks for a column once more; false for one that is not on the form.
    package mutating func go(to name: String) -> Bool {
        guard let found = columns.firstIndex(where: { table.columns[$0].name == name }) else { return false }
        place = found
        return true
    }
}
