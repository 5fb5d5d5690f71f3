import DataDesk
import ReplicaStore
import SyncCore
import SyncWire
import Texts

/// One condition of `--where` as typed: `col=value`, `col!=value`, `col>=value`, `col~text`, `col!~text`, `col:null`,
/// `col:notnull`.
struct RowFilter {
    let store: ReplicaStore
    let table: TableDescription

    func read(_ word: String) throws -> RowQuery.Condition {
        let (name, sign, value) = try Self.parts(word)
        let position = try FieldNames.find(name, in: table)
        let column = position.map { table.columns[$0] }
        switch sign {
        case ":null", ":notnull": return RowQuery.Condition(column: position, test: .isNull(sign == ":null"))
        case "~", "!~": return RowQuery.Condition(column: position, test: .contains(value, sign == "~"))
        default: break
        }
        guard let comparison = RowQuery.Comparison(rawValue: sign) else { throw Self.notUnderstood(word) }
        guard let column else {
            return RowQuery.Condition(column: nil, test: .compares(comparison, .text(value.lowercased())))
        }
        let isEquality = comparison == .equal || comparison == .different
        if value.isEmpty, isEquality, !column.isRequired || column.type != .text || column.parent != nil {
            return RowQuery.Condition(column: position, test: .isNull(comparison == .equal))
        }
        if let parent = column.parent.flatMap(store.catalog.table(named:)) {
            guard isEquality else {
                throw CommandFailure(
                    .badValue, "bad-value",
                    localized("\(column.name) points to another record: choose with =, != or ~ and its name"))
            }
            let ids = try related(value, parent, column)
            return RowQuery.Condition(column: position, test: .pointsTo(ids, comparison == .equal))
        }
        return RowQuery.Condition(column: position, test: .compares(comparison, try typed(value, column)))
    }

    /// The column's name, the sign and the value. A name may be a label, with spaces in it.
    private static func parts(_ word: String) throws -> (name: String, sign: String, value: String) {
        let signs = ["!=", ">=", "<=", "!~", "=", ">", "<", "~"]
        guard let start = word.firstIndex(where: { "=<>!~:".contains($0) }), start > word.startIndex else {
            throw notUnderstood(word)
        }
        let (name, rest) = (String(word[..<start]), word[start...])
        if rest == ":null" || rest == ":notnull" { return (name, String(rest), "") }
        guard let sign = signs.first(where: { rest.hasPrefix($0) }) else { throw notUnderstood(word) }
        return (name, sign, String(rest.dropFirst(sign.count)))
    }

    private static func notUnderstood(_ word: String) -> CommandFailure {
        CommandFailure(
            .usage, "usage",
            localized(
                """
                the condition \(word) is not understood: write column=value, or with one of != < <= > >= ~ (contains) \
                !~, or column:null, column:notnull
                """))
    }

    private func typed(_ text: String, _ column: ColumnDescription) throws -> Value {
        switch column.type {
        case .integer: return .integer(try integer(text, column))
        case .real:
            guard let number = Double(text.utf8.contains(0x2E) ? text : text.replacing(",", with: ".")) else {
                throw bad(column, localized("is compared with a number, not with \(text)"))
            }
            return .real(number)
        case .text, .any:
            guard column.format == .date, case .fine(let day) = DayText.date(Array(text.utf8)) else {
                return .text(text)
            }
            return .text(day)
        case .blob:
            guard let bytes = Hash.bytes(text.lowercased()) else {
                throw bad(column, localized("is compared with bytes in hexadecimal"))
            }
            return .blob(bytes)
        }
    }

    private func integer(_ text: String, _ column: ColumnDescription) throws -> Int64 {
        switch column.format {
        case .boolean:
            guard let flag = FieldReader.flag(Array(text.utf8)) else {
                throw bad(column, localized("is yes or no, not \(text)"))
            }
            return flag ? 1 : 0
        case .cent:
            guard let cents = Euro.cents(text) else {
                throw bad(
                    column,
                    localized(
                        "is money: write cents as 125000, or euro with two decimals as 1.250,00; not \(text)"))
            }
            return cents
        case .date, .time, .timestamp, .year, .text, nil:
            guard let number = Int64(text) else {
                throw bad(column, localized("is compared with a whole number, not with \(text)"))
            }
            return number
        }
    }

    /// The records that a word means: an id, a name, or the beginning of an id.
    private func related(
        _ text: String, _ parent: TableDescription, _ column: ColumnDescription
    ) throws -> [RecordID] {
        if let id = RecordID(text.lowercased()) { return [id] }
        let named = try store.ids(named: text, in: parent)
        if !named.isEmpty { return named }
        do { return [try store.id(startingWith: text.lowercased(), in: parent)] } catch {
            guard error.code == .notFound else { throw error }
        }
        let suggestion = Suggestion.text(for: text, among: try store.names(in: parent, limit: 5_000))
        throw CommandFailure(
            .notFound, "not-found",
            localized(
                """
                \(column.name): no row of \(parent.name) is called \(text).\(suggestion) With ~ a part of the name \
                will do
                """))
    }

    private func bad(_ column: ColumnDescription, _ what: String) -> CommandFailure {
        CommandFailure(.badValue, "bad-value", "\(column.name) (\(column.label)) \(what)")
    }
}
