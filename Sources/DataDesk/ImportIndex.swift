import ReplicaStore
import SyncCore

/// The rows of a table and of the file by what tells them apart: some of their values.
struct ImportIndex {
    enum Place: Equatable {
        case stored(RecordID)
        /// Of the file, which may be about a stored row.
        case line(Int, RecordID?)
    }

    private let columns: [Int]
    private let nullsAreEqual: Bool
    private var places: [[UInt8]: Place] = [:]

    /// - Parameter nullsAreEqual: whether a row that has no value somewhere is like another one; else like none.
    init(_ columns: [Int], nullsAreEqual: Bool, of table: TableDescription, _ session: DeskSession) throws {
        self.columns = columns
        self.nullsAreEqual = nullsAreEqual
        try session.eachValues(of: table, columns) { id, values in
            guard let key = Self.key(values, nullsAreEqual) else { return }
            if places[key] == nil { places[key] = .stored(id) }
        }
    }

    /// The key of a row with all its values; nothing for a row that is like no other.
    func key(of values: [Value]) -> [UInt8]? { Self.key(columns.map { values[$0] }, nullsAreEqual) }

    subscript(key: [UInt8]) -> Place? {
        get { places[key] }
        set { places[key] = newValue }
    }

    private static func key(_ values: [Value], _ nullsAreEqual: Bool) -> [UInt8]? {
        guard nullsAreEqual || !values.contains(.null) else { return nil }
        return values.flatMap { ValueCoding.bytes(of: $0) }
    }
}
