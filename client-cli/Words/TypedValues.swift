import ReplicaStore
import SyncCore
import SyncWire

/// Turns assignments into values of a table's columns, by the type and format that the catalog declares.
struct TypedValues {
    let store: ReplicaStore
    let table: TableDescription

    /// Reads the words of a command. A column may come once.
    func read(_ words: [String]) throws -> [(column: Int, value: Value)] {
        var values: [(column: Int, value: Value)] = []
        for word in words {
            guard let assignment = Assignment(word) else {
                throw CommandFailure(
                    .usage, "usage", "\(word) is not understood: write column=value, column:null or column@FILE")
            }
            let column = try Names.column(assignment.column, of: table)
            guard !values.contains(where: { $0.column == column }) else {
                throw CommandFailure(.usage, "usage", "\(assignment.column) is given twice")
            }
            values.append((column, try value(assignment.source, table.columns[column])))
        }
        return values
    }

    private func value(_ source: Assignment.Source, _ column: ColumnDescription) throws -> Value {
        switch source {
        case .null: return .null
        case .file(let path):
            guard column.type == .text || column.type == .any else {
                throw bad(column, "is no text: give the value itself, as \(column.name)=…")
            }
            return .text(try Assignment.text(of: path))
        case .text(let text):
            guard !text.isEmpty else { return try empty(column) }
            return try typed(text, column)
        }
    }

    private func empty(_ column: ColumnDescription) throws -> Value {
        guard column.isRequired else { return .null }
        guard column.type == .text, column.parent == nil else { throw bad(column, "needs a value") }
        return .text("")
    }

    private func typed(_ text: String, _ column: ColumnDescription) throws -> Value {
        switch column.type {
        case .integer: return .integer(try integer(text, column))
        case .real:
            let hasDot = text.utf8.contains(0x2E)
            guard let number = Double(hasDot ? text : text.replacing(",", with: ".")), number.isFinite else {
                throw bad(column, "needs a number, not \(text)")
            }
            return .real(number)
        case .text, .any:
            guard let parent = column.parent else { return .text(text) }
            return .text(try relatedID(text, try Names.table(parent, in: store.catalog), column).description)
        case .blob:
            guard let bytes = Hash.bytes(text.lowercased()) else { throw bad(column, "needs bytes in hexadecimal") }
            return .blob(bytes)
        }
    }

    private func integer(_ text: String, _ column: ColumnDescription) throws -> Int64 {
        switch column.format {
        case .boolean:
            switch text.lowercased() {
            case "1", "si", "sì", "true": return 1
            case "0", "no", "false": return 0
            default: throw bad(column, "is si or no, not \(text)")
            }
        case .cent:
            guard let cents = Euro.cents(text) else {
                throw bad(column, "is money: write cents as 125000, or euro with two decimals as 1.250,00; not \(text)")
            }
            return cents
        case .date, .time, .timestamp, .year, .text, nil:
            guard let number = Int64(text) else { throw bad(column, "needs a whole number, not \(text)") }
            return number
        }
    }

    // MARK: Ids of parents

    private func relatedID(
        _ text: String, _ parent: TableDescription, _ column: ColumnDescription
    ) throws -> RecordID {
        if let id = RecordID(text) { return id }
        if parent.name == "comune", let comune = try comune(text, parent) { return comune }
        do {
            return try store.id(startingWith: text.lowercased(), in: parent)
        } catch {
            guard error.code == .notFound || error.code == .ambiguous else { throw error }
            let also = parent.name == "comune" ? " and no comune has this name or ISTAT code" : ""
            let what =
                error.code == .notFound
                ? "\(error.context)\(also): `zona list \(parent.name)` shows them" : error.context
            throw CommandFailure(.notFound, error.code.rawValue, "\(column.name): \(what)")
        }
    }

    /// A comune by its name, whatever the case of its letters, or by its ISTAT code.
    private func comune(_ text: String, _ parent: TableDescription) throws -> RecordID? {
        guard let name = parent.column(named: "denominazione"), let code = parent.column(named: "codice_istat") else {
            return nil
        }
        func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte + 0x20 : byte }
        let wanted = text.utf8.map(lower)
        let found = try store.rows(of: parent, limit: .max).filter { row in
            [name, code].contains { column in
                if case .text(let bytes) = row.values[column] { bytes.map(lower) == wanted } else { false }
            }
        }
        guard found.count < 2 else {
            throw CommandFailure(
                .notFound, "ambiguous",
                "several comuni are called \(text): give the ISTAT code, or the beginning of the id")
        }
        return found.first?.id
    }

    private func bad(_ column: ColumnDescription, _ what: String) -> CommandFailure {
        CommandFailure(.badValue, "bad-value", "\(column.name) (\(column.label)) \(what)")
    }
}
