import GRDB
import SQLiteAccess
package import SyncCore
package import SyncSession
package import SyncWire
import Synchronization

/// A replica for which a bundle can be made.
package struct StickRecipient: Sendable {
    package let number: ReplicaNumber
    package let comune: RecordID
    package let comuneName: String
    package let key: VerifyingKey
    /// Nothing until it has told its key, by its first sync or on a stick.
    package let sealingKey: SealingKey?
    /// Its last greeting's frame, over the network or on a stick; nothing if it has never greeted.
    package let greeting: [UInt8]?
}

// A conversation by stick: the same greetings, batches and pages, but that hours lie between them.
extension HubStore {
    /// Takes a greeting that came on a stick. An older one than the hub knows changes nothing, and proves nothing: its
    /// log hash may have been pruned since.
    package func greetFromStick(
        _ bytes: [UInt8], now: Int64, names: () -> UInt64 = HubStore.randomName
    ) throws(Problem) -> (peer: HubSession.Peer, isOlder: Bool) {
        let peer = try session.identify(bytes, isOurNonce: { $0 == ClientGreeting.stickNonce })
        let fresh = (names(), names())
        let (isOlder, incarnation) = try answer { [self] database in
            try refuseRevoked(database, peer.certificate.key)
            var hub = try HubRow(database)
            let isOlder = try Self.isOlder(peer.greeting, database)
            if try !isOlder && hub.isBehind(peer.greeting, database) {
                var drawn = [fresh.0, fresh.1].makeIterator()
                try hub.takeNewLife(database, names: { drawn.next() ?? Self.randomName() }, now: now)
                try hub.save(database)
            }
            try admitAll(of: peer, database, now: now)
            if !isOlder { try note(peer, bytes, isOnStick: true, database, now: now) }
            return (isOlder, hub.incarnation)
        }
        life.withLock { $0 = incarnation }
        return (peer, isOlder)
    }

    /// A number's greetings move forward only: its cursor goes back with a new schema alone.
    private static func isOlder(_ greeting: ClientGreeting, _ database: Database) throws -> Bool {
        let known = try RawStatement(database, "SELECT bytes FROM greeting WHERE number = ?1")
        known.bind(1, Int64(bitPattern: greeting.number.rawValue))
        guard try known.step() else { return false }
        let last = try ClientGreeting(reading: Frame(reading: known.blob(0), kind: .clientGreeting))
        func place(_ greeting: ClientGreeting) -> (Int, UInt64, UInt64) {
            (greeting.schemaVersion, greeting.cursor, greeting.acknowledgedCounter)
        }
        return place(greeting) < place(last)
    }

    /// Whether the last greeting of its number was this very one.
    static func isRepeated(_ bytes: [UInt8], of number: ReplicaNumber, _ database: Database) throws -> Bool {
        let known = try RawStatement(database, "SELECT 1 FROM greeting WHERE number = ?1 AND bytes = ?2")
        known.bind(1, Int64(bitPattern: number.rawValue))
        known.bind(2, blob: bytes)
        return try known.step()
    }

    /// Stores a batch that came on a stick, with the clock's offset that it names itself.
    ///
    /// - Returns: whether it was not here before.
    package func acceptFromStick(
        _ bytes: [UInt8], from peer: HubSession.Peer, now: Int64
    ) throws(Problem) -> (isNew: Bool, changes: Int) {
        let taken = try take(bytes, from: peer, offset: nil, now: now)
        return (taken.isNew, taken.changes)
    }

    /// Notes that all of a bundle was taken: as good as a sync that reached its end.
    package func concludeStick(_ peer: HubSession.Peer, now: Int64) throws(Problem) {
        try answer { [self] database in try noteComplete(peer, database, now: now) }
    }

    /// What a receipt says to a replica: the hub's greeting, and what it has beyond what he knew.
    package func stickGreeting(
        for peer: HubSession.Peer
    ) throws(Problem) -> (greeting: Frame, stored: [[UInt8]]) {
        try reading { [self] database in
            try refuseRevoked(database, peer.certificate.key)
            let greeting = try hubGreeting(database, HubRow(database), to: peer.greeting, session: Receipt.noSession)
            let read = try RawStatement(
                database,
                """
                SELECT hash FROM log WHERE kind = 'batch' AND number = ?1 AND last_counter > ?2
                ORDER BY first_counter LIMIT \(Receipt.storedMaximum)
                """)
            read.bind(1, Int64(bitPattern: peer.greeting.number.rawValue))
            read.bind(2, Int64(clamping: peer.greeting.acknowledgedCounter))
            var stored: [[UInt8]] = []
            while try read.step() { stored.append(read.blob(0)) }
            return (greeting.frame(key: key), stored)
        }
    }

