import GRDB
import SQLiteAccess
import SyncCore
package import SyncSession
package import SyncWire

extension ReplicaStore {
    /// What the conversation must know of this file.
    package func local() throws(ReplicaStoreError) -> ClientSession.Local {
        try read { database in
            let state = try ReplicaState(database)
            let inbox = try RawStatement(database, "SELECT coalesce(max(to_seq), ?1) FROM zona_inbox")
            inbox.bind(1, Int64(state.cursor))
            _ = try inbox.step()
            return ClientSession.Local(
                ambito: state.ambito, number: state.number, incarnation: state.incarnation,
                schemaVersion: state.schemaVersion, cursor: UInt64(inbox.integer(0)),
                chain: try Self.chain(database, state),
                formerIncarnations: try Rescue.former(database), oldest: try Self.oldestContext(database),
                isComparing: state.rescueEpoch != nil, isFresh: state.isStale || state.lastPull == nil,
                isStale: state.isStale)
        }
    }

    /// The last batch that is acknowledged, and those that wait.
    static func chain(_ database: Database, _ state: ReplicaState) throws -> [ClientSession.ChainLink] {
        var chain = [
            ClientSession.ChainLink(counter: state.acknowledgedCounter, hash: state.acknowledgedHash)
        ]
        let waiting = try RawStatement(
            database,
            """
            SELECT last_counter, hash FROM zona_outbox WHERE number = ?1 AND last_counter > ?2
            ORDER BY last_counter
            """)
        waiting.bind(1, Int64(state.number.rawValue))
        waiting.bind(2, Int64(state.acknowledgedCounter))
        while try waiting.step() {
            chain.append(ClientSession.ChainLink(counter: UInt64(waiting.integer(0)), hash: waiting.blob(1)))
        }
        return chain
    }

    /// The `seq` of the oldest context that a pending, behind or touched row still holds.
    package func oldestContext() throws(ReplicaStoreError) -> UInt64 {
        try read { try Self.oldestContext($0) }
    }

    static func oldestContext(_ database: Database) throws -> UInt64 {
        let read = try RawStatement(
            database,
            """
            SELECT min(seq) FROM zona_knowledge WHERE epoch = (SELECT epoch FROM zona_state) OR epoch IN
                (SELECT epoch FROM zona_pending UNION SELECT epoch FROM zona_behind UNION SELECT epoch FROM zona_touch)
            """)
        _ = try read.step()
        return UInt64(read.integer(0))
    }

    /// The hub has folded my changes up to `folded`: they are no longer pending, and the stashed rows move forward
    /// by them.
    ///
    /// - Parameter clock: the difference of the clocks under which they were sent, kept with their batches.
    package func acknowledge(folded: UInt64, clock: Int64? = nil) throws(ReplicaStoreError) {
        let catalog = catalog
        try write { database in
            guard folded > (try ReplicaState(database).acknowledgedCounter) else { return }
            try database.whileApplying {
                try Acknowledge.run(database, catalog: catalog, through: folded, clock: clock)
            }
        }
    }

    /// Batches that every backup of the hub holds may go: of my number, and of former ones. Those whose refusals may
    /// not have come yet stay: what was refused is found in them. So nothing goes that no complete pull of this life of
    /// the hub has covered.
    package func forgetDurable(_ numbers: [NumberState]) throws(ReplicaStoreError) {
        guard numbers.contains(where: { $0.durableCounter > 0 }) else { return }
        try write { database in
            let state = try ReplicaState(database)
            guard state.rescueEpoch == nil else { return }
            let knowledge = try RawStatement(database, "SELECT vector FROM zona_knowledge WHERE epoch = ?1")
            knowledge.bind(1, state.epoch)
            guard try knowledge.step() else { return }
            var reader = ByteReader(knowledge.blob(0))
            let seen = try reader.vector()
            let delete = try RawStatement(database, "DELETE FROM zona_outbox WHERE number = ?1 AND last_counter <= ?2")
            for known in numbers where known.durableCounter > 0 {
                let acknowledged = known.number == state.number ? state.acknowledgedCounter : .max
                delete.bind(1, Int64(bitPattern: known.number.rawValue))
                delete.bind(2, Int64(clamping: min(known.durableCounter, acknowledged, seen[known.number])))
                try delete.run()
            }
        }
    }
}

enum Acknowledge {
    /// Counts my changes up to `counter` as acknowledged. Does nothing when they are already.
    static func run(_ database: Database, catalog: Catalog, through counter: UInt64, clock: Int64? = nil) throws {
        let state = try ReplicaState(database)
        guard counter > state.acknowledgedCounter else { return }
        try moveStashes(database, catalog: catalog, state: state, through: counter)
        try forget(database, catalog: catalog, through: counter)
        let head = try RawStatement(
            database,
            """
            SELECT last_counter, hash FROM zona_outbox WHERE number = ?1 AND last_counter <= ?2
            ORDER BY last_counter DESC LIMIT 1
            """)
        head.bind(1, Int64(state.number.rawValue))
        head.bind(2, Int64(counter))
        guard try head.step() else { return }
        let save = try RawStatement(
            database, "UPDATE zona_state SET acknowledged_counter = ?1, acknowledged_hash = ?2")
        save.bind(1, head.integer(0))
        save.bind(2, blob: head.blob(1))
        try save.run()
        guard let clock else { return }
        let note = try RawStatement(
            database,
            "UPDATE zona_outbox SET clock = ?3 WHERE number = ?1 AND last_counter > ?2 AND last_counter <= ?4")
        note.bind(1, Int64(state.number.rawValue))
        note.bind(2, Int64(state.acknowledgedCounter))
        note.bind(3, clock)
        note.bind(4, Int64(counter))
        try note.run()
    }

    /// Records that were written again after they were captured: their stash takes what is acknowledged now.
    static func moveStashes(_ database: Database, catalog: Catalog, state: ReplicaState, through folded: UInt64) throws
    {
        if Mutant.isOn(.stashStays) { return }
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
