import GRDB
import SQLiteAccess
import SyncCore
package import SyncSession
import SyncWire

extension ReplicaStore {
    /// What the conversation must know of this file.
    package func local() throws(ReplicaStoreError) -> ClientSession.Local {
        try read { database in
            let state = try ReplicaState(database)
            var chain: [(counter: UInt64, hash: [UInt8])] = [(state.acknowledgedCounter, state.acknowledgedHash)]
            let waiting = try RawStatement(
                database,
                """
                SELECT last_counter, hash FROM zona_outbox WHERE number = ?1 AND last_counter > ?2
                ORDER BY last_counter
                """)
            waiting.bind(1, Int64(state.number.rawValue))
            waiting.bind(2, Int64(state.acknowledgedCounter))
            while try waiting.step() { chain.append((UInt64(waiting.integer(0)), waiting.blob(1))) }
            let inbox = try RawStatement(database, "SELECT coalesce(max(to_seq), ?1) FROM zona_inbox")
            inbox.bind(1, Int64(state.cursor))
            _ = try inbox.step()
            return ClientSession.Local(
                ambito: state.ambito, number: state.number, incarnation: state.incarnation,
                schemaVersion: state.schemaVersion,
                cursor: UInt64(inbox.integer(0)), chain: chain)
        }
    }

    /// The `seq` of the oldest context that a pending, behind or touched row still holds.
    package func oldestContext() throws(ReplicaStoreError) -> UInt64 {
        try read { database in
            let read = try RawStatement(
                database,
                """
                SELECT min(seq) FROM zona_knowledge WHERE epoch = (SELECT epoch FROM zona_state) OR epoch IN
                    (SELECT epoch FROM zona_pending UNION SELECT epoch FROM zona_behind
                        UNION SELECT epoch FROM zona_touch)
                """)
            _ = try read.step()
            return UInt64(read.integer(0))
        }
    }

    /// The hub has folded my changes up to `folded`: they are no longer pending, and the stashed rows move forward
    /// by them.
    package func acknowledge(folded: UInt64) throws(ReplicaStoreError) {
        let catalog = catalog
        try write { database in
            let state = try ReplicaState(database)
            guard folded > state.acknowledgedCounter else { return }
            try database.whileApplying {
                try Acknowledge.moveStashes(database, catalog: catalog, state: state, through: folded)
                try Acknowledge.forget(database, catalog: catalog, through: folded)
            }
            let head = try RawStatement(
                database,
                """
                SELECT last_counter, hash FROM zona_outbox WHERE number = ?1 AND last_counter <= ?2
                ORDER BY last_counter DESC LIMIT 1
                """)
            head.bind(1, Int64(state.number.rawValue))
            head.bind(2, Int64(folded))
            guard try head.step() else { return }
            let save = try RawStatement(
                database, "UPDATE zona_state SET acknowledged_counter = ?1, acknowledged_hash = ?2")
            save.bind(1, head.integer(0))
            save.bind(2, blob: head.blob(1))
            try save.run()
        }
    }

    /// Batches that every backup of the hub holds may go.
    package func forgetDurable(through counter: UInt64) throws(ReplicaStoreError) {
        guard counter > 0 else { return }
        try write { database in
            let state = try ReplicaState(database)
            let delete = try RawStatement(database, "DELETE FROM zona_outbox WHERE number = ?1 AND last_counter <= ?2")
            delete.bind(1, Int64(state.number.rawValue))
            delete.bind(2, Int64(min(counter, state.acknowledgedCounter)))
            try delete.run()
        }
    }
}

enum Acknowledge {
    /// Records that were written again after they were captured: their stash takes what is acknowledged now.
    static func moveStashes(_ database: Database, catalog: Catalog, state: ReplicaState, through folded: UInt64) throws
    {
        let again = try RawStatement(
            database,
            """
            SELECT table_no, id FROM zona_pending WHERE sent IS NOT NULL AND (counter IS NULL OR counter > ?1)
            """)
        again.bind(1, Int64(folded))
        var images: [RecordKey: [ArraySlice<UInt8>]?] = [:]
        while try again.step() {
            guard let id = again.id(1), let table = catalog.table(Int(again.integer(0))) else { continue }
            images[RecordKey(table: table.number, id: id)] = .some(try StashedRow.read(database, table: table, id: id))
        }
        guard !images.isEmpty else { return }
        try Outbox.forEachChange(database, number: state.number, after: state.acknowledgedCounter, through: folded) {
            change in
            guard let image = images[change.key], let table = catalog.table(change.key.table) else { return }
            images[change.key] = .some(try image.moved(by: change, in: table))
        }
        for key in images.keys.sorted() {
            guard let table = catalog.table(key.table), let row = images[key] else { continue }
            try StashedRow.write(database, table: table, id: key.id, row: row)
        }
        let clear = try RawStatement(database, "UPDATE zona_pending SET sent = NULL WHERE sent <= ?1")
        clear.bind(1, Int64(folded))
        try clear.run()
    }

    /// Acknowledged records are clean: nothing of them stays.
    static func forget(_ database: Database, catalog: Catalog, through folded: UInt64) throws {
        for table in catalog.tables {
            let stash = TriggerSQL.stashName(table)
            let any = try RawStatement(database, "SELECT 1 FROM \(stash) LIMIT 1")
            guard try any.step() else { continue }
            any.reset()
            let delete = try RawStatement(
                database,
                """
                DELETE FROM \(stash) WHERE EXISTS (SELECT 1 FROM zona_pending p
                    WHERE p.table_no = \(table.number) AND p.id = \(stash).id AND p.counter <= ?1)
                """)
            delete.bind(1, Int64(folded))
            try delete.run()
        }
        for sql in ["DELETE FROM zona_pending WHERE counter <= ?1", "DELETE FROM zona_deciding WHERE counter <= ?1"] {
            let delete = try RawStatement(database, sql)
            delete.bind(1, Int64(folded))
            try delete.run()
        }
    }
}
