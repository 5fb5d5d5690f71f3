package import SyncCore

/// What a batch says of itself before its changes.
package struct BatchHeader: Sendable, Equatable {
    package var ambito: RecordID
    package var number: ReplicaNumber
    package var incarnation: Incarnation
    package var schemaVersion: Int
    /// The dots of the changes are (number, firstCounter ..< firstCounter + count).
    package var firstCounter: UInt64
    package var count: Int
    /// The first counter of the unit that this batch belongs to.
    package var unit: UInt64
    package var isLastOfUnit: Bool
    package var context: VersionVector
    /// The schema version under which the context was pulled. Where it is lower than `schemaVersion`, the writers
    /// had seen nothing of what came between, whatever the context covers.
    package var contextVersion: Int
    package var floor: HybridTime
    /// Milliseconds that were added to the PC's clock.
    package var offset: Int64
    package var previousHash: [UInt8]
    package var bodyBytes: Int

    package init(
        ambito: RecordID, number: ReplicaNumber, incarnation: Incarnation, schemaVersion: Int, firstCounter: UInt64,
        count: Int, unit: UInt64, isLastOfUnit: Bool, context: VersionVector, contextVersion: Int? = nil,
        floor: HybridTime, offset: Int64, previousHash: [UInt8], bodyBytes: Int = 0
    ) {
        self.ambito = ambito
        self.number = number
        self.incarnation = incarnation
        self.schemaVersion = schemaVersion
        self.firstCounter = firstCounter
        self.count = count
        self.unit = unit
        self.isLastOfUnit = isLastOfUnit
        self.context = context
        self.contextVersion = contextVersion ?? schemaVersion
        self.floor = floor
        self.offset = offset
        self.previousHash = previousHash
        self.bodyBytes = bodyBytes
    }

    package var lastCounter: UInt64 { firstCounter + UInt64(count) - 1 }

    /// The header's bytes. In a batch that is not the first of its unit the context is written as the entries that
    /// differ from
    /// `before`, the context of the batch before.
    package func encoded(after before: VersionVector?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendID(ambito)
        bytes.appendFixed(number.rawValue)
        bytes.appendFixed(incarnation.rawValue)
        bytes.appendVarint(UInt64(schemaVersion))
        bytes.appendVarint(firstCounter)
        bytes.appendVarint(UInt64(count))
        bytes.appendVarint(unit)
        let difference = before.flatMap { VectorDifference(from: $0, to: context) }
        let isBehind = contextVersion != schemaVersion
        bytes.append((isLastOfUnit ? 1 : 0) | (difference != nil ? 2 : 0) | (isBehind ? 4 : 0))
        if let difference { bytes.appendVector(difference.changed) } else { bytes.appendVector(context) }
        if isBehind { bytes.appendVarint(UInt64(contextVersion)) }
        bytes.appendFixed(floor.rawValue)
        bytes.appendSigned(offset)
        bytes.append(contentsOf: previousHash)
        bytes.appendVarint(UInt64(bodyBytes))
        return bytes
    }

    /// Reads a header. `before` is the context of the batch before it in its unit, where there is one.
    package init(reading reader: inout ByteReader, after before: VersionVector?) throws(WireError) {
        do throws(MalformedBytes) {
            ambito = try reader.id()
            number = ReplicaNumber(rawValue: try reader.fixed())
            incarnation = Incarnation(rawValue: try reader.fixed())
            schemaVersion = try reader.count(limit: 1 << 20, of: "as schema version")
            firstCounter = try reader.varint()
            count = try reader.count(limit: Limits.batchChanges, of: "changes")
            unit = try reader.varint()
            let flags = try reader.byte()
            guard flags < 8 else { throw MalformedBytes("unknown flags", at: reader.position) }
            isLastOfUnit = flags & 1 == 1
            let written = try reader.vector()
            if flags & 2 == 2 {
                guard let before else {
                    throw MalformedBytes("context of a batch that is not here", at: reader.position)
                }
                context = before.replacing(written)
                guard context.entries.count <= Limits.vectorEntries else {
                    throw MalformedBytes(
                        "context over the limit of \(Limits.vectorEntries) entries", at: reader.position)
                }
            } else {
                context = written
            }
            contextVersion = flags & 4 == 4 ? try reader.count(limit: 1 << 20, of: "as schema version") : schemaVersion
            guard flags & 4 == 0 || contextVersion < schemaVersion else {
                throw MalformedBytes("a context of a later schema than the batch", at: reader.position)
            }
            floor = HybridTime(rawValue: try reader.fixed())
            offset = try reader.signed()
            previousHash = try reader.take(Hash.size)
            bodyBytes = try reader.count(limit: Limits.unpackedBytes, of: "bytes once unpacked")
            guard reader.isAtEnd else { throw MalformedBytes("header longer than it should be", at: reader.position) }
        } catch {
            throw WireError(error)
        }
        guard count > 0, firstCounter > 0, unit > 0, unit <= firstCounter, firstCounter < UInt64(Int64.max) else {
            throw WireError(.malformed, "counters that no batch can have")
        }
    }
}

/// The entries in which a context differs from the one before it; possible when no number has gone.
struct VectorDifference {
    let changed: VersionVector

    init?(from before: VersionVector, to after: VersionVector) {
        guard before.entries.allSatisfy({ after[$0.number] > 0 }) else { return nil }
        changed = VersionVector(
            after.entries.filter { before[$0.number] != $0.counter }.map { Dot(number: $0.number, counter: $0.counter) }
        )
    }
}

extension VersionVector {
    /// This vector with the counters of `changed` in the place of its own.
    func replacing(_ changed: VersionVector) -> VersionVector {
        var dots: [Dot] = entries.filter { changed[$0.number] == 0 }.map { Dot(number: $0.number, counter: $0.counter) }
        dots += changed.entries.map { Dot(number: $0.number, counter: $0.counter) }
        return VersionVector(dots)
    }
}
