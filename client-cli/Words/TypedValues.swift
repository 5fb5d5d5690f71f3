import DataDesk
import ReplicaStore
import SyncCore

/// Turns assignments into values of a table's columns, by the type and format that the catalog declares.
struct TypedValues {
    let store: ReplicaStore
    let table: TableDescription

    /// Reads the words of a command. A column may come once. All faults are told at once.
    func read(_ words: [String]) throws -> [(column: Int, value: Value)] {
        let fields = try EntryDesk.fields(words, of: table)
        return try store.deskReading { session in
            let reader = FieldReader(DeskKnowledge(session, today: Day.today()))
            let (given, _, faults) = try Entry.read(fields, table, reader)
            guard faults.isEmpty else { throw EntryRefusal(faults: [(0, faults)], count: 1) }
            return given
        }
    }
}
