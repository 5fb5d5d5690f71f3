import GRDB
import SQLiteAccess
package import SyncCore
import Texts

extension ReplicaStore {
    /// Why a change cannot be taken back; nothing when it can.
    package func obstacle(to change: UnsyncedChange) throws(ReplicaStoreError) -> String? {
        try read { try Self.obstacle(to: change, $0) }
    }

    /// Takes unsynced changes of these records back, all or none, as `author`: each row is again as the hub last
    /// confirmed it. What no batch holds is unsaid; of what is sealed in a batch the reverse becomes a change of its
    /// own. The values that go are kept beside the refused changes.
    ///
    /// - Returns: the changes as they were.
    package func revert(
        _ keys: [RecordKey], by author: Operator, now: Int64
    ) throws(ReplicaStoreError) -> [UnsyncedChange] {
        let catalog = catalog
        return try write { database in
            let changes = try keys.compactMap { try Self.unsynced($0, database, catalog) }.filter { $0.kind != .none }
            for change in changes {
                if let obstacle = try Self.obstacle(to: change, database) {
                    throw ReplicaStoreError(.notValid, "\(change.table.name) \(change.id): \(obstacle)")
                }
                try Self.keepAside(change, database, now: now)
            }
            let (sealed, unsaid) = (changes.filter(\.isSealed), changes.filter { !$0.isSealed })
            try database.whileApplying { for change in unsaid { try Self.unsay(change, database) } }
            try database.acting(as: author) { try Self.writeReverses(sealed, database) }
            for change in unsaid { try Self.requireWhole(change, database, catalog) }
            try database.whileApplying {
                for change in changes { try SkippedRows.endTouch(database, table: change.table, id: change.id) }
            }
            return changes
        }
    }

    private static func unsynced(
        _ key: RecordKey, _ database: Database, _ catalog: Catalog
    ) throws -> UnsyncedChange? {
        guard let table = catalog.table(key.table) else { return nil }
        var found: UnsyncedChange?
        try forEachUnsynced(database, table, catalog, id: key.id) { found = $0 }
        return found
    }

    private static func obstacle(to change: UnsyncedChange, _ database: Database) throws -> String? {
        let table = change.table
        guard table.number < 900 else {
            return localized("a decision is taken back with `zona conflicts reopen`")
        }
        let deciding = try RawStatement(
            database, "SELECT 1 FROM zona_deciding WHERE table_no = ?1 AND id = ?2 AND counter IS NULL")
        deciding.bind(1, table.number)
        deciding.bind(2, idText: change.id)
        guard try !deciding.step() else {
            return localized("it holds a decision about a conflict: `zona conflicts reopen` takes that back")
        }
        guard change.isSealed else { return nil }
        if change.isBehind {
            return localized("somebody else has changed it, too, and it is sealed in a batch: `zona sync` first")
        }
        if change.kind == .insert, table.rule == .appendOnly || !table.isDeletable {
            return localized(
                "it is sealed in a batch, and rows of this table are only added: correct it with a new row")
        }
        return nil
    }

    private static func keepAside(_ change: UnsyncedChange, _ database: Database, now: Int64) throws {
        let operation: Operation =
            switch change.kind {
            case .insert: .insert
            case .delete: .delete
            case .update, .none: .update
            }
        try RefusedChanges.keepAside(
            change.id, change.table, operation, change.now ?? [],
            changed: change.now == nil ? ColumnSet() : ColumnSet(change.columns), .reverted, database,
            by: change.author, now: now)
    }

    /// Puts the row back as if nothing had been written: the next capture finds no change and drops the note.
    private static func unsay(_ change: UnsyncedChange, _ database: Database) throws {
        let writer = try RowWriter(database, table: change.table)
        if let before = change.before {
            try writer.write(change.id, SyncCore.Row(before))
        } else {
            try writer.remove(change.id)
        }
    }

    /// Writes the reverses past the checks of their tables. One may wait for another, as a parent for its children: so
    /// they are tried until none goes any more.
    private static func writeReverses(_ changes: [UnsyncedChange], _ database: Database) throws {
        var left = changes
        while !left.isEmpty {
            var refused: [UnsyncedChange] = []
            var fault: (any Error)?
            for change in left {
                do { try writeReverse(of: change, database) } catch let error as StatementFault {
                    // A check said no to this one statement; anything else ends it all.
                    guard error.code & 0xFF == 19 else { throw error }
                    refused.append(change)
                    fault = fault ?? error
                }
            }
            if refused.count == left.count, let fault { throw fault }
            left = refused
        }
    }

    private static func writeReverse(of change: UnsyncedChange, _ database: Database) throws {
        guard let before = change.before else { return try delete(database, change.id, of: change.table) }
        if change.now == nil {
            let all = before.indices.map { (column: $0, value: before[$0]) }
            _ = try insert(database, into: change.table, all, id: change.id)
        } else {
            _ = try update(database, change.id, of: change.table, change.columns.map { ($0, before[$0]) })
        }
    }

    /// What was unsaid went past the triggers: that nothing points into the void, and no key is there twice, is looked
    /// at when all is written.
    private static func requireWhole(_ change: UnsyncedChange, _ database: Database, _ catalog: Catalog) throws {
        let table = change.table
        func isThere(_ sql: String, _ values: [Value]) throws -> Bool {
            let read = try RawStatement(database, sql)
            for (index, value) in values.enumerated() { read.bind(index + 1, value) }
            return try read.step()
        }
        guard let before = change.before else {
            for child in children(of: table, in: catalog) {
                let at = "\(TriggerSQL.quoted(child.table)) WHERE \(TriggerSQL.quoted(child.column)) = ?1 LIMIT 1"
                guard try !isThere("SELECT 1 FROM \(at)", [.text(change.id.description)]) else {
                    throw ReplicaStoreError(
                        .notValid,
                        localized(
                            """
                            \(table.name) \(change.id): rows of \(child.table) belong to it; take them back together \
                            with it, or delete them first
                            """))
                }
            }
            return
        }
        for (column, value) in zip(table.columns, before) where value != .null {
            guard let parent = column.parent else { continue }
            guard try isThere("SELECT 1 FROM \(TriggerSQL.quoted(parent)) WHERE id = ?1", [value]) else {
                throw ReplicaStoreError(
                    .notValid,
                    localized(
                        """
                        \(table.name) \(change.id): it belongs to a row of \(parent) that was deleted here; take that \
                        back together with it
                        """))
            }
        }
        guard !table.naturalKey.isEmpty,
            table.nullsAreEqual || !table.naturalKey.contains(where: { before[$0] == .null })
        else { return }
        let same = table.naturalKey.enumerated().map {
            "\(TriggerSQL.quoted(table.columns[$1].name)) IS ?\($0 + 2)"
        }
        let key = [Value.text(change.id.description)] + table.naturalKey.map { before[$0] }
        let twin =
            "SELECT 1 FROM \(TriggerSQL.quoted(table.name)) WHERE id <> ?1 AND \(same.joined(separator: " AND "))"
        guard try !isThere(twin, key) else {
            throw ReplicaStoreError(
                .notValid,
                localized("\(table.name) \(change.id): another row has its key meanwhile; change or take back that one")
            )
        }
    }
}
