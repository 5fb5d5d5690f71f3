import GRDB
import SQLiteAccess
package import SyncCore
package import SyncSession
package import SyncWire

/// A batch of an earlier life of the hub, to be given back as it was.
package struct OwedBatch: Sendable {
    package let number: ReplicaNumber
    package let lastCounter: UInt64
    package let hash: [UInt8]
    package let bytes: [UInt8]
    /// The clock's difference that was measured when it was first sent, so that its stamps are moved as they were.
    package let clock: Int64
}

// Who this file is. Each change of it is one transaction, after which a new conversation begins.
extension ReplicaStore {
    /// The hub has batches under my number that are none of mine: this file was copied or put back from a backup. It
    /// goes on under `number`: what the hub has of mine by hash, up to `known`, counts as acknowledged; the rest is
    /// captured again, from the row as last acknowledged and with the context that it had.
    ///
    /// - Parameter chain: the batches from which the conversation concluded that. When the file has others by now, the
    ///   hub may have had one of these, and nothing is changed.
    /// - Returns: whether the file goes on under the new number.
    package func goOnAfterFork(
        known: UInt64, of chain: [ClientSession.ChainLink], as number: ReplicaNumber
    ) throws(ReplicaStoreError) -> Bool {
        let catalog = catalog
        return try write { database in
            guard try Self.chain(database, ReplicaState(database)) == chain else { return false }
            try database.whileApplying {
                try Acknowledge.run(database, catalog: catalog, through: known)
                try Renumbering.run(database, to: number, isFilled: false, because: .forked)
            }
            return true
        }
    }

    /// This file was away for longer than the hub remembers deletions. It goes on under `number`: what the hub has not
    /// folded is captured again with all its columns, and the next pull begins at the beginning.
    package func startAfresh(folded: UInt64, as number: ReplicaNumber) throws(ReplicaStoreError) {
        let catalog = catalog
        try write { database in
            try database.whileApplying {
                try Acknowledge.run(database, catalog: catalog, through: folded)
                try Renumbering.run(
                    database, to: number, isFilled: !Mutant.isOn(.staleFill), because: .startedAfresh)
                try database.execute(sql: "UPDATE zona_state SET is_stale = 1, cursor = 0, log_hash = zeroblob(32)")
            }
        }
    }

    /// The hub was restored or rebuilt. From now on this file owes it every batch that it lacks, goes on under
    /// `number`, and compares itself with the hub in a pull from the beginning.
    ///
    /// What was captured, offered and not acknowledged is given back as it was when the hub's last batch of mine is
    /// one of mine: the dots stay, so a lost answer doubles nothing. Behind a hole it is captured again; so is what
    /// this file never offered: if it was copied, or put back together with the hub, another history of it may have
    /// used these dots in the former life, and who knows that one must not seem to know this.
    package func meet(_ hub: HubGreeting, as number: ReplicaNumber, now: Int64) throws(ReplicaStoreError) {
        let catalog = catalog
        try write { database in
            let before = try ReplicaState(database)
            let incarnation = hub.state.incarnation
            guard incarnation != before.incarnation else { return }
            try database.whileApplying {
                if !Mutant.isOn(.resend),
                    let last = try Outbox.end(database, of: before, following: hub.state)
                {
                    try Acknowledge.run(database, catalog: catalog, through: last)
                }
                var own = try Rescue.own(database)
                let state = try ReplicaState(database)
                own.formUnion(Dot(number: state.number, counter: state.acknowledgedCounter))
                try Renumbering.run(database, to: number, isFilled: true, because: .metHub)
                try Rescue.begin(database, incarnation: incarnation, own: own)
                try Rescue.leave([before.incarnation] + hub.formerIncarnations, database, now: now)
            }
        }
    }

