import GRDB
import SQLiteAccess
package import SyncCore

/// A change of a record that the hub has not confirmed yet.
package struct WaitingChange: Sendable {
    package let author: String
    /// Unix milliseconds, by this PC's clock.
    package let changedAt: Int64
    /// The row as the hub last confirmed it; nothing when the record is new.
    package let before: [Value]?
}

extension ReplicaStore {
    /// The change of this record that waits for the hub, if there is one.
    package func pendingChange(of id: RecordID, in table: TableDescription) throws(ReplicaStoreError) -> WaitingChange?
    {
        try read { database in
            let columns = table.columns.map { ", b.\(TriggerSQL.quoted($0.name))" }.joined()
            let read = try RawStatement(
                database,
                """
                SELECT p.author, p.changed_at, b.id\(columns) FROM zona_pending p
                LEFT JOIN \(TriggerSQL.stashName(table)) b ON b.id = p.id
                WHERE p.table_no = ?1 AND p.id = ?2
                """)
            read.bind(1, table.number)
            read.bind(2, idText: id)
            guard try read.step() else { return nil }
            return WaitingChange(
                author: read.text(0), changedAt: read.integer(1),
                before: read.isNull(2) ? nil : table.columns.indices.map { read.value($0 + 3) })
        }
    }
}
