import GRDB
import SQLiteAccess
import SyncCore
package import SyncSession
package import SyncWire
import Synchronization

extension HubStore {
    /// The first word of a conversation: a nonce for the replica to sign, and the hub's clock.
    package func nonceFrame(nonce: [UInt8], now: Int64) -> Frame {
        Nonce(ambito: identity.ambito, incarnation: incarnation, nonce: nonce, hubTime: now).frame(key: key)
    }

    package func problemFrame(_ problem: Problem) -> Frame {
        problem.frame(key: key)
    }

    var session: HubSession {
        HubSession(ambito: identity.ambito, ambitoKey: key.publicKey, schemaVersion: catalog.version)
    }

    /// Who greets, and what this hub knows of him and of the numbers that he had before. Who cannot prove his key reads
    /// nothing. Who shows proof of more than this hub knows gives it a new life on the spot.
    ///
    /// - Parameter names: 63 random bits each time, never 0.
    package func greet(
        _ bytes: [UInt8], now: Int64, session name: [UInt8], names: () -> UInt64 = HubStore.randomName,
        isOurNonce: ([UInt8]) -> Bool
    ) throws(Problem) -> (peer: HubSession.Peer, answer: Frame) {
        let peer = try session.identify(bytes, isOurNonce: isOurNonce)
        let fresh = (names(), names())
        let (frame, incarnation) = try answer { [self] database in
            try refuseRevoked(database, peer.certificate.key)
            var hub = try HubRow(database)
            if try hub.isBehind(peer.greeting, database) {
                var drawn = [fresh.0, fresh.1].makeIterator()
                try hub.takeNewLife(database, names: { drawn.next() ?? Self.randomName() }, now: now)
                try hub.save(database)
            }
            try admitAll(of: peer, database, now: now)
            try note(peer, bytes, isOnStick: false, database, now: now)
            let greeting = try hubGreeting(database, hub, to: peer.greeting, session: name)
            return (greeting.frame(key: key), hub.incarnation)
        }
        life.withLock { $0 = incarnation }
        return (peer, frame)
    }

    func hubGreeting(
        _ database: Database, _ hub: HubRow, to greeting: ClientGreeting, session name: [UInt8]
    ) throws -> HubGreeting {
        HubGreeting(
            state: try hubState(database, hub, number: greeting.number), session: name, schemaVersion: catalog.version,
            formerIncarnations: try HubRow.formerIncarnations(database), horizon: hub.horizon,
            numbers: try greeting.formerNumbers.map { NumberState(try hubState(database, hub, number: $0)) })
    }

    func admitAll(of peer: HubSession.Peer, _ database: Database, now: Int64) throws {
        for number in peer.greeting.formerNumbers + [peer.greeting.number] {
            try admit(
                database, number: number, key: peer.certificate.key, comune: peer.certificate.comune,
                isCapofila: peer.certificate.isCapofila, now: now)
        }
    }

    /// Remembers where a replica is. The numbers that it had before are its past: they hold nothing back any more. A
    /// number that greets is alive, whatever was thought of it; on a stick only when it says something new, for that
    /// greeting may have lain in a drawer.
    func note(
        _ peer: HubSession.Peer, _ bytes: [UInt8], isOnStick: Bool, _ database: Database, now: Int64
    ) throws {
        let greeting = peer.greeting
        let supersede = try RawStatement(
            database, "UPDATE replica SET superseded_at = ?2 WHERE number = ?1 AND superseded_at IS NULL")
        for number in greeting.formerNumbers {
            supersede.bind(1, Int64(bitPattern: number.rawValue))
            supersede.bind(2, now)
            try supersede.run()
        }
        let note = try RawStatement(
            database,
            """
            UPDATE replica SET cursor = ?2, oldest = ?3, schema_version = ?4, last_contact = ?5,
                superseded_at = CASE WHEN ?6 THEN superseded_at END, retired_at = CASE WHEN ?6 THEN retired_at END
            WHERE number = ?1
            """)
        note.bind(1, Int64(greeting.number.rawValue))
        note.bind(2, Int64(clamping: greeting.cursor))
        note.bind(3, Int64(clamping: greeting.oldest))
        note.bind(4, greeting.schemaVersion)
        note.bind(5, now)
        let isRepeated = try isOnStick && Self.isRepeated(bytes, of: greeting.number, database)
        note.bind(6, isRepeated ? 1 : 0)
        try note.run()
        let keep = try RawStatement(
            database,
            """
            INSERT INTO greeting(number, bytes) VALUES (?1, ?2)
            ON CONFLICT(number) DO UPDATE SET bytes = excluded.bytes
            """)
        keep.bind(1, Int64(greeting.number.rawValue))
        keep.bind(2, blob: bytes)
        try keep.run()
    }

