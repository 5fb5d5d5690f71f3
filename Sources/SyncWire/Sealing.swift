package import Crypto
import FoundationEssentials
package import SyncCore

/// An X25519 private key (RFC 7748) that opens what was sealed for its holder. It needs no file of its own: it is
/// derived from the holder's Ed25519 seed, so whoever brings that back from a backup brings this back, too.
package struct OpeningKey: Sendable {
    package let key: Curve25519.KeyAgreement.PrivateKey

    /// - Parameter seed: of the holder's Ed25519 key, 32 bytes.
    init(seed: [UInt8]) {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: seed), salt: [UInt8](), info: Array("Zona sealing key 1".utf8),
            outputByteCount: 32)
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: derived) else {
            preconditionFailure("any 32 bytes are an X25519 key")
        }
        self.key = key
    }

    package var sealingKey: SealingKey { SealingKey(checked: Array(key.publicKey.rawRepresentation)) }
}

/// An X25519 public key, 32 bytes: seals for its holder.
package struct SealingKey: Hashable, Sendable {
    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    fileprivate init(checked bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension SigningKey {
    package var openingKey: OpeningKey { OpeningKey(seed: seed) }
}

/// Somebody's word for his sealing key, signed by the key that he is known by. Exchanged once, so that either side can
/// seal a bundle for the other.
package struct KeyCard: Sendable, Equatable {
    package let ambito: RecordID
    /// The replica's key, or the ambito's.
    package let holder: VerifyingKey
    package let sealingKey: SealingKey

    package init(ambito: RecordID, holder: VerifyingKey, sealingKey: SealingKey) {
        self.ambito = ambito
        self.holder = holder
        self.sealingKey = sealingKey
    }

    /// The card of a key's holder.
    package init(ambito: RecordID, of key: SigningKey) {
        self.init(ambito: ambito, holder: key.publicKey, sealingKey: key.openingKey.sealingKey)
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        bytes.appendID(ambito)
        bytes.append(contentsOf: holder.bytes)
        bytes.append(contentsOf: sealingKey.bytes)
        return Frame(.sealingKey, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            KeyCard(
                ambito: try reader.id(), holder: try reader.verifyingKey(), sealingKey: try reader.sealingKey())
        }
    }

    /// Reads a card of `ambito` whose holder must be `holder`, and checks his signature.
    package init(_ bytes: [UInt8], of holder: VerifyingKey, in ambito: RecordID) throws(WireError) {
        let frame = try Frame(reading: bytes, kind: .sealingKey, limit: Limits.messageBytes)
        try self.init(reading: frame)
        guard self.holder == holder, self.ambito == ambito else {
            throw WireError(.wrongSignature, "a sealing key of somebody else")
        }
        try frame.verify(by: holder)
    }
}

extension ByteReader {
    mutating func verifyingKey() throws(MalformedBytes) -> VerifyingKey {
        guard let key = VerifyingKey(try take(32)) else { throw MalformedBytes("no key", at: position) }
        return key
    }

    mutating func sealingKey() throws(MalformedBytes) -> SealingKey {
        guard let key = SealingKey(try take(32)) else { throw MalformedBytes("no key", at: position) }
        return key
    }

    /// A name for people, at most 1,000 bytes.
    mutating func name() throws(MalformedBytes) -> String {
        String(decoding: try counted(limit: 1000, of: "bytes of a name"), as: UTF8.self)
    }
}
