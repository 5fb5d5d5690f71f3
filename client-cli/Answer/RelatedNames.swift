import ReplicaStore
import SyncCore

/// What people call the records that others point to. Looked up once each.
final class RelatedNames {
    /// Beyond so many the names are looked up anew.
    private static let maximum = 10_000
    private let store: ReplicaStore
    private var known: [String: String?] = [:]

    init(_ store: ReplicaStore) {
        self.store = store
    }

    /// The name of the record, not yet made safe for a terminal; nothing when there is none.
    func name(of id: RecordID, in table: TableDescription) throws -> String? {
        let key = "\(table.number)/\(id)"
        if let name = known[key] { return name }
        let name = try store.name(of: id, in: table)
        if known.count >= Self.maximum { known = [:] }
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
        guard let parent = column.parent.flatMap(store.catalog.table(named:)), let id = Self.id(value) else {
            return nil
        }
        return (id, try name(of: id, in: parent))
    }

    /// The id that a value is; nothing when it is none.
    static func id(_ value: Value) -> RecordID? {
        guard case .text(let bytes) = value else { return nil }
        return RecordID(String(decoding: bytes, as: UTF8.self))
    }

    /// A cell whose related name came with its row.
    static func cell(_ value: Value, _ column: ColumnDescription, related: String?) -> String {
        if let related { return related }
        guard column.parent != nil, let id = id(value) else { return ValueText.human(value, column) }
        return String(id.description.prefix(ShortIDs.shortest))
    }
}
