import ReplicaStore
import SyncCore
import Texts

/// How people name a refused change: its counter, or number and counter with a colon where a file has had several
/// numbers.
enum RefusedReference {
    static func find(_ word: String, among changes: [RefusedChange]) throws -> RefusedChange {
        let found = changes.filter { $0.dot.description == word || String($0.dot.counter) == word }
        guard found.count < 2 else {
            throw CommandFailure(
                .notFound, "ambiguous",
                localized(
                    """
                    several refused changes have the counter \(word): write \(found[0].dot), or \(found[1].dot)
                    """))
        }
        guard let change = found.first else {
            throw CommandFailure(
                .notFound, "not-found", localized("there is no refused change \(word): `zona refused list` shows them"))
        }
        return change
    }

    /// Puts new values, as typed, in the place of the refused ones.
    static func mend(_ change: RefusedChange, _ assignments: [String], in store: ReplicaStore) throws {
        let table = try Names.writableTable(change.table, in: store.catalog)
        try store.editRefused(change.dot, try TypedValues(store: store, table: table).read(assignments))
    }

    /// The counter alone where it is enough.
    static func name(_ change: RefusedChange, among changes: [RefusedChange]) -> String {
        let isAlone = changes.filter { $0.dot.counter == change.dot.counter }.count == 1
        return isAlone ? String(change.dot.counter) : change.dot.description
    }
}
