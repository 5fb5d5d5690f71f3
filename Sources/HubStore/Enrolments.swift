import GRDB
import SQLiteAccess
package import SyncCore
package import SyncWire

/// A replica as the hub knows it.
package struct KnownReplica: Sendable {
    package let number: ReplicaNumber
    package let comune: RecordID
    package let comuneName: String
    package let isCapofila: Bool
    package let storedCounter: UInt64
    package let foldedCounter: UInt64
    package let cursor: UInt64
    /// Unix milliseconds; nothing if never.
    package let enrolledAt: Int64
    package let lastContact: Int64?
    package let lastComplete: Int64?
    /// Milliseconds that its PC's clock is behind the hub's.
    package let clockOffset: Int64
    package let revokedAt: Int64?
    /// The capofila's decision: what is forgotten waits for it no longer, until it comes again.
    package let retiredAt: Int64?
    /// Its file goes on under another number.
    package let supersededAt: Int64?
    /// The hub's own consolidation replica: nobody's PC.
    package let isInside: Bool
}

/// A comune of the ambito.
package struct KnownComune: Sendable {
    package let id: RecordID
    package let name: String
    package let codiceISTAT: String
    package let isCapofila: Bool
}

extension HubStore {
    /// Registers a one-time code. Only its secret's hash is kept.
    package func invite(
        comune: RecordID, isCapofila: Bool, secret: [UInt8], now: Int64, expiresAt: Int64
    ) throws(HubStoreError) {
        try write { database in
            let insert = try RawStatement(
                database,
                """
                INSERT INTO invitation(secret_hash, comune, is_capofila, created_at, expires_at)
                VALUES (?1, ?2, ?3, ?4, ?5)
                """)
            insert.bind(1, blob: Hash.of(secret))
            insert.bind(2, idBytes: comune)
            insert.bind(3, isCapofila ? 1 : 0)
            insert.bind(4, now)
            insert.bind(5, expiresAt)
            try insert.run()
        }
    }

    /// The comuni of the ambito, by ISTAT code.
    package func comuni() throws(HubStoreError) -> [KnownComune] {
        let catalog = catalog
        return try read { try Self.comuni($0, catalog: catalog) }
    }

    static func comuni(_ database: Database, catalog: Catalog) throws -> [KnownComune] {
        func rows(_ name: String) throws -> [(id: RecordID, values: [String: Value])] {
            guard let table = catalog.table(named: name) else { return [] }
            let read = try RawStatement(
                database, "SELECT id, row FROM record WHERE table_no = \(table.number) AND is_deleted = 0 ORDER BY id")
            var found: [(id: RecordID, values: [String: Value])] = []
            while try read.step() {
                guard let id = read.id(0) else { continue }
                let values = try SyncCore.Row(uncheckedBytes: read.blob(1)).values()
                found.append((id, Dictionary(uniqueKeysWithValues: zip(table.columns.map(\.name), values))))
            }
            return found
        }
        func text(_ value: Value?) -> String {
            if case .text(let bytes) = value { return String(decoding: bytes, as: UTF8.self) }
            return ""
        }
        let leaders = Set(
            try rows("ambito_comune").filter { $0.values["capofila"] == .integer(1) && $0.values["al"] == .null }
                .map { text($0.values["comune_id"]) })
        return try rows("comune").map { id, values in
            KnownComune(
                id: id, name: text(values["denominazione"]), codiceISTAT: text(values["codice_istat"]),
                isCapofila: leaders.contains("\(id)"))
        }.sorted { $0.codiceISTAT.utf8.lexicographicallyPrecedes($1.codiceISTAT.utf8) }
    }

    /// Takes a new replica in: checks the one-time code and signs a certificate for its key. The same key may ask
    /// again after a lost answer.
    package func enrol(_ bytes: [UInt8], now: Int64) throws(Problem) -> Frame {
        let request: EnrolmentRequest
        do throws(WireError) {
            let frame = try Frame(reading: bytes, kind: .enrolmentRequest, limit: Limits.messageBytes)
            request = try EnrolmentRequest(reading: frame)
            try frame.verify(by: request.key)
        } catch {
            throw Problem(error.code == .wrongSignature ? .wrongSignature : .malformed, error.description)
        }
        guard request.schemaVersion <= catalog.version else {
            throw Problem(
                .schemaTooNew,
                "the replica has schema \(request.schemaVersion), this hub \(catalog.version): upgrade the hub")
        }
        return try answer { [self] database in
            let invitation = try RawStatement(
                database, "SELECT comune, is_capofila, expires_at, used_at, key FROM invitation WHERE secret_hash = ?1")
            invitation.bind(1, blob: Hash.of(request.secret))
            guard try invitation.step(), let comune = invitation.id(0) else {
                throw Problem(
                    .codeUnknown,
                    "this hub did not give this code, or gave it for an ambito made after the hub was started: "
                        + "restart the hub, or ask the Ufficio di Piano for a new code")
            }
            let isCapofila = invitation.integer(1) == 1
            if !invitation.isNull(3) && invitation.blob(4) != request.key.bytes {
                throw Problem(.codeUsed, "this code was used already: each code is good once; ask for a new one")
            }
            guard invitation.integer(2) > now else {
                throw Problem(.codeExpired, "this code has expired: ask for a new one")
            }
            invitation.reset()
            let use = try RawStatement(database, "UPDATE invitation SET used_at = ?2, key = ?3 WHERE secret_hash = ?1")
            use.bind(1, blob: Hash.of(request.secret))
            use.bind(2, now)
            use.bind(3, blob: request.key.bytes)
            try use.run()
            // A key that asks again lost the first answer, and with it the number that it had drawn.
            let lost = try RawStatement(
                database, "DELETE FROM replica WHERE key = ?1 AND last_contact IS NULL AND revoked_at IS NULL")
            lost.bind(1, blob: request.key.bytes)
            try lost.run()
            try admit(
                database, number: request.number, key: request.key, comune: comune, isCapofila: isCapofila, now: now)
            return try enrolmentAnswer(database, request, comune: comune, isCapofila: isCapofila, now: now)
        }
    }

