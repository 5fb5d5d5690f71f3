import GRDB
import SQLiteAccess
import SyncCore
import SyncSession
import SyncWire

/// The one place that folds a log again: each kind of entry does to a scratch hub what it did to the hub, by the same
/// functions. A kind that is not here cannot be folded, and says so.
struct Replay {
    let scratch: HubStore
    /// Whether each entry must come to what the log says: not where it is folded under another rule on purpose.
    var isStrict = true

    /// Folds one entry, inside the scratch hub's transaction.
    func fold(_ entry: LoggedEntry, _ database: Database) throws {
        switch entry.kind {
        case "admit": try admit(entry, database)
        case "enrol": try enrol(entry, database)
        case "revoke": try revoke(entry, database)
        case "batch": try batch(entry, database)
        case "prune": try prune(entry, database)
        case "life": try beginLife(entry, database)
        case "collect": try collect(entry, database)
        // It only says who holds deleted records back, which stands in each collection.
        case "retire": try log(entry, database)
        case "incomplete": try closeIncomplete(entry, database)
        // Made with the last batch of its unit.
        case "fold": try expectFold(entry, database)
        default:
            throw HubStoreError(
                .notValid, "this program does not know what `\(entry.kind)` in the log means: upgrade zona-server")
        }
        guard entry.kind != "batch", isStrict else { return }
        let reached = try HubRow(database).seq
        guard reached == entry.seq else {
            throw HubStoreError(.notValid, "the fold comes to \(reached) where the log says \(entry.seq)")
        }
    }

    private func log(_ entry: LoggedEntry, _ database: Database) throws {
        var hub = try HubRow(database)
        let copy = LogEntry(kind: entry.kind, hash: entry.hash, bytes: entry.bytes, decided: entry.decided)
        try hub.log(database, copy, at: entry.at)
        try hub.save(database)
    }

    private func admit(_ entry: LoggedEntry, _ database: Database) throws {
        let who = try Admission(reading: entry.bytes)
        try scratch.admit(
            database, number: who.number, key: who.key, comune: who.comune, isCapofila: who.isCapofila, now: entry.at)
    }

    private func enrol(_ entry: LoggedEntry, _ database: Database) throws {
        let paper = try Frame(reading: entry.bytes, kind: .certificate, limit: Limits.messageBytes)
        try paper.verify(by: scratch.key.publicKey)
        try log(entry, database)
    }

    private func revoke(_ entry: LoggedEntry, _ database: Database) throws {
        var reader = ByteReader(entry.bytes)
        try HubStore.shutOut(ReplicaNumber(rawValue: try reader.fixed()), database, now: entry.at)
        try log(entry, database)
    }

    private func prune(_ entry: LoggedEntry, _ database: Database) throws {
        var decided = ByteReader(entry.decided)
        _ = try HubStore.pruneHistory(before: try decided.signed(), database)
        try log(entry, database)
    }

    private func beginLife(_ entry: LoggedEntry, _ database: Database) throws {
        var decided = ByteReader(entry.decided)
        var names = [try decided.fixed(), try decided.fixed()].makeIterator()
        var hub = try HubRow(database)
        try hub.takeNewLife(database, names: { names.next() ?? 0 }, now: entry.at)
        try hub.save(database)
    }

    private func collect(_ entry: LoggedEntry, _ database: Database) throws {
        var reader = ByteReader(entry.bytes)
        var keys: [RecordKey] = []
        for _ in 0..<(try reader.count(limit: entry.bytes.count, of: "records")) {
            let table = try reader.count(limit: 1 << 20, of: "as table")
            keys.append(RecordKey(table: table, id: try reader.id()))
        }
        try Tombstones.remove(keys, database)
        var decided = ByteReader(entry.decided)
        var hub = try HubRow(database)
        hub.horizon = try decided.varint()
        // A former program did not write down what the deletes were known by: all that was here.
        _ = try Forgotten.add(decided.isAtEnd ? hub.vector : decided.vector(), database)
        try hub.save(database)
        try log(entry, database)
    }

    private func closeIncomplete(_ entry: LoggedEntry, _ database: Database) throws {
        let nobody = Writer(comune: scratch.identity.ambito, isCapofila: true)
        var fold = try Fold(
            database, catalog: scratch.catalog, hub: HubRow(database), writer: nobody, now: entry.at)
        try fold.refuseIncomplete()
        try fold.hub.save(database)
        try log(entry, database)
    }

    private func batch(_ entry: LoggedEntry, _ database: Database) throws {
        guard !entry.bytes.isEmpty else {
            throw HubStoreError(.notValid, "the batch was pruned: the log can be folded from a later checkpoint only")
        }
        let frame = try Frame(reading: entry.bytes, kind: .batch)
        guard frame.hash == entry.hash else { throw HubStoreError(.notValid, "the batch is not the one of its hash") }
        let header = try scratch.header(of: frame, database)
        var decided = ByteReader(entry.decided)
        let isCapofila = try decided.byte() == 1
        let comune = try decided.id()
        let version = try decided.varint()
        guard version <= UInt64(scratch.catalog.version) else {
            throw HubStoreError(.newerSchema, "the batch was folded by a newer zona-server: upgrade this one")
        }
        let correction = try decided.signed()
        let known = try RawStatement(database, "SELECT key FROM replica WHERE number = ?1")
        known.bind(1, Int64(bitPattern: header.number.rawValue))
        guard try known.step(), let key = VerifyingKey(known.blob(0)) else {
            throw HubStoreError(.notValid, "the batch is of a number that the log never admitted")
        }
        known.reset()
        try frame.verify(by: key)
        var hub = try HubRow(database)
        let certificate = Certificate(
            ambito: scratch.identity.ambito, key: key, comune: comune, isCapofila: isCapofila, issuedAt: entry.at)
        let greeting = ClientGreeting(
            nonce: [], certificate: [], number: header.number, incarnation: hub.incarnation, acknowledgedCounter: 0,
            acknowledgedHash: Hash.none, cursor: 0, logHash: Hash.none, oldest: 0,
            schemaVersion: header.schemaVersion)
        try scratch.store(
            frame, header, offset: header.offset + correction,
            peer: HubSession.Peer(certificate: certificate, greeting: greeting), hub: &hub, database, now: entry.at)
    }

    private func expectFold(_ entry: LoggedEntry, _ database: Database) throws {
        guard isStrict else { return }
        let read = try RawStatement(database, "SELECT kind, decided FROM log ORDER BY entry DESC LIMIT 1")
        guard try read.step(), read.text(0) == "fold", read.blob(1) == entry.decided else {
            throw HubStoreError(.notValid, "folding the unit again gives another outcome than the log says")
        }
    }
}
