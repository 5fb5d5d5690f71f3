import ReplicaStore
import SyncCore

/// `[TABLE] ID`: how people name a record. The id may be any prefix that no other has.
enum RecordReference {
    static func find(_ words: [String], in store: ReplicaStore) throws -> (table: TableDescription, id: RecordID) {
        switch words.count {
        case 1: return try store.record(startingWith: words[0].lowercased())
        case 2:
            let table = try Names.table(words[0], in: store.catalog)
            return (table, try store.id(startingWith: words[1].lowercased(), in: table))
        default:
            throw CommandFailure(.usage, "usage", "name one record: its id, or its table and its id")
        }
    }
}
