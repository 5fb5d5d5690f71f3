import ReplicaStore
import SyncCore

/// What people call the records that others point to. Looked up once each.
final class RelatedNames {
    private let store: ReplicaStore
    private var known: [String: String?] = [:]

    init(_ store: ReplicaStore) {
        self.store = store
    }

    /// The name of the record, not yet made safe for a terminal; nothing when there is none.
    func name(of id: RecordID, in table: TableDescription) throws -> String? {
        let key = "\(table.number)/\(id)"
        if let name = known[key] { return name }
        let name = try table.tellingColumn.flatMap { column in
            try store.row(id, of: table).map { ValueText.human($0.values[column], table.columns[column]) }
        }
        known[key] = .some(name)
        return name
    }

    /// A cell of a listing: the name of the record that a column points to, else the value itself.
    func cell(_ value: Value, _ column: ColumnDescription) throws -> String {
        guard let related = try related(value, column) else { return ValueText.human(value, column) }
        return related.name ?? String(related.id.description.prefix(ShortIDs.shortest))
    }

    /// The record that a column with a parent points to, and its name.
    func related(_ value: Value, _ column: ColumnDescription) throws -> (id: RecordID, name: String?)? {
        guard let parent = column.parent.flatMap(store.catalog.table(named:)), case .text(let bytes) = value,
            let id = RecordID(String(decoding: bytes, as: UTF8.self))
        else { return nil }
        return (id, try name(of: id, in: parent))
    }
}