    /// A page for a stick: nothing is noted, for nobody has it yet.
    package func stickPage(
        for peer: HubSession.Peer, after: UInt64, sizeBytes: Int = Limits.pageBytes
    ) throws(Problem) -> Frame {
        try reading { [self] database in
            try page(database, for: peer, after: after, sizeBytes: sizeBytes).frame
        }
    }

    /// Who greets in `bytes`, which were taken before.
    package func peer(in bytes: [UInt8]) throws(Problem) -> HubSession.Peer {
        try session.identify(bytes, isOurNonce: { _ in true })
    }

    /// A replica that was just enrolled and has not said a word yet.
    package func peer(enrolledBy answer: EnrolmentAnswer, _ request: EnrolmentRequest) throws(WireError)
        -> HubSession.Peer
    {
        let certificate = try Certificate(reading: Frame(reading: answer.certificate, kind: .certificate))
        return HubSession.Peer(
            certificate: certificate,
            greeting: ClientGreeting(
                nonce: ClientGreeting.stickNonce, certificate: answer.certificate, number: request.number,
                incarnation: answer.incarnation, acknowledgedCounter: 0, acknowledgedHash: Hash.none, cursor: 0,
                logHash: Hash.none, oldest: 0, schemaVersion: request.schemaVersion))
    }

    // MARK: Keys

    /// Remembers whom to seal for, from a card that its holder signed.
    package func keep(_ card: KeyCard) throws(Problem) {
        try answer { database in
            let keep = try RawStatement(
                database,
                """
                INSERT INTO sealing_key(key, sealing) VALUES (?1, ?2)
                ON CONFLICT(key) DO UPDATE SET sealing = excluded.sealing WHERE sealing <> excluded.sealing
                """)
            keep.bind(1, blob: card.holder.bytes)
            keep.bind(2, blob: card.sealingKey.bytes)
            try keep.run()
        }
    }

    /// Takes a replica's sealing key and gives the ambito's.
    package func exchangeKeys(_ bytes: [UInt8], with peer: HubSession.Peer) throws(Problem) -> Frame {
        do {
            try keep(KeyCard(bytes, of: peer.certificate.key, in: identity.ambito))
        } catch let error as WireError {
            throw Problem(error.code == .wrongSignature ? .wrongSignature : .malformed, error.description)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.hubFault, HubStoreError(error).context)
        }
        return KeyCard(ambito: identity.ambito, of: key).frame(key: key)
    }

    /// The key of this ambito, which signs what goes out on a stick and opens what comes in.
    package var signingKey: SigningKey { key }

    /// Every replica that is in use, by comune and time of enrolment; without the hub's own.
    package func stickRecipients() throws(HubStoreError) -> [StickRecipient] {
        let (catalog, own) = (catalog, key.publicKey.bytes)
        return try read { database in
            let names = Dictionary(
                uniqueKeysWithValues: try Self.comuni(database, catalog: catalog).map { ($0.id, $0.name) })
            let read = try RawStatement(
                database,
                """
                SELECT r.number, r.comune, r.key, s.sealing, g.bytes FROM replica r
                LEFT JOIN sealing_key s ON s.key = r.key LEFT JOIN greeting g ON g.number = r.number
                WHERE r.superseded_at IS NULL AND r.retired_at IS NULL AND r.revoked_at IS NULL AND r.key <> ?1
                ORDER BY r.comune, r.enrolled_at, r.number
                """)
            read.bind(1, blob: own)
            var found: [StickRecipient] = []
            while try read.step() {
                guard let comune = read.id(1), let key = VerifyingKey(read.blob(2)) else { continue }
                found.append(
                    StickRecipient(
                        number: ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(0))), comune: comune,
                        comuneName: names[comune] ?? "", key: key,
                        sealingKey: read.isNull(3) ? nil : SealingKey(read.blob(3)),
                        greeting: read.isNull(4) ? nil : read.blob(4)))
            }
            return found
        }
    }

    /// As `answer`, for what only reads.
    private func reading<Result: Sendable>(_ body: @Sendable (Database) throws -> Result) throws(Problem) -> Result {
        do { return try snapshot(body) } catch let problem as Problem { throw problem } catch {
            throw Problem(.hubFault, HubStoreError(error).context)
        }
    }
}
