import ReplicaStore
import SyncCore
import Texts

/// `[TABLE] ID`: how people name a record. The id may be any prefix that no other has.
enum RecordReference {
    static func find(_ words: [String], in store: ReplicaStore) throws -> (table: TableDescription, id: RecordID) {
        switch words.count {
        case 1: return try store.record(startingWith: words[0].lowercased())
        case 2:
            let table = try Names.table(words[0], in: store.catalog)
            return (table, try store.id(startingWith: words[1].lowercased(), in: table))
        default:
            throw CommandFailure(.usage, "usage", localized("name one record: its id, or its table and its id"))
        }
    }

    /// The same, of a record too that is not here any more, where table and whole id say which.
    static func findEvenGone(
        _ words: [String], in store: ReplicaStore
    ) throws -> (table: TableDescription, id: RecordID) {
        do { return try find(words, in: store) } catch let error as ReplicaStoreError where error.code == .notFound {
            guard words.count == 2, let id = RecordID(words[1].lowercased()) else { throw error }
            return (try Names.table(words[0], in: store.catalog), id)
        }
    }
}
