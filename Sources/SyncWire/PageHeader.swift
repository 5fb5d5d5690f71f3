package import SyncCore

/// What the hub knows of the asker and of itself: the hub's half of every conversation, carried by each page too,
/// also on a stick.
package struct HubState: Sendable, Equatable {
    package var ambito: RecordID
    package var incarnation: Incarnation
    /// The number for which the counters are.
    package var number: ReplicaNumber
    /// The highest counter of that number that is folded, and stored.
    package var foldedCounter: UInt64
    package var storedCounter: UInt64
    /// The hash of the last stored batch of that number; `Hash.none` when there is none.
    package var storedHash: [UInt8]
    /// The counter that every kept backup of the hub holds.
    package var durableCounter: UInt64

    package init(
        ambito: RecordID, incarnation: Incarnation, number: ReplicaNumber, foldedCounter: UInt64, storedCounter: UInt64,
        storedHash: [UInt8], durableCounter: UInt64
    ) {
        self.ambito = ambito
        self.incarnation = incarnation
        self.number = number
        self.foldedCounter = foldedCounter
        self.storedCounter = storedCounter
        self.storedHash = storedHash
        self.durableCounter = durableCounter
    }

    func append(to bytes: inout [UInt8]) {
        bytes.appendID(ambito)
        bytes.appendFixed(incarnation.rawValue)
        bytes.appendFixed(number.rawValue)
        bytes.appendVarint(foldedCounter)
        bytes.appendVarint(storedCounter)
        bytes.append(contentsOf: storedHash)
        bytes.appendVarint(durableCounter)
    }

    init(reading reader: inout ByteReader) throws(MalformedBytes) {
        ambito = try reader.id()
        incarnation = Incarnation(rawValue: try reader.fixed())
        number = ReplicaNumber(rawValue: try reader.fixed())
        foldedCounter = try reader.varint()
        storedCounter = try reader.varint()
        storedHash = try reader.take(Hash.size)
        durableCounter = try reader.varint()
    }
}

/// What the hub has of one number.
package struct NumberState: Sendable, Equatable {
    package var number: ReplicaNumber
    package var storedCounter: UInt64
    package var storedHash: [UInt8]
    package var durableCounter: UInt64

    package init(number: ReplicaNumber, storedCounter: UInt64, storedHash: [UInt8], durableCounter: UInt64) {
        self.number = number
        self.storedCounter = storedCounter
        self.storedHash = storedHash
        self.durableCounter = durableCounter
    }

    package init(_ state: HubState) {
        self.init(
            number: state.number, storedCounter: state.storedCounter, storedHash: state.storedHash,
            durableCounter: state.durableCounter)
    }

    func append(to bytes: inout [UInt8]) {
        bytes.appendFixed(number.rawValue)
        bytes.appendVarint(storedCounter)
        bytes.append(contentsOf: storedHash)
        bytes.appendVarint(durableCounter)
    }

    init(reading reader: inout ByteReader) throws(MalformedBytes) {
        number = ReplicaNumber(rawValue: try reader.fixed())
        storedCounter = try reader.varint()
        storedHash = try reader.take(Hash.size)
        durableCounter = try reader.varint()
    }
}

/// What only the last page of a pull says: what its reader knows once he has applied it.
package struct PageEnd: Sendable, Equatable {
    package var vector: VersionVector
    package var logHash: [UInt8]
    package var highestTime: HybridTime
    /// Later: the sum of row hashes of the scope.
    package var digest: [UInt8]

    package init(vector: VersionVector, logHash: [UInt8], highestTime: HybridTime, digest: [UInt8] = []) {
        self.vector = vector
        self.logHash = logHash
        self.highestTime = highestTime
        self.digest = digest
    }
}

/// What a page says of itself before its entries.
package struct PageHeader: Sendable, Equatable {
    package var hub: HubState
    /// Whose scope this is.
    package var comune: RecordID
    package var isCapofila: Bool
    package var schemaVersion: Int
    package var from: UInt64
    package var to: UInt64
    /// Present when the page reaches the end.
    package var end: PageEnd?
    /// The hub's log hash when a page that does not reach the end was made, for an asker who wants it.
    package var logHashMidway: [UInt8]?
    /// Whether each entry names the record's dot, for an asker who compares.
    package var hasDots: Bool
    package var bodyBytes: Int

    package init(
        hub: HubState, comune: RecordID, isCapofila: Bool, schemaVersion: Int, from: UInt64, to: UInt64, end: PageEnd?,
        logHashMidway: [UInt8]? = nil, hasDots: Bool = false, bodyBytes: Int = 0
    ) {
        self.logHashMidway = logHashMidway
        self.hasDots = hasDots
        self.hub = hub
        self.comune = comune
        self.isCapofila = isCapofila
        self.schemaVersion = schemaVersion
        self.from = from
        self.to = to
        self.end = end
        self.bodyBytes = bodyBytes
    }

    package var isComplete: Bool { end != nil }

    /// The hub's log hash when the page was made, as far as it says so.
    package var logHash: [UInt8]? { end?.logHash ?? logHashMidway }

    package func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        hub.append(to: &bytes)
        bytes.appendID(comune)
        let isMidway = !isComplete && logHashMidway != nil
        bytes.append((isCapofila ? 1 : 0) | (isComplete ? 2 : 0) | (hasDots ? 4 : 0) | (isMidway ? 8 : 0))
        bytes.appendVarint(UInt64(schemaVersion))
        bytes.appendVarint(from)
        bytes.appendVarint(to)
        if let end {
            bytes.appendVector(end.vector)
            bytes.append(contentsOf: end.logHash)
            bytes.appendFixed(end.highestTime.rawValue)
            bytes.appendCounted(end.digest)
        } else if let logHashMidway {
            bytes.append(contentsOf: logHashMidway)
        }
        bytes.appendVarint(UInt64(bodyBytes))
        return bytes
    }

    package init(reading frame: Frame) throws(WireError) {
        var reader = frame.header
        do throws(MalformedBytes) {
            hub = try HubState(reading: &reader)
            comune = try reader.id()
            let flags = try reader.byte()
            guard flags < 16, flags & 10 != 10 else { throw MalformedBytes("unknown flags", at: reader.position) }
            isCapofila = flags & 1 == 1
            hasDots = flags & 4 == 4
            schemaVersion = try reader.count(limit: 1 << 20, of: "as schema version")
            from = try reader.varint()
            to = try reader.varint()
            guard to >= from, to < UInt64(Int64.max) else {
                throw MalformedBytes("a page that goes back", at: reader.position)
            }
            end = flags & 2 == 2 ? try PageEnd(reading: &reader) : nil
            logHashMidway = flags & 8 == 8 ? try reader.take(Hash.size) : nil
            bodyBytes = try reader.count(limit: Limits.unpackedBytes, of: "bytes once unpacked")
            guard reader.isAtEnd else { throw MalformedBytes("header longer than it should be", at: reader.position) }
        } catch {
            throw WireError(error)
        }
    }
}

extension PageEnd {
    init(reading reader: inout ByteReader) throws(MalformedBytes) {
        vector = try reader.vector()
        logHash = try reader.take(Hash.size)
        highestTime = HybridTime(rawValue: try reader.fixed())
        digest = try reader.counted(limit: 64, of: "bytes of a digest")
    }
}
