import GRDB
import SQLiteAccess
package import SyncCore
import Texts

extension ReplicaStore {
    /// Why a change cannot be taken back; nothing when it can.
    package func obstacle(to change: UnsyncedChange) throws(ReplicaStoreError) -> String? {
        try read { try Self.obstacle(to: change, $0) }
    }

    /// Calls `body` with each unsynced change, as `forEachUnsynced` does, and why it cannot be taken back.
    package func forEachUnsynced(
        in tables: [TableDescription], _ body: (UnsyncedChange, String?) throws -> Void
    ) throws {
        try streaming { database in
            for table in tables {
                try Self.forEachUnsynced(database, table, catalog, id: nil) { change in
                    try body(change, Self.obstacle(to: change, database))
                }
            }
        }
    }

    /// Takes unsynced changes of these records back, all or none, as `author`: each row is again as the hub last
    /// confirmed it. What no batch holds is unsaid; of what is sealed in a batch the reverse becomes a change of its
    /// own. The values that go are kept beside the refused changes.
    ///
    /// - Parameter told: is given each change as it was. None is held.
    package func revert(
        _ keys: [RecordKey], by author: Operator, now: Int64, telling told: (UnsyncedChange) throws -> Void = { _ in }
    ) throws {
        let catalog = catalog
        try streaming(.immediate) { database in
            try Upgrade.refuseUpgradedMeanwhile(database, version: catalog.version)
            var (sealed, unsaid): ([RecordKey], [RecordKey]) = ([], [])
            for key in keys {
                guard let change = try Self.unsynced(key, database, catalog), change.kind != .none else { continue }
                if let obstacle = try Self.obstacle(to: change, database) {
                    throw ReplicaStoreError(.notValid, "\(change.table.name) \(change.id): \(obstacle)")
                }
                try Self.keepAside(change, database, now: now)
                if change.isSealed { sealed.append(key) } else { unsaid.append(key) }
                try told(change)
            }
            func each(_ keys: [RecordKey], _ body: (UnsyncedChange) throws -> Void) throws {
                for key in keys { if let change = try Self.unsynced(key, database, catalog) { try body(change) } }
            }
            try database.whileApplying { try each(unsaid) { try Self.unsay($0, database) } }
            try database.acting(as: author) { try Self.writeReverses(sealed, database, catalog) }
            for key in unsaid { try Self.requireWhole(key, database, catalog) }
            try database.whileApplying {
                for key in sealed + unsaid {
                    guard let table = catalog.table(key.table) else { continue }
                    try SkippedRows.endTouch(database, table: table, id: key.id)
                }
            }
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
    private static func writeReverses(_ keys: [RecordKey], _ database: Database, _ catalog: Catalog) throws {
        var left = keys
        while !left.isEmpty {
            var refused: [RecordKey] = []
            var fault: (any Error)?
            for key in left {
                guard let change = try unsynced(key, database, catalog) else { continue }
                do { try writeReverse(of: change, database) } catch let error as StatementFault {
                    // A check said no to this one statement; anything else ends it all.
                    guard error.code & 0xFF == 19 else { throw error }
                    refused.append(key)
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
    private static func requireWhole(_ key: RecordKey, _ database: Database, _ catalog: Catalog) throws {
        guard let table = catalog.table(key.table) else { return }
        func isThere(_ sql: String, _ values: [Value]) throws -> Bool {
            let read = try RawStatement(database, sql)
            for (index, value) in values.enumerated() { read.bind(index + 1, value) }
            return try read.step()
        }
        guard let row = try DeskSession.values(of: key.id, in: table, database) else {
            for child in children(of: table, in: catalog) {
                let at = "\(TriggerSQL.quoted(child.table)) WHERE \(TriggerSQL.quoted(child.column)) = ?1 LIMIT 1"
                guard try !isThere("SELECT 1 FROM \(at)", [.text(key.id.description)]) else {
                    throw ReplicaStoreError(
                        .notValid,
                        localized(
                            """
                            \(table.name) \(key.id): rows of \(child.table) belong to it; take them back together \
                            with it, or delete them first
                            """))
                }
            }
            return
        }
        for (column, value) in zip(table.columns, row) where value != .null {
            guard let parent = column.parent else { continue }
            guard try isThere("SELECT 1 FROM \(TriggerSQL.quoted(parent)) WHERE id = ?1", [value]) else {
                throw ReplicaStoreError(
                    .notValid,
                    localized(
                        """
                        \(table.name) \(key.id): it belongs to a row of \(parent) that was deleted here; take that \
                        back together with it
                        """))
            }
        }
        guard !table.naturalKey.isEmpty,
            table.nullsAreEqual || !table.naturalKey.contains(where: { row[$0] == .null })
        else { return }
        let same = table.naturalKey.enumerated().map {
            "\(TriggerSQL.quoted(table.columns[$1].name)) IS ?\($0 + 2)"
        }
        let wanted = [Value.text(key.id.description)] + table.naturalKey.map { row[$0] }
        let twin =
            "SELECT 1 FROM \(TriggerSQL.quoted(table.name)) WHERE id <> ?1 AND \(same.joined(separator: " AND "))"
        guard try !isThere(twin, wanted) else {
            throw ReplicaStoreError(
                .notValid,
                localized("\(table.name) \(key.id): another row has its key meanwhile; change or take back that one")
            )
        }
    }
}
