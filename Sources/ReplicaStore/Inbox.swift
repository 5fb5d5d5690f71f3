import GRDB
import SQLiteAccess
import SyncCore
import Texts
package import SyncWire

extension ReplicaStore {
    /// Keeps a page until the last of its pull has come. Pages survive cuts and crashes; those of another
    /// incarnation never mix.
    package func keep(_ page: Frame, header: PageHeader) throws(ReplicaStoreError) {
        try write { database in
            let state = try ReplicaState(database)
            guard header.hub.incarnation == state.incarnation, header.comune == state.comune,
                header.schemaVersion >= state.schemaVersion
            else {
                throw ReplicaStoreError(.stale, localized("the page is not for this file as it is now: sync again"))
            }
            let last = try RawStatement(database, "SELECT count(*), coalesce(max(to_seq), ?1) FROM zona_inbox")
            last.bind(1, Int64(state.cursor))
            _ = try last.step()
            // The first page of a stick may begin before the cursor: it holds at least what a page from there would.
            let isFirst = last.integer(0) == 0
            guard UInt64(last.integer(1)) == header.from || isFirst && header.from < state.cursor else {
                throw ReplicaStoreError(.stale, localized("the page does not follow what is here: sync again"))
            }
            let insert = try RawStatement(
                database,
                "INSERT INTO zona_inbox(position, incarnation, from_seq, to_seq, bytes) VALUES (?1, ?2, ?3, ?4, ?5)")
            insert.bind(1, last.integer(0) + 1)
            insert.bind(2, Int64(header.hub.incarnation.rawValue))
            insert.bind(3, Int64(header.from))
            insert.bind(4, Int64(header.to))
            insert.bind(5, blob: page.bytes)
            try insert.run()
        }
    }

    package func dropInbox() throws(ReplicaStoreError) {
        try write { try $0.execute(sql: "DELETE FROM zona_inbox") }
    }
}
