package import SyncCore

/// What a frame holds. Numbers travel; never reuse one.
package enum FrameKind: UInt8, Sendable {
    case batch = 1
    case page = 2
    case nonce = 3
    case clientGreeting = 4
    case hubGreeting = 5
    case acknowledgement = 6
    case certificate = 7
    case enrolmentRequest = 8
    case enrolmentAnswer = 9
    case problem = 10
    /// Begins a file of batches or pages on a stick.
    case bundle = 11
    /// What a stick brings back.
    case receipt = 12
    case comparisonRequest = 13
    case comparisonAnswer = 14
    /// Kept beside a hub's file, never sent.
    case checkpoint = 15
    case historyRequest = 16
    case historyAnswer = 17
    case sealingKey = 18
    /// What a comune without network gets beside its code.
    case invitation = 19
    /// Instead of a whole conversation, when nothing waits.
    case presence = 20
}

/// The one framing of everything that travels (`docs/protocol.md`, *Frames*): magic, version, kind, lengths,
/// header, compressed body, SHA-256 of all that, Ed25519 signature over header and hash.
package struct Frame: Sendable {
    package static let magic = Array("ZONA".utf8)
    package static let version: UInt8 = 1
    package static let prefixSize = 14
    static let suffixSize = 96

    package let kind: FrameKind
    /// The whole frame.
    package let bytes: [UInt8]
    private let headerRange: Range<Int>
    private let bodyRange: Range<Int>

    /// Makes a signed frame. `body` is compressed; an empty one is left out.
    package init(_ kind: FrameKind, header: [UInt8], body: [UInt8] = [], key: SigningKey) {
        let packed = body.isEmpty ? [] : Compression.pack(body)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.prefixSize + header.count + packed.count + Self.suffixSize)
        bytes.append(contentsOf: Self.magic)
        bytes.append(Self.version)
        bytes.append(kind.rawValue)
        for length in [header.count, packed.count] {
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
        }
        bytes.append(contentsOf: header)
        let signedEnd = bytes.count
        bytes.append(contentsOf: packed)
        headerRange = Self.prefixSize..<signedEnd
        bodyRange = signedEnd..<bytes.count
        let hash = Hash.of(bytes)
        bytes.append(contentsOf: hash)
        bytes.append(contentsOf: key.signature(for: Array(bytes[..<signedEnd]) + hash))
        self.kind = kind
        self.bytes = bytes
    }

    /// Reads a frame's outline and checks its hash; the signature is checked by `verify`, once the header has told
    /// whose it is.
    package init(reading bytes: [UInt8], limit: Int = Limits.batchBytes) throws(WireError) {
        guard bytes.count <= limit else { throw WireError(.overLimit, "\(bytes.count) bytes, at most \(limit)") }
        guard bytes.count >= Self.prefixSize + Self.suffixSize, bytes.starts(with: Self.magic) else {
            throw WireError(.malformed, "not a frame of Zona")
        }
        guard bytes[4] == Self.version else {
            throw WireError(.unknownVersion, "format version \(bytes[4]); this program knows \(Self.version)")
        }
        guard let kind = FrameKind(rawValue: bytes[5]) else { throw WireError(.wrongKind, "kind \(bytes[5])") }
        let (header, body) = Self.lengths(in: bytes)
        guard Self.prefixSize + header + body + Self.suffixSize == bytes.count else {
            throw WireError(.malformed, "frame of another length than it says: truncated or extended")
        }
        headerRange = Self.prefixSize..<Self.prefixSize + header
        bodyRange = headerRange.upperBound..<headerRange.upperBound + body
        self.kind = kind
        self.bytes = bytes
        guard Hash.of(bytes[..<bodyRange.upperBound]) == hash else {
            throw WireError(.wrongHash, "content and hash differ")
        }
    }

    package init(reading bytes: [UInt8], kind: FrameKind, limit: Int = Limits.batchBytes) throws(WireError) {
        try self.init(reading: bytes, limit: limit)
        guard self.kind == kind else { throw WireError(.wrongKind, "\(self.kind) where \(kind) was expected") }
    }

    /// How long the frame that begins with these bytes says it is; nothing for fewer bytes than it takes to say so.
    package static func length(of start: [UInt8]) -> Int? {
        guard start.count >= prefixSize else { return nil }
        let (header, body) = lengths(in: start)
        return prefixSize + header + body + suffixSize
    }

    private static func lengths(in bytes: [UInt8]) -> (header: Int, body: Int) {
        func length(at offset: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        return (length(at: 6), length(at: 10))
    }

    /// SHA-256 over all but the signature: the frame's name.
    package var hash: [UInt8] {
        Array(bytes[bodyRange.upperBound..<bodyRange.upperBound + Hash.size])
    }

    package var header: ByteReader {
        ByteReader(bytes, from: headerRange.lowerBound, to: headerRange.upperBound)
    }

    /// Unpacks the body, which the header says has `size` bytes.
    package func body(size: Int) throws(WireError) -> [UInt8] {
        if size == 0 && bodyRange.isEmpty { return [] }
        return try Compression.unpack(bytes[bodyRange], size: size)
    }

    package func verify(by key: VerifyingKey) throws(WireError) {
        let signed = Array(bytes[..<headerRange.upperBound]) + hash
        guard key.verifies(bytes[(bodyRange.upperBound + Hash.size)...], of: signed) else {
            throw WireError(.wrongSignature, "not signed by who it says")
        }
    }
}
