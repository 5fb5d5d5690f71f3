import Crypto
import FoundationEssentials
package import SyncCore

/// What a bundle says of itself, to anybody: a frame before its sealed parts (`docs/protocol.md`, *Bundles*).
package struct BundleHeader: Sendable, Equatable {
    /// What the parts hold, each a frame.
    package enum Content: UInt8, Sendable, CaseIterable {
        /// For the hub: an enrolment request.
        case request = 1
        /// For the hub: a client greeting, then batches.
        case changes = 2
        /// For a replica: a receipt, then the pages of one pull, or none.
        case records = 3
        /// For a replica that is to be made: an enrolment answer, then as `records`.
        case answer = 4
    }

    package static let format: UInt8 = 1
    /// Bytes of the encapsulated key of DHKEM(X25519, HKDF-SHA256).
    package static let encapsulatedKeySize = 32

    package var content: Content
    package var ambito: RecordID
    /// Who signs it: the replica's key, or the ambito's.
    package var sender: VerifyingKey
    package var recipient: SealingKey
    package var schemaVersion: Int
    /// Unix milliseconds by the sender's clock. For people; nothing is decided by it.
    package var madeAt: Int64
    /// Names for people: the ambito's code, and the comune's name.
    package var ambitoCode: String
    package var comuneName: String
    /// Of the one HPKE context under which the parts are sealed.
    package var encapsulatedKey: [UInt8]

    package init(
        content: Content, ambito: RecordID, sender: VerifyingKey, recipient: SealingKey, schemaVersion: Int,
        madeAt: Int64, ambitoCode: String, comuneName: String, encapsulatedKey: [UInt8]
    ) {
        self.content = content
        self.ambito = ambito
        self.sender = sender
        self.recipient = recipient
        self.schemaVersion = schemaVersion
        self.madeAt = madeAt
        self.ambitoCode = ambitoCode
        self.comuneName = comuneName
        self.encapsulatedKey = encapsulatedKey
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = [Self.format, content.rawValue]
        bytes.appendID(ambito)
        bytes.append(contentsOf: sender.bytes)
        bytes.append(contentsOf: recipient.bytes)
        bytes.appendVarint(UInt64(schemaVersion))
        bytes.appendSigned(madeAt)
        bytes.appendCounted(Array(ambitoCode.utf8))
        bytes.appendCounted(Array(comuneName.utf8))
        bytes.append(contentsOf: encapsulatedKey)
        return Frame(.bundle, header: bytes, key: key)
    }

    /// Reads a header and checks that its sender signed it; whether he is who he should be is the reader's to judge.
    package init(reading frame: Frame) throws(WireError) {
        var start = frame.header
        guard let format = try? start.byte(), format == Self.format else {
            throw WireError(.unknownVersion, "a bundle of another format; this program knows \(Self.format)")
        }
        self = try frame.readHeader { reader throws(MalformedBytes) in
            _ = try reader.byte()
            guard let content = Content(rawValue: try reader.byte()) else {
                throw MalformedBytes("a bundle of an unknown content", at: reader.position)
            }
            let ambito = try reader.id()
            let sender = try reader.verifyingKey()
            let recipient = try reader.sealingKey()
            let version = try reader.count(limit: 1 << 20, of: "as schema version")
            let madeAt = try reader.signed()
            let (code, comune) = (try reader.name(), try reader.name())
            return BundleHeader(
                content: content, ambito: ambito, sender: sender, recipient: recipient, schemaVersion: version,
                madeAt: madeAt, ambitoCode: code, comuneName: comune,
                encapsulatedKey: try reader.take(Self.encapsulatedKeySize))
        }
        try frame.verify(by: sender)
    }
}

/// One sealed part: a byte that says whether it is the last, its length, and the ciphertext.
package struct BundlePart: Sendable {
    package static let prefixSize = 5
    package static let tagSize = 16
    /// Bytes of a ciphertext: the largest frame, and its tag.
    package static let sealedBytesMaximum = Limits.unpackedBytes + tagSize

    /// What goes into the key schedule of HPKE.
    package static let info = Array("Zona bundle 1".utf8)

    /// What is authenticated beside a part: which bundle, which place, and whether it is the last.
    package static func associatedData(bundle hash: [UInt8], place: UInt64, isLast: Bool) -> [UInt8] {
        var bytes = hash
        bytes.appendFixed(place)
        bytes.append(isLast ? 1 : 0)
        return bytes
    }

    package static func prefix(isLast: Bool, sealedBytes: Int) -> [UInt8] {
        var bytes: [UInt8] = [isLast ? 1 : 0]
        for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: sealedBytes >> shift)) }
        return bytes
    }

    /// - Returns: nothing for a prefix that no part can have.
    package static func read(prefix bytes: [UInt8]) -> (isLast: Bool, sealedBytes: Int)? {
        guard bytes.count == prefixSize, bytes[0] < 2 else { return nil }
        let count = (0..<4).reduce(0) { $0 | Int(bytes[1 + $1]) << (8 * $1) }
        guard count > tagSize, count <= sealedBytesMaximum else { return nil }
        return (bytes[0] == 1, count)
    }
}

/// Opens the parts of one bundle, in their order.
package struct BundleOpener: Sendable {
    private var context: HPKE.Recipient
    private let hash: [UInt8]
    private var place: UInt64 = 0

    /// - Parameter hash: of the bundle's header frame.
    /// - Throws: `wrongKey` when the bundle is for somebody else.
    package init(_ header: BundleHeader, hash: [UInt8], key: OpeningKey) throws(WireError) {
        guard header.recipient == key.sealingKey else {
            throw WireError(.wrongRecipient, "sealed for another key than this one")
        }
        do {
            context = try HPKE.Recipient(
                privateKey: key.key, ciphersuite: .Curve25519_SHA256_ChachaPoly, info: Data(BundlePart.info),
                encapsulatedKey: Data(header.encapsulatedKey))
        } catch {
            throw WireError(.malformed, "an encapsulated key that no sender can have made")
        }
        self.hash = hash
    }

    /// The frame's bytes in the next part.
    package mutating func open(_ sealed: [UInt8], isLast: Bool) throws(WireError) -> [UInt8] {
        let beside = BundlePart.associatedData(bundle: hash, place: place, isLast: isLast)
        place += 1
        guard let plain = try? context.open(sealed, authenticating: beside) else {
            throw WireError(.wrongHash, "part \(place) is not as it was sealed")
        }
        return Array(plain)
    }
}
