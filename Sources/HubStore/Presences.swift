import GRDB
import SQLiteAccess
import SyncCore
import SyncSession
package import SyncWire

extension HubStore {
    /// Minutes around the hub's clock in which a presence counts: afterwards nobody can show it again.
    private static let presenceMilliseconds: Int64 = 10 * 60_000

    /// Whether there is nothing to say to a replica: the hub has its batches and no others of its number, knows the log
    /// that it has seen, and has nothing new that it may read, no refusal either. Then it counts as having been here,
    /// with a whole pull. Otherwise nothing is noted, and a conversation will tell.
    package func isQuiet(_ bytes: [UInt8], now: Int64) throws(Problem) -> Bool {
        try answer { [self] database in
            let frame = try Frame(reading: bytes, kind: .presence, limit: Limits.messageBytes)
            let presence = try Presence(reading: frame)
            let known = try RawStatement(
                database,
                """
                SELECT key, comune, is_capofila, stored_counter, folded_counter, stored_hash, schema_version
                FROM replica WHERE number = ?1 AND superseded_at IS NULL AND retired_at IS NULL
                """)
            known.bind(1, Int64(bitPattern: presence.number.rawValue))
            guard try known.step(), let key = VerifyingKey(known.blob(0)), let comune = known.id(1) else {
                return false
            }
            let (isCapofila, stored, folded) = (known.integer(2) == 1, known.integer(3), known.integer(4))
            let (hash, schema) = (known.blob(5), known.integer(6))
            known.reset()
            try frame.verify(by: key)
            try refuseRevoked(database, key)
            let hub = try HubRow(database)
            guard presence.ambito == identity.ambito, presence.incarnation == hub.incarnation,
                (now - Self.presenceMilliseconds...now + Self.presenceMilliseconds).contains(presence.time),
                UInt64(stored) == presence.acknowledgedCounter, folded == stored, hash == presence.acknowledgedHash,
                schema == Int64(presence.schemaVersion), presence.cursor > 0,
                try !hub.isBehind(ClientGreeting(presence), database),
                try !hasNews(for: key, comune: isCapofila ? nil : comune, after: presence.cursor, database)
            else { return false }
            let note = try RawStatement(
                database,
                """
                UPDATE replica SET last_complete = ?2, last_contact = ?2, cursor = ?3, oldest = ?3 WHERE number = ?1
                """)
            note.bind(1, Int64(bitPattern: presence.number.rawValue))
            note.bind(2, now)
            note.bind(3, Int64(clamping: presence.cursor))
            try note.run()
            return true
        }
    }

    /// - Parameter comune: whose scope it is; nothing for the capofila's.
    private func hasNews(
        for key: VerifyingKey, comune: RecordID?, after cursor: UInt64, _ database: Database
    ) throws -> Bool {
        let records = try RawStatement(
            database,
            """
            SELECT 1 FROM record WHERE seq > ?1 \(comune == nil ? "" : "AND (scope IS NULL OR scope = ?2)") LIMIT 1
            """)
        records.bind(1, Int64(clamping: cursor))
        if let comune { records.bind(2, idBytes: comune) }
        guard try !records.step() else { return true }
        let refusals = try RawStatement(
            database,
            """
            SELECT 1 FROM refusal WHERE seq > ?1 AND number IN (SELECT number FROM replica WHERE key = ?2) LIMIT 1
            """)
        refusals.bind(1, Int64(clamping: cursor))
        refusals.bind(2, blob: key.bytes)
        return try refusals.step()
    }
}

extension ClientGreeting {
    /// What a presence proves of what the hub must know.
    fileprivate init(_ presence: Presence) {
        self.init(
            nonce: [], certificate: [], number: presence.number, incarnation: presence.incarnation,
            acknowledgedCounter: presence.acknowledgedCounter, acknowledgedHash: presence.acknowledgedHash,
            cursor: presence.cursor, logHash: presence.logHash, oldest: 0, schemaVersion: presence.schemaVersion)
    }
}