    /// The next batch that a restored hub lacks, from what it says of my former numbers, in the order in which they
    /// were captured: who wrote later under another number had seen his own earlier changes. Behind a hole nothing is
    /// owed: what was there was captured again, or is given back as rows.
    package func owed(_ numbers: [NumberState]) throws(ReplicaStoreError) -> OwedBatch? {
        try read { database in
            let next = try RawStatement(
                database,
                """
                SELECT first_counter, last_counter, hash, bytes, context, clock, rowid FROM zona_outbox
                WHERE number = ?1 AND last_counter > ?2 ORDER BY last_counter LIMIT 1
                """)
            var oldest: (place: Int64, batch: OwedBatch)?
            for known in numbers {
                next.bind(1, Int64(bitPattern: known.number.rawValue))
                next.bind(2, Int64(clamping: known.storedCounter))
                defer { next.reset() }
                guard try next.step(), UInt64(next.integer(0)) == known.storedCounter + 1 else { continue }
                let header = try Outbox.header(next.blob(3), context: next.blob(4))
                guard header.previousHash == known.storedHash else { continue }
                guard next.integer(6) < oldest?.place ?? .max else { continue }
                oldest = (
                    next.integer(6),
                    OwedBatch(
                        number: known.number, lastCounter: UInt64(next.integer(1)), hash: next.blob(2),
                        bytes: next.blob(3), clock: next.isNull(5) ? header.offset : next.integer(5))
                )
            }
            return oldest?.batch
        }
    }

    /// A number that this file had, and since when and why it has another.
    package struct FormerNumber: Sendable, Equatable {
        package enum Cause: String, Sendable {
            /// The file was copied or put back from a backup.
            case forked
            /// The hub was restored or rebuilt.
            case metHub = "met-hub"
            /// The file was away for longer than the hub remembers deletions.
            case startedAfresh = "started-afresh"
        }

        package let number: ReplicaNumber
        /// Unix milliseconds by this PC's clock; nothing when an earlier program left it.
        package let leftAt: Int64?
        package let cause: Cause?
    }

    /// The numbers that this file had before, the last one first.
    package func formerIdentities() throws(ReplicaStoreError) -> [FormerNumber] {
        try read { database in
            let read = try RawStatement(
                database, "SELECT number, left_at, cause FROM zona_number ORDER BY left_at DESC, number")
            var found: [FormerNumber] = []
            while try read.step() {
                found.append(
                    FormerNumber(
                        number: ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(0))),
                        leftAt: read.isNull(1) ? nil : read.integer(1),
                        cause: read.isNull(2) ? nil : FormerNumber.Cause(rawValue: read.text(2))))
            }
            return found
        }
    }

    /// The numbers that this file had before, for the greeting.
    package func formerNumbers() throws(ReplicaStoreError) -> [ReplicaNumber] {
        try read { try Self.formerNumbers($0) }
    }

    static func formerNumbers(_ database: Database) throws -> [ReplicaNumber] {
        let read = try RawStatement(database, "SELECT number FROM zona_number ORDER BY number")
        var numbers: [ReplicaNumber] = []
        while try read.step() {
            numbers.append(ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(0))))
        }
        return numbers
    }
}

/// A new number for this file.
enum Renumbering {
    /// Everything that is not acknowledged is pending again, as it was when it was last acknowledged; what was ever
    /// captured counts as sent.
    static func run(
        _ database: Database, to number: ReplicaNumber, isFilled: Bool, because cause: ReplicaStore.FormerNumber.Cause
    ) throws {
        let state = try ReplicaState(database)
        let former = try RawStatement(
            database,
            """
            INSERT OR REPLACE INTO zona_number(number, counter, left_at, cause)
            VALUES (?1, ?2, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), ?3)
            """)
        former.bind(1, Int64(bitPattern: state.number.rawValue))
        former.bind(2, Int64(state.acknowledgedCounter))
        former.bind(3, text: cause.rawValue)
        try former.run()
        let unsent = try RawStatement(database, "DELETE FROM zona_outbox WHERE number = ?1 AND last_counter > ?2")
        unsent.bind(1, Int64(bitPattern: state.number.rawValue))
        unsent.bind(2, Int64(state.acknowledgedCounter))
        try unsent.run()
        try database.execute(
            sql: """
                UPDATE zona_pending SET was_captured = was_captured OR counter IS NOT NULL OR sent IS NOT NULL,
                    is_filled = is_filled OR \(isFilled ? 1 : 0),
                    counter = \(Mutant.isOn(.renumberDrops) ? "counter" : "NULL"), sent = NULL;
                UPDATE zona_deciding SET counter = NULL;
                DELETE FROM zona_inbox\(Mutant.isOn(.inboxMixed) ? " WHERE 0" : "");
                """)
        let save = try RawStatement(
            database,
            """
            UPDATE zona_state SET number = ?1, next_counter = 1, captured_hash = ?2, acknowledged_counter = 0,
                acknowledged_hash = ?2, durable_counter = 0
            """)
        save.bind(1, Int64(bitPattern: number.rawValue))
        save.bind(2, blob: Hash.none)
        try save.run()
    }
}

