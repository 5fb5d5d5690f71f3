import GRDB
import SQLiteAccess
package import SyncCore
import SyncSession
import SyncWire

/// What a collection took away.
package struct CollectionSummary: Sendable, Equatable {
    package var collected = 0
    /// The highest `seq` that was ever collected.
    package var horizon: UInt64 = 0
    /// Up to where every active replica's oldest context has come.
    package var floor: UInt64 = 0
}

// Deleted records leave a tombstone, so that who had not seen the delete can be told. It may go when nobody can ask any
// more.
extension HubStore {
    /// Takes away the tombstones that the oldest context of every active replica has passed, whose groups hold one
    /// value each, and that no open conflict and no living child names. A replica whose oldest context is below the
    /// highest one that went starts afresh at its next contact.
    package func collect(now: Int64) throws(HubStoreError) -> CollectionSummary {
        let catalog = catalog
        return try write { database in
            var hub = try HubRow(database)
            var summary = CollectionSummary(horizon: hub.horizon, floor: try Self.floor(database))
            let keys = try Tombstones(database, catalog: catalog).collectable(upTo: summary.floor)
            guard !keys.isEmpty else { return summary }
            try Tombstones.remove(keys.map(\.key), database)
            hub.horizon = max(hub.horizon, keys.map(\.seq).max() ?? 0)
            let forgotten = try Forgotten.add(VersionVector(keys.map(\.dot)), database)
            summary.collected = keys.count
            summary.horizon = hub.horizon
            var bytes: [UInt8] = []
            bytes.appendVarint(UInt64(keys.count))
            for tombstone in keys {
                bytes.appendVarint(UInt64(tombstone.key.table))
                bytes.appendID(tombstone.key.id)
            }
            var decided: [UInt8] = []
            decided.appendVarint(hub.horizon)
            decided.appendVector(forgotten)
            try hub.log(database, LogEntry(kind: "collect", bytes: bytes, decided: decided), at: now)
            try hub.save(database)
            return summary
        }
    }

    /// The lowest of the oldest contexts of the active replicas; the end of the log when there is none.
    private static func floor(_ database: Database) throws -> UInt64 {
        let read = try RawStatement(
            database,
            """
            SELECT coalesce((SELECT min(\(Mutant.isOn(.collectAtCursor) ? "cursor" : "oldest")) FROM replica
                WHERE superseded_at IS NULL AND retired_at IS NULL AND revoked_at IS NULL), (SELECT seq FROM hub))
            """)
        _ = try read.step()
        return UInt64(read.integer(0))
    }

    /// Retires a silent replica: it holds tombstones back no longer. When it comes again it is active again, and starts
    /// afresh if it has missed a collection. The capofila's decision; it stands in the log.
    package func retire(_ number: ReplicaNumber, now: Int64) throws(HubStoreError) {
        try write { database in
            let retire = try RawStatement(
                database,
                "UPDATE replica SET retired_at = ?2 WHERE number = ?1 AND retired_at IS NULL AND superseded_at IS NULL")
            retire.bind(1, Int64(bitPattern: number.rawValue))
            retire.bind(2, now)
            try retire.run()
            guard database.changesCount > 0 else {
                let known = try RawStatement(database, "SELECT retired_at IS NOT NULL FROM replica WHERE number = ?1")
                known.bind(1, Int64(bitPattern: number.rawValue))
                guard try known.step() else {
                    throw HubStoreError(.notFound, "no replica \(number): `zona-server replicas` lists them")
                }
                throw HubStoreError(
                    .notValid,
                    known.integer(0) == 1
                        ? "replica \(number) is retired already"
                        : """
                        replica \(number) holds nothing back: its file goes on under another number, which \
                        `zona-server replicas` shows
                        """)
            }
            var hub = try HubRow(database)
            var bytes: [UInt8] = []
            bytes.appendFixed(number.rawValue)
            try hub.log(database, LogEntry(kind: "retire", bytes: bytes), at: now)
            try hub.save(database)
        }
    }

    /// Notes that a pull has reached its end, and that a replica has compared itself with this life of the hub: its
    /// copies went up before a pull that compares no more.
    func noteComplete(_ peer: HubSession.Peer, _ database: Database, now: Int64) throws {
        let hub = try HubRow(database)
        let hasCompared = !peer.greeting.compares && peer.greeting.incarnation == hub.incarnation
        let note = try RawStatement(
            database,
            """
            UPDATE replica SET last_complete = ?2, last_contact = ?2, compared = CASE WHEN ?3 THEN ?4 ELSE compared END
            WHERE number = ?1
            """)
        note.bind(1, Int64(peer.greeting.number.rawValue))
        note.bind(2, now)
        note.bind(3, hasCompared ? 1 : 0)
        note.bind(4, Int64(bitPattern: hub.incarnation.rawValue))
        try note.run()
        try closeIncomplete(hub, database, now: now)
    }

