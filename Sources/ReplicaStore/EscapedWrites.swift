import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// What was done about writes that escaped the triggers.
package struct EscapedSummary: Sendable, Equatable {
    package var done = 0
    /// Records that changed again meanwhile, or that are on their way now: look again.
    package var left = 0

    package init() {}
}

extension ReplicaStore {
    /// Makes writes that escaped the triggers changes of `author`, made now, having seen the hub's rows: the next
    /// capture sends them. The hub may still refuse them: nobody asked the checks.
    package func adopt(
        _ differences: [DifferingRecord], by author: Operator, now: Int64
    ) throws(ReplicaStoreError) -> EscapedSummary {
        let catalog = catalog
        return try write { database in
            try database.whileApplying {
                let pend = try RawStatement(
                    database,
                    """
                    INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action)
                    SELECT ?1, ?2, epoch, ?3, ?4, 0 FROM zona_state WHERE true
                    """)
                return try Self.forEachStill(differences, database, catalog: catalog) { difference, table in
                    let stash = try RowWriter(database, table: table, target: TriggerSQL.stashName(table))
                    if let hub = difference.hub {
                        try stash.write(difference.key.id, SyncCore.Row(hub))
                    } else {
                        try stash.remove(difference.key.id)
                    }
                    pend.bind(1, table.number)
                    pend.bind(2, idText: difference.key.id)
                    pend.bind(3, now)
                    pend.bind(4, text: author.name)
                    try pend.run()
                }
            }
        }
    }

    /// Puts the hub's rows back. The rows that were here are kept beside the refused changes.
    package func undo(
        _ differences: [DifferingRecord], by author: Operator, now: Int64
    ) throws(ReplicaStoreError) -> EscapedSummary {
        let catalog = catalog
        return try write { database in
            try database.whileApplying {
                try Self.forEachStill(differences, database, catalog: catalog) { difference, table in
                    try Self.keepAside(difference, table, database, by: author, now: now)
                    let writer = try RowWriter(database, table: table)
                    if let hub = difference.hub {
                        try writer.write(difference.key.id, SyncCore.Row(hub))
                    } else {
                        try writer.remove(difference.key.id)
                    }
                }
            }
        }
    }

    /// Those that are still as they were found, and not on their way.
    private static func forEachStill(
        _ differences: [DifferingRecord], _ database: Database, catalog: Catalog,
        _ body: (DifferingRecord, TableDescription) throws -> Void
    ) throws -> EscapedSummary {
        let open = try RawStatement(
            database,
            """
            SELECT 1 FROM zona_pending WHERE table_no = ?1 AND id = ?2
            UNION ALL SELECT 1 FROM zona_behind WHERE table_no = ?1 AND id = ?2
            """)
        var summary = EscapedSummary()
        for difference in differences {
            guard let table = catalog.table(difference.key.table) else { continue }
            open.bind(1, table.number)
            open.bind(2, idText: difference.key.id)
            let isOpen = try open.step()
            open.reset()
            guard !isOpen, try RecordComparison.row(database, difference.key.id, of: table) == difference.here else {
                summary.left += 1
                continue
            }
            try body(difference, table)
            summary.done += 1
        }
        return summary
    }

    private static func keepAside(
        _ difference: DifferingRecord, _ table: TableDescription, _ database: Database, by author: Operator, now: Int64
    ) throws {
        guard let here = difference.here else { return }
        let changed = ColumnSet(table.columns.indices.filter { difference.hub?[$0] != here[$0] })
        try RefusedChanges.keepAside(
            difference.key.id, table, difference.hub == nil ? .insert : .update, here, changed: changed, .undone,
            database, by: author.name, now: now)
    }
}

extension RefusedChanges {
    /// Keeps what is taken back here, with its values; without values a delete. Such changes stand under the number 0.
    static func keepAside(
        _ id: RecordID, _ table: TableDescription, _ operation: Operation, _ values: [Value], changed: ColumnSet,
        _ reason: RefusalReason, _ database: Database, by author: String, now: Int64
    ) throws {
        let keep = try RawStatement(
            database,
            """
            INSERT INTO zona_refused(number, counter, table_no, id, operation, carried, changed, "values", author,
                reason, detail, refused_at)
            SELECT 0, coalesce(max(counter), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', ?9 FROM zona_refused
            WHERE number = 0
            """)
        keep.bind(1, table.number)
        keep.bind(2, idText: id)
        keep.bind(3, Int(operation.rawValue))
        keep.bind(4, Int64(bitPattern: values.isEmpty ? 0 : table.allColumns.bits))
        keep.bind(5, Int64(bitPattern: changed.bits))
        keep.bind(6, blob: ValueCoding.bytes(of: values))
        keep.bind(7, text: author)
        keep.bind(8, Int(reason.rawValue))
        keep.bind(9, now)
        try keep.run()
    }
}