    /// Whether a batch of this peer's is stored.
    package func hasStored(_ hash: [UInt8], of peer: HubSession.Peer) throws(Problem) -> Bool {
        try reading { database in
            let read = try RawStatement(
                database,
                """
                SELECT 1 FROM log l JOIN replica r ON r.number = l.number
                WHERE l.kind = 'batch' AND l.hash = ?1 AND r.key = ?2 LIMIT 1
                """)
            read.bind(1, blob: hash)
            read.bind(2, blob: peer.certificate.key.bytes)
            return try read.step()
        }
    }

    /// A key that was shut out says nothing and reads nothing more, also in a conversation that is under way.
    func refuseRevoked(_ database: Database, _ key: VerifyingKey) throws {
        let revoked = try RawStatement(
            database, "SELECT 1 FROM replica WHERE key = ?1 AND revoked_at IS NOT NULL LIMIT 1")
        revoked.bind(1, blob: key.bytes)
        guard try !revoked.step() else {
            throw Problem(
                .revoked,
                "this replica was revoked: its work is safe in its file; ask the Ufficio di Piano for a new code")
        }
    }

    /// A number is its key's alone: the greeting's word for a former number is not enough.
    private func refuseForeign(_ database: Database, _ number: ReplicaNumber, _ key: VerifyingKey) throws {
        let owned = try RawStatement(database, "SELECT 1 FROM replica WHERE number = ?1 AND key = ?2")
        owned.bind(1, Int64(bitPattern: number.rawValue))
        owned.bind(2, blob: key.bytes)
        guard try owned.step() else {
            throw Problem(.unknownReplica, "the batch is of a number that belongs to another replica")
        }
    }

    /// Stores a batch, folds its unit when it is the last, and says what is here now.
    ///
    /// - Parameter offset: milliseconds that the sender's clock should be moved by, as measured in this conversation.
    package func accept(_ bytes: [UInt8], from peer: HubSession.Peer, offset: Int64, now: Int64) throws(Problem)
        -> Frame
    {
        try take(bytes, from: peer, offset: offset, now: now).answer
    }

    /// - Parameter offset: nothing where no clock was measured: then the one that the batch names is believed.
    func take(
        _ bytes: [UInt8], from peer: HubSession.Peer, offset: Int64?, now: Int64
    ) throws(Problem) -> (answer: Frame, isNew: Bool, changes: Int) {
        try answer { [self] database in
            let frame = try Frame(reading: bytes, kind: .batch)
            try frame.verify(by: peer.certificate.key)
            try refuseRevoked(database, peer.certificate.key)
            var hub = try HubRow(database)
            let header = try header(of: frame, database)
            let stored = try hubState(database, hub, number: header.number)
            try refuseForeign(database, header.number, peer.certificate.key)
            let twin = try RawStatement(database, "SELECT 1 FROM log WHERE kind = 'batch' AND hash = ?1")
            twin.bind(1, blob: frame.hash)
            let facts = HubSession.NumberFacts(
                storedCounter: stored.storedCounter, storedHash: stored.storedHash,
                foldedCounter: stored.foldedCounter, isStored: try twin.step())
            let directive = try session.judge(header, from: peer, incarnation: hub.incarnation, facts: facts)
            switch directive {
            case .acknowledgeAgain: break
            case .store:
                try store(frame, header, offset: offset ?? header.offset, peer: peer, hub: &hub, database, now: now)
            }
            let state = try hubState(database, hub, number: header.number)
            return (Acknowledgement(state: state).frame(key: key), directive == .store, header.count)
        }
    }

    /// Milliseconds, some 8,900 years: what a stamp can hold. Beyond it sums would overflow.
    private static let clockOffsetMaximum: Int64 = 1 << 48