    /// When every active replica has compared, nobody is left who could complete a record of which only some columns
    /// came: those go back to their writers as refused.
    private func closeIncomplete(_ hub: HubRow, _ database: Database, now: Int64) throws {
        let any = try RawStatement(
            database,
            """
            SELECT 1 FROM record WHERE is_withheld = 1 AND NOT EXISTS (SELECT 1 FROM replica
                WHERE superseded_at IS NULL AND retired_at IS NULL AND revoked_at IS NULL AND key <> ?2
                AND compared <> ?1)
            LIMIT 1
            """)
        any.bind(1, Int64(bitPattern: hub.incarnation.rawValue))
        any.bind(2, blob: key.publicKey.bytes)
        guard try any.step(), !Mutant.isOn(.closeIncomplete) else { return }
        any.reset()
        let nobody = Writer(comune: identity.ambito, isCapofila: true)
        var fold = try Fold(database, catalog: catalog, hub: hub, writer: nobody, now: now)
        try fold.refuseIncomplete()
        try fold.hub.log(database, LogEntry(kind: "incomplete"), at: now)
        try fold.hub.save(database)
    }
}

/// What the deletes were known by that a hub has forgotten, joined: the dots of their tombstones.
enum Forgotten {
    /// Nothing while nothing was collected.
    static func vector(_ database: Database) throws -> VersionVector? {
        let read = try RawStatement(database, "SELECT vector FROM forgotten")
        guard try read.step() else { return nil }
        var reader = ByteReader(read.blob(0))
        return try reader.vector()
    }

    /// Adds what was known of more of them, and gives the whole.
    static func add(_ more: VersionVector, _ database: Database) throws -> VersionVector {
        var vector = try vector(database) ?? VersionVector()
        vector.formUnion(more)
        var bytes: [UInt8] = []
        bytes.appendVector(vector)
        try database.execute(sql: "DELETE FROM forgotten")
        let write = try RawStatement(database, "INSERT INTO forgotten(vector) VALUES (?1)")
        write.bind(1, blob: bytes)
        try write.run()
        return vector
    }
}

/// Deleted records that may be forgotten.
struct Tombstones {
    private let database: Database
    private let catalog: Catalog

    init(_ database: Database, catalog: Catalog) {
        self.database = database
        self.catalog = catalog
    }

    static func remove(_ keys: [RecordKey], _ database: Database) throws {
        let delete = try RawStatement(database, "DELETE FROM record WHERE table_no = ?1 AND id = ?2")
        for key in keys {
            delete.bind(1, key.table)
            delete.bind(2, idBytes: key.id)
            try delete.run()
        }
    }

    func collectable(upTo floor: UInt64) throws -> [(key: RecordKey, seq: UInt64, dot: Dot)] {
        let read = try RawStatement(
            database,
            """
            SELECT r.seq, r.table_no, r.id, r.state, r.number, r.counter FROM record r
            WHERE r.is_deleted = 1 AND r.seq <= ?1 AND NOT EXISTS (SELECT 1 FROM conflict c
                WHERE c.table_no = r.table_no AND c.record_id = r.id AND c.state = 'open')
            -- A row whose key a merge changed is what its successor lives by.
            AND NOT EXISTS (SELECT 1 FROM alias a WHERE a.table_no = r.table_no AND a.id = r.id AND a.is_derived = 1)
            ORDER BY r.seq
            """)
        read.bind(1, Int64(floor))
        let coding = RecordStateCoding(contexts: try ContextTable(database))
        var found: [(key: RecordKey, seq: UInt64, dot: Dot)] = []
        while try read.step() {
            guard let id = read.id(2) else { continue }
            let dot = Dot(
                number: ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(4))),
                counter: UInt64(bitPattern: read.integer(5)))
            let state = try coding.decode(read.blob(3), row: .empty, isDeleted: true)
            guard state.registers.allSatisfy({ $0.siblings.count == 1 }) else { continue }
            found.append((RecordKey(table: Int(read.integer(1)), id: id), UInt64(read.integer(0)), dot))
        }
        guard !found.isEmpty else { return [] }
        let needed = try parents()
        return found.filter { !needed.contains($0.key) }
    }

    /// The records that a living child names.
    private func parents() throws -> Set<RecordKey> {
        var found: Set<RecordKey> = []
        for child in catalog.tables {
            let columns = child.columns.enumerated().compactMap { position, column in
                column.parent.flatMap { catalog.table(named: $0) }.map { (position, $0.number) }
            }
            guard !columns.isEmpty else { continue }
            let read = try RawStatement(
                database, "SELECT row FROM record WHERE table_no = \(child.number) AND is_deleted = 0")
            while try read.step() {
                let slices = try SyncCore.Row(uncheckedBytes: read.blob(0)).slices()
                for (position, parent) in columns where position < slices.count && slices[position].first == 6 {
                    var reader = ByteReader(Array(slices[position].dropFirst()))
                    found.insert(RecordKey(table: parent, id: try reader.id()))
                }
            }
        }
        return found
    }
}
