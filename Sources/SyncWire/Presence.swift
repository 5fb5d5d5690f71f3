package import SyncCore

/// What a replica says that has nothing to send and owes nothing: who it is, and how far. When the hub has exactly that
/// and nothing new for it, this one frame is the whole conversation.
package struct Presence: Sendable, Equatable {
    package var ambito: RecordID
    package var number: ReplicaNumber
    package var incarnation: Incarnation
    /// The hub's clock, as the replica reckons it: Unix milliseconds. An old one cannot be shown again.
    package var time: Int64
    package var acknowledgedCounter: UInt64
    package var acknowledgedHash: [UInt8]
    package var cursor: UInt64
    /// The hash of the hub's log at the cursor.
    package var logHash: [UInt8]
    package var schemaVersion: Int

    package init(
        ambito: RecordID, number: ReplicaNumber, incarnation: Incarnation, time: Int64, acknowledgedCounter: UInt64,
        acknowledgedHash: [UInt8], cursor: UInt64, logHash: [UInt8], schemaVersion: Int
    ) {
        self.ambito = ambito
        self.number = number
        self.incarnation = incarnation
        self.time = time
        self.acknowledgedCounter = acknowledgedCounter
        self.acknowledgedHash = acknowledgedHash
        self.cursor = cursor
        self.logHash = logHash
        self.schemaVersion = schemaVersion
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        bytes.appendID(ambito)
        bytes.appendFixed(number.rawValue)
        bytes.appendFixed(incarnation.rawValue)
        bytes.appendSigned(time)
        bytes.appendVarint(acknowledgedCounter)
        bytes.append(contentsOf: acknowledgedHash)
        bytes.appendVarint(cursor)
        bytes.append(contentsOf: logHash)
        bytes.appendVarint(UInt64(schemaVersion))
        return Frame(.presence, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            Presence(
                ambito: try reader.id(), number: ReplicaNumber(rawValue: try reader.fixed()),
                incarnation: Incarnation(rawValue: try reader.fixed()), time: try reader.signed(),
                acknowledgedCounter: try reader.varint(), acknowledgedHash: try reader.take(Hash.size),
                cursor: try reader.varint(), logHash: try reader.take(Hash.size),
                schemaVersion: try reader.count(limit: 1 << 20, of: "as schema version"))
        }
    }
}
