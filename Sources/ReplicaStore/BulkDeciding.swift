import GRDB
import SQLiteAccess
package import SyncCore
import Texts

/// What became of many conflicts that were decided at once.
package struct BulkDecision: Sendable {
    package var decided: [RecordID] = []
    /// Those that could not be decided, and why. Nothing was written for them.
    package var left: [(conflict: RecordID, why: ReplicaStoreError)] = []
}

extension ReplicaStore {
    /// Decides each of these conflicts in the same way, in one transaction: cut in the middle it decided none. One that
    /// cannot be decided so (duplicates, somebody else's record, a check that says no, what was written here and nobody
    /// else has yet) keeps no other from it.
    ///
    /// - Parameter isRehearsal: does it all and takes it all back: what would be decided, and nothing is changed.
    package func resolve(
        _ conflicts: [Conflict], _ choice: ConflictChoice, note: String, by author: Operator, now: Int64,
        isRehearsal: Bool = false
    ) throws(ReplicaStoreError) -> BulkDecision {
        try write { database in
            var outcome = BulkDecision()
            try RawStatement(database, "SAVEPOINT bulk").run()
            for conflict in conflicts {
                try RawStatement(database, "SAVEPOINT one").run()
                do {
                    try requireNothingUnsent(database, conflict, choice)
                    try decide(database, conflict, choice, note: note, by: author, now: now)
                    outcome.decided.append(conflict.id)
                } catch {
                    let why = ReplicaStoreError(error)
                    guard [.notValid, .notFound, .stale, .unknownColumn, .unknownTable, .tooLarge].contains(why.code)
                    else { throw why }
                    try RawStatement(database, "ROLLBACK TO one").run()
                    outcome.left.append((conflict.id, why))
                }
                try RawStatement(database, "RELEASE one").run()
            }
            if isRehearsal { try RawStatement(database, "ROLLBACK TO bulk").run() }
            try RawStatement(database, "RELEASE bulk").run()
            return outcome
        }
    }

    /// Nobody looks at many one by one: what was written here since the listing, and has not been sent, is not written
    /// over by the other value. Whoever sees it (`zona conflicts show`) may do so by the conflict's id.
    private func requireNothingUnsent(
        _ database: Database, _ conflict: Conflict, _ choice: ConflictChoice
    ) throws {
        guard case .other = choice else { return }
        let table = try table(named: conflict.table)
        let columns = conflict.followsState ? [] : conflict.columns.compactMap(table.column(named:))
        try Self.forEachUnsynced(database, table, catalog, id: conflict.recordID) { change in
            guard change.kind != .none, columns.isEmpty || change.columns.contains(where: columns.contains) else {
                return
            }
            throw ReplicaStoreError(
                .stale,
                localized(
                    """
                    it was changed here and not sent yet: look at it with `zona conflicts show`, and decide it by its \
                    id
                    """))
        }
    }
}