    private func enrolmentAnswer(
        _ database: Database, _ request: EnrolmentRequest, comune: RecordID, isCapofila: Bool, now: Int64
    ) throws -> Frame {
        var hub = try HubRow(database)
        let certificate = Certificate(
            ambito: hub.ambito, key: request.key, comune: comune, isCapofila: isCapofila, issuedAt: now)
        let paper = certificate.frame(key: key).bytes
        try hub.log(database, LogEntry(kind: "enrol", bytes: paper), at: now)
        try hub.save(database)
        let name = try Self.comuni(database, catalog: catalog).first { $0.id == comune }?.name ?? ""
        return EnrolmentAnswer(
            certificate: paper, ambitoKey: key.publicKey, ambito: hub.ambito, ambitoCode: hub.code,
            ambitoName: hub.name,
            comuneName: name, incarnation: hub.incarnation, schemaVersion: catalog.version
        ).frame(key: key)
    }

    /// Makes a number known. A number that is known under another key is refused.
    func admit(
        _ database: Database, number: ReplicaNumber, key: VerifyingKey, comune: RecordID, isCapofila: Bool, now: Int64
    ) throws {
        let known = try RawStatement(database, "SELECT key FROM replica WHERE number = ?1")
        known.bind(1, Int64(bitPattern: number.rawValue))
        if try known.step() {
            guard known.blob(0) == key.bytes else {
                throw Problem(.unknownReplica, "this number belongs to another replica")
            }
            return
        }
        guard number.rawValue > 0 && number.rawValue <= UInt64(Int64.max) else {
            throw Problem(.malformed, "not a number of a replica")
        }
        let insert = try RawStatement(
            database,
            """
            INSERT INTO replica(number, key, comune, is_capofila, stored_hash, enrolled_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        insert.bind(1, Int64(number.rawValue))
        insert.bind(2, blob: key.bytes)
        insert.bind(3, idBytes: comune)
        insert.bind(4, isCapofila ? 1 : 0)
        insert.bind(5, blob: Hash.none)
        insert.bind(6, now)
        try insert.run()
        var hub = try HubRow(database)
        let entry = Admission(number: number, key: key, comune: comune, isCapofila: isCapofila)
        try hub.log(database, LogEntry(kind: "admit", bytes: entry.bytes), at: now)
        try hub.save(database)
    }

    package func replicas() throws(HubStoreError) -> [KnownReplica] {
        let (catalog, key) = (catalog, key)
        return try read { database in
            let names = Dictionary(
                uniqueKeysWithValues: try Self.comuni(database, catalog: catalog).map { ($0.id, $0.name) })
            let read = try RawStatement(
                database,
                """
                SELECT number, comune, is_capofila, stored_counter, folded_counter, cursor, enrolled_at, last_contact,
                    last_complete, clock_offset, revoked_at, key, retired_at, superseded_at FROM replica
                ORDER BY enrolled_at, number
                """)
            var found: [KnownReplica] = []
            while try read.step() {
                guard let comune = read.id(1) else { continue }
                func optional(_ column: Int) -> Int64? { read.isNull(column) ? nil : read.integer(column) }
                found.append(
                    KnownReplica(
                        number: ReplicaNumber(rawValue: UInt64(read.integer(0))), comune: comune,
                        comuneName: names[comune] ?? "",
                        isCapofila: read.integer(2) == 1, storedCounter: UInt64(read.integer(3)),
                        foldedCounter: UInt64(read.integer(4)),
                        cursor: UInt64(read.integer(5)), enrolledAt: read.integer(6), lastContact: optional(7),
                        lastComplete: optional(8), clockOffset: read.integer(9), revokedAt: optional(10),
                        retiredAt: optional(12), supersededAt: optional(13),
                        isInside: read.blob(11) == key.publicKey.bytes))
            }
            return found
        }
    }

    /// Shuts out the key behind a number, with every number it has. What it sent stays.
    package func revoke(_ number: ReplicaNumber, now: Int64) throws(HubStoreError) {
        let own = key.publicKey.bytes
        try write { database in
            let known = try RawStatement(database, "SELECT key FROM replica WHERE number = ?1")
            known.bind(1, Int64(bitPattern: number.rawValue))
            guard try !known.step() || known.blob(0) != own else {
                throw HubStoreError(
                    .notValid, "this is the hub's own replica, for the consolidation: it cannot be revoked")
            }
            try Self.shutOut(number, database, now: now)
            guard database.changesCount > 0 else {
                throw HubStoreError(
                    .notFound, "no replica \(number) that is not revoked already: `zona-server replicas` lists them")
            }
            var hub = try HubRow(database)
            var bytes: [UInt8] = []
            bytes.appendFixed(number.rawValue)
            try hub.log(database, LogEntry(kind: "revoke", bytes: bytes), at: now)
            try hub.save(database)
        }
    }

    static func shutOut(_ number: ReplicaNumber, _ database: Database, now: Int64) throws {
        let revoke = try RawStatement(
            database,
            """
            UPDATE replica SET revoked_at = ?2
            WHERE key = (SELECT key FROM replica WHERE number = ?1) AND revoked_at IS NULL
            """)
        revoke.bind(1, Int64(bitPattern: number.rawValue))
        revoke.bind(2, now)
        try revoke.run()
    }
}
