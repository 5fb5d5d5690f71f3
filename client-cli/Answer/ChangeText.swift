import ReplicaStore
import SyncCore

/// What is written of a record, field by field: for people, and for programs.
struct ChangeText {
    /// Nothing before in a new record.
    typealias Change = (column: Int, before: Value?, now: Value)

    let table: TableDescription
    private let names: RelatedNames

    init(_ table: TableDescription, _ store: ReplicaStore) {
        self.table = table
        names = RelatedNames(store)
    }

    /// `telefono: 0744 1 -> 0744 2`, a line a field.
    func lines(_ changes: [Change]) throws -> [String] {
        try changes.map { change in
            let column = table.columns[change.column]
            func cell(_ value: Value) throws -> String {
                SafeText.cut(SafeText.line(try names.cell(value, column)), to: 60)
            }
            let now = try cell(change.now)
            guard let before = change.before else { return "  \(column.name): \(now)" }
            return "  \(column.name): \(try cell(before)) -> \(now)"
        }
    }

    func json(_ changes: [Change]) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for change in changes {
            members[table.columns[change.column].name] = .object([
                "before": change.before.map(ValueText.json) ?? .null, "now": ValueText.json(change.now),
            ])
        }
        return .object(members)
    }
}