/// What this file knew when it met a restored hub, until it has compared.
enum Rescue {
    /// My own acknowledged changes, under every number, which my knowledge may not cover yet.
    static func own(_ database: Database) throws -> VersionVector {
        let read = try RawStatement(database, "SELECT rescue_own FROM zona_state")
        guard try read.step() else { return VersionVector() }
        var reader = ByteReader(read.blob(0))
        return try reader.vector()
    }

    /// A second restore before the first was compared keeps the older knowledge: it is what the rows here come from.
    static func begin(_ database: Database, incarnation: Incarnation, own: VersionVector) throws {
        var bytes: [UInt8] = []
        bytes.appendVector(own)
        let save = try RawStatement(
            database,
            """
            UPDATE zona_state SET incarnation = ?1, cursor = 0, log_hash = ?2, is_stale = 0, rescue_own = ?3,
                rescue_epoch = coalesce(rescue_epoch, epoch)
            """)
        save.bind(1, Int64(bitPattern: incarnation.rawValue))
        save.bind(2, blob: Hash.none)
        save.bind(3, blob: bytes)
        try save.run()
        // The places of the former life mean nothing in this one: as if nothing had been seen here yet.
        try database.execute(sql: "UPDATE zona_knowledge SET seq = 0")
    }

    /// The comparison is done. Copies that wait hold what was known before; of this hub they have seen all up to `seq`.
    static func end(_ database: Database, at seq: UInt64) throws {
        let place = try RawStatement(
            database, "UPDATE zona_knowledge SET seq = ?1 WHERE epoch = (SELECT rescue_epoch FROM zona_state)")
        place.bind(1, Int64(seq))
        try place.run()
        try database.execute(sql: "UPDATE zona_state SET rescue_epoch = NULL, rescue_own = x'00'")
    }

    static func leave(_ incarnations: [Incarnation], _ database: Database, now: Int64) throws {
        let leave = try RawStatement(
            database,
            """
            INSERT INTO zona_incarnation(incarnation, left_at)
                SELECT ?1, ?2 FROM zona_state WHERE incarnation <> ?1 ON CONFLICT(incarnation) DO NOTHING
            """)
        for incarnation in incarnations {
            leave.bind(1, Int64(bitPattern: incarnation.rawValue))
            leave.bind(2, now)
            try leave.run()
        }
    }

    static func former(_ database: Database) throws -> [Incarnation] {
        let read = try RawStatement(database, "SELECT incarnation FROM zona_incarnation ORDER BY incarnation")
        var found: [Incarnation] = []
        while try read.step() { found.append(Incarnation(rawValue: UInt64(bitPattern: read.integer(0)))) }
        return found
    }
}

extension Outbox {
    /// A batch's header; the stored context stands in for that of the batch before.
    static func header(_ bytes: [UInt8], context: [UInt8]) throws -> BatchHeader {
        let frame = try Frame(reading: bytes, kind: .batch)
        var reader = ByteReader(context)
        var header = frame.header
        return try BatchHeader(reading: &header, after: try reader.vector())
    }

    /// The end of the last unit under the file's number that was offered, when what waits follows what the hub has of
    /// it without a hole.
    static func end(_ database: Database, of state: ReplicaState, following hub: HubState) throws -> UInt64? {
        guard hub.number == state.number else { return nil }
        let read = try RawStatement(
            database,
            """
            SELECT first_counter, last_counter, hash, bytes, context, is_last, is_offered FROM zona_outbox
            WHERE number = ?1 ORDER BY last_counter
            """)
        read.bind(1, Int64(bitPattern: state.number.rawValue))
        var follows = false
        var last: UInt64?
        var isOffered = true
        while try read.step() {
            let counter = UInt64(read.integer(1))
            if counter == hub.storedCounter && read.blob(2) == hub.storedHash {
                follows = true
                isOffered = true
            } else if read.integer(6) == 0 && counter > state.acknowledgedCounter && !Mutant.isOn(.offerAll) {
                isOffered = false
            }
            if isOffered && read.integer(5) == 1 { last = counter }
            if !follows, UInt64(read.integer(0)) == hub.storedCounter + 1 {
                follows = try header(read.blob(3), context: read.blob(4)).previousHash == hub.storedHash
            }
        }
        return follows ? last : nil
    }
}
