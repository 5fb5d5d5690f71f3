package import SyncCore

/// A replica asks the hub what became of one record (`docs/protocol.md`, *History*).
package struct HistoryRequest: Sendable, Equatable {
    /// Of the conversation, so that nobody can ask this again.
    package var session: [UInt8]
    package var record: RecordKey

    package init(session: [UInt8], record: RecordKey) {
        self.session = session
        self.record = record
    }

    package func frame(key: SigningKey) -> Frame {
        var header: [UInt8] = []
        header.appendCounted(session)
        header.appendVarint(UInt64(record.table))
        header.appendID(record.id)
        return Frame(.historyRequest, header: header, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        do throws(MalformedBytes) {
            var header = frame.header
            session = try header.counted(limit: 64, of: "bytes of a session")
            let table = try header.count(limit: 1 << 20, of: "as table")
            record = RecordKey(table: table, id: try header.id())
            guard header.isAtEnd else {
                throw MalformedBytes("header longer than it should be", at: header.position)
            }
        } catch {
            throw WireError(error)
        }
    }
}

/// The hub's answer: the changes that it knows of the record, each with what it wrote, and the conflicts about it.
package struct HistoryAnswer: Sendable, Equatable {
    package enum Record: UInt8, Sendable {
        /// The hub has none that the asker may read.
        case unknown, shown, deleted
    }

    /// Where one written value stands.
    package enum Standing: Sendable, Equatable {
        case shows
        /// It lost against what shows, and is kept.
        case beside
        /// Somebody who had seen it wrote another in its place, under this dot.
        case replaced(by: Dot)
        /// What came after it has the same value: nobody keeps it apart any more.
        case passed
    }

    /// The value of one group, as one change wrote it.
    package struct Version: Sendable, Equatable {
        package var group: Int
        package var standing: Standing
        /// Encoded values of the group's columns, in column order; of existence one integer, 1 present, 0 deleted.
        package var values: [UInt8]

        package init(group: Int, standing: Standing, values: [UInt8]) {
            self.group = group
            self.standing = standing
            self.values = values
        }
    }

    /// What the log says of a change beside its values.
    package enum Origin: Sendable, Equatable {
        /// Not of a replica: what the hub was founded with, or wrote by itself.
        case hub
        case batch(operation: Operation, isCopy: Bool, isFilled: Bool, decides: [RecordID])
        /// The batch was pruned.
        case gone
        /// The batch is there, and too much was asked for at once to look at it.
        case unread
    }

    package struct Entry: Sendable, Equatable {
        package var dot: Dot
        package var time: HybridTime
        package var author: [UInt8]
        package var comune: RecordID?
        package var origin: Origin
        /// Places in `entries` of those that its writer had seen, ascending; nothing when nobody knows any more.
        package var seen: [Int]?
        package var versions: [Version]

        package init(
            dot: Dot, time: HybridTime, author: [UInt8], comune: RecordID?, origin: Origin, seen: [Int]?,
            versions: [Version]
        ) {
            self.dot = dot
            self.time = time
            self.author = author
            self.comune = comune
            self.origin = origin
            self.seen = seen
            self.versions = versions
        }
    }

    package enum ConflictState: UInt8, Sendable {
        case open, closed, decided
    }

    /// A conflict about the record: which loser of which group.
    package struct Listing: Sendable, Equatable {
        package var conflict: RecordID
        package var group: Int
        package var loser: Dot
        package var state: ConflictState

        package init(conflict: RecordID, group: Int, loser: Dot, state: ConflictState) {
            self.conflict = conflict
            self.group = group
            self.loser = loser
            self.state = state
        }
    }

    package var incarnation: Incarnation
    /// The hub's clock, Unix milliseconds.
    package var at: Int64
    package var record: Record
    /// What was replaced before this moment was pruned, Unix milliseconds; nothing when nothing was.
    package var prunedBefore: Int64?
    /// There are older entries than these.
    package var isCut: Bool
    /// By time, the oldest first.
    package var entries: [Entry]
    package var listings: [Listing]

    package init(
        incarnation: Incarnation, at: Int64, record: Record, prunedBefore: Int64? = nil, isCut: Bool = false,
        entries: [Entry] = [], listings: [Listing] = []
    ) {
        self.incarnation = incarnation
        self.at = at
        self.record = record
        self.prunedBefore = prunedBefore
        self.isCut = isCut
        self.entries = entries
        self.listings = listings
    }
}