    func store(
        _ frame: Frame, _ header: BatchHeader, offset: Int64, peer: HubSession.Peer, hub: inout HubRow,
        _ database: Database, now: Int64
    ) throws {
        _ = try BatchReader(frame, header: header)
        let clocks = -Self.clockOffsetMaximum...Self.clockOffsetMaximum
        guard clocks.contains(offset), clocks.contains(header.offset) else {
            throw Problem(.clockUnusable, "no clock can be so wrong: set this computer's clock and try again")
        }
        let moved = offset - header.offset
        let correction = abs(moved) > Limits.clockToleranceMilliseconds ? moved : 0
        var decided: [UInt8] = [peer.certificate.isCapofila ? 1 : 0]
        decided.appendID(peer.certificate.comune)
        decided.appendVarint(UInt64(catalog.version))
        decided.appendSigned(correction)
        decided.appendVector(header.context)
        try hub.log(
            database, LogEntry(kind: "batch", header: header, hash: frame.hash, bytes: frame.bytes, decided: decided),
            at: now)
        let note = try RawStatement(
            database,
            """
            UPDATE replica SET stored_counter = ?2, stored_hash = ?3, clock_offset = ?4, last_contact = ?5,
                incarnation = coalesce(incarnation, ?6),
                superseded_at = CASE WHEN ?7 THEN NULL ELSE superseded_at END,
                retired_at = CASE WHEN ?7 THEN NULL ELSE retired_at END
            WHERE number = ?1
            """)
        note.bind(1, Int64(header.number.rawValue))
        note.bind(2, Int64(header.lastCounter))
        note.bind(3, blob: frame.hash)
        note.bind(4, offset)
        note.bind(5, now)
        note.bind(6, blob: header.incarnation.bytes)
        // Who says something new under a number is alive under it, though the greeting may have been an older one.
        note.bind(7, header.number == peer.greeting.number ? 1 : 0)
        try note.run()
        if header.isLastOfUnit { try fold(header, correction: correction, peer: peer, hub: &hub, database, now: now) }
        try hub.save(database)
    }

    private func fold(
        _ last: BatchHeader, correction: Int64, peer: HubSession.Peer, hub: inout HubRow, _ database: Database,
        now: Int64
    ) throws {
        var fold = try Fold(database, catalog: catalog, hub: hub, writer: peer.writer, now: now)
        try fold.fold(try unit(of: last, database), correction: correction)
        hub = fold.hub
        let note = try RawStatement(database, "UPDATE replica SET folded_counter = ?2 WHERE number = ?1")
        note.bind(1, Int64(last.number.rawValue))
        note.bind(2, Int64(last.lastCounter))
        try note.run()
        var decided: [UInt8] = []
        decided.appendVarint(UInt64(fold.refused))
        decided.appendVarint(UInt64(fold.clamped))
        decided.appendVarint(hub.counter)
        try hub.log(database, LogEntry(kind: "fold", header: last, decided: decided), at: now)
    }

    /// The batches of a unit, in order, out of the log. Their frames are read one after the other as the fold asks
    /// for them.
    private func unit(of last: BatchHeader, _ database: Database) throws -> [(frame: Frame, header: BatchHeader)] {
        let read = try RawStatement(
            database,
            """
            SELECT bytes FROM log WHERE kind = 'batch' AND number = ?1 AND first_counter >= ?2 AND first_counter <= ?3
            ORDER BY first_counter
            """)
        read.bind(1, Int64(bitPattern: last.number.rawValue))
        read.bind(2, Int64(last.unit))
        read.bind(3, Int64(last.firstCounter))
        var batches: [(frame: Frame, header: BatchHeader)] = []
        var context: VersionVector?
        while try read.step() {
            let frame = try Frame(reading: read.blob(0), kind: .batch)
            var reader = frame.header
            let header = try BatchHeader(reading: &reader, after: context)
            context = header.context
            batches.append((frame, header))
        }
        if Mutant.isOn(.wholeUnit) { return Array(batches.suffix(1)) }
        return batches
    }

    /// A batch's header; its context may be written as the difference to that of the batch before it in the unit,
    /// which the log has whole beside that batch.
    func header(of frame: Frame, _ database: Database) throws -> BatchHeader {
        var reader = frame.header
        if let header = try? BatchHeader(reading: &reader, after: nil) { return header }
        var again = frame.header
        let outline = try BatchHeader(reading: &again, after: VersionVector())
        let before = try RawStatement(
            database, "SELECT decided FROM log WHERE kind = 'batch' AND number = ?1 AND last_counter = ?2")
        before.bind(1, Int64(bitPattern: outline.number.rawValue))
        before.bind(2, Int64(outline.firstCounter) - 1)
        guard outline.unit < outline.firstCounter, try before.step() else {
            throw Problem(.gap, "batch starts at \(outline.firstCounter), and the one before it is not here")
        }
        var decided = ByteReader(before.blob(0))
        _ = try decided.byte()
        _ = try decided.id()
        _ = try decided.varint()
        _ = try decided.signed()
        var once = frame.header
        return try BatchHeader(reading: &once, after: try decided.vector())
    }
}
