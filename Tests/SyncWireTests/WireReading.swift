import SyncCore
import SyncWire

/// Reads frames to their end, as a careful receiver would, and checks that what came out is well formed.
enum WireReading {
    struct Disorder: Error {
        let what: String
    }

    static func batch(_ frame: Frame, after before: VersionVector? = nil) throws -> (
        header: BatchHeader, changes: [Change]
    ) {
        var reader = frame.header
        let header = try BatchHeader(reading: &reader, after: before)
        var changes: [Change] = []
        var body = try BatchReader(frame, header: header)
        while let change = try body.next() { changes.append(change) }
        guard changes.count == header.count else { throw Disorder(what: "another count") }
        for (index, change) in changes.enumerated() {
            var values = ByteReader(change.values)
            for _ in change.carried.columns { try values.skipValue() }
            guard values.isAtEnd, change.changed.isSubset(of: change.carried),
                change.dot == Dot(number: header.number, counter: header.firstCounter + UInt64(index))
            else { throw Disorder(what: "a change of its own kind") }
        }
        return (header, changes)
    }

    static func page(_ frame: Frame) throws -> (header: PageHeader, entries: [PageEntry], reader: PageReader) {
        let header = try PageHeader(reading: frame)
        var reader = try PageReader(frame, header: header)
        var entries: [PageEntry] = []
        while let entry = try reader.next() {
            if entry.kind == .row {
                _ = try Row(uncheckedBytes: Array(reader.body[entry.row])).values()
            } else if !entry.row.isEmpty {
                throw Disorder(what: "a row where none belongs")
            }
            entries.append(entry)
        }
        return (header, entries, reader)
    }

    /// Reads a frame of any kind.
    static func any(_ bytes: [UInt8]) throws {
        let frame = try Frame(reading: bytes)
        switch frame.kind {
        case .batch: _ = try batch(frame, after: Samples.context)
        case .page: _ = try page(frame)
        case .nonce: _ = try Nonce(reading: frame)
        case .clientGreeting: _ = try ClientGreeting(reading: frame)
        case .hubGreeting: _ = try HubGreeting(reading: frame)
        case .acknowledgement: _ = try Acknowledgement(reading: frame)
        case .certificate: _ = try Certificate(reading: frame)
        case .enrolmentRequest: _ = try EnrolmentRequest(reading: frame)
        case .enrolmentAnswer: _ = try EnrolmentAnswer(reading: frame)
        case .problem: _ = try Problem(reading: frame)
        case .comparisonRequest: _ = try ComparisonRequest(reading: frame)
        case .comparisonAnswer: _ = try ComparisonAnswer(reading: frame)
        case .checkpoint: _ = try Checkpoint(reading: frame)
        case .historyRequest: _ = try HistoryRequest(reading: frame)
        case .historyAnswer: _ = try HistoryAnswer(reading: frame)
        case .bundle: _ = try BundleHeader(reading: frame)
        case .receipt: _ = try Receipt(reading: frame)
        case .sealingKey: _ = try KeyCard(reading: frame)
        case .invitation: _ = try Invitation(reading: frame)
        case .presence: _ = try Presence(reading: frame)
        }
    }

    /// A frame of these parts with a right hash and no signature: what a decoder sees that trusts nothing but the hash.
    static func frame(_ kind: FrameKind, header: [UInt8], packed: [UInt8]) -> [UInt8] {
        var bytes = Frame.magic + [Frame.version, kind.rawValue]
        for length in [header.count, packed.count] {
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
        }
        bytes += header + packed
        return bytes + Hash.of(bytes) + [UInt8](repeating: 0, count: 64)
    }

    /// The header's bytes of a frame.
    static func header(of frame: Frame) -> [UInt8] {
        var reader = frame.header
        return (try? reader.take(reader.remaining)) ?? []
    }

    /// The compressed bytes of a frame's body.
    static func packed(of frame: Frame) -> [UInt8] {
        Array(frame.bytes[(14 + header(of: frame).count)...].dropLast(96))
    }
}
