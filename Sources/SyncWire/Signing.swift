import Crypto
package import SyncCore

/// An Ed25519 private key (RFC 8032): a replica's, or an ambito's at its hub.
package struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// - Parameter seed: 32 bytes. Anything else gives nothing.
    package init?(seed: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
        self.key = key
    }

    package var seed: [UInt8] { Array(key.rawRepresentation) }
    package var publicKey: VerifyingKey { VerifyingKey(checked: Array(key.publicKey.rawRepresentation)) }

    func signature(for bytes: [UInt8]) -> [UInt8] {
        // Signing with a key in memory fails only if the library has no randomness at all; an empty signature then
        // never verifies.
        (try? key.signature(for: bytes)).map(Array.init) ?? []
    }
}

/// An Ed25519 public key, 32 bytes.
package struct VerifyingKey: Hashable, Sendable {
    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    fileprivate init(checked bytes: [UInt8]) {
        self.bytes = bytes
    }

    package func verifies(_ signature: some Collection<UInt8>, of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(Array(signature), for: message)
    }
}

/// SHA-256, 32 bytes.
package enum Hash {
    package static let size = 32
    /// What stands before the first batch of a number, and before the first entry of a log.
    package static let none = [UInt8](repeating: 0, count: 32)

    package static func of(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        Array(SHA256.hash(data: Array(bytes)))
    }

    /// Lower-case hexadecimal, for addresses and messages.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Reads what `text` wrote; nothing for anything else.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x61...0x66: byte - 0x57
            default: nil
            }
        }
        let characters = Array(text.utf8)
        guard characters.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: characters.count, by: 2) {
            guard let high = digit(characters[index]), let low = digit(characters[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

/// SHA-256 of what comes in pieces, such as a large file.
package struct RunningHash: Sendable {
    private var hash = SHA256()

    package init() {}

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        hash.update(data: Array(bytes))
    }

    package func end() -> [UInt8] { Array(hash.finalize()) }
}

/// Ids derived from a key: SHA-256 of the table's name and the key's values.
package enum DerivedID {
    /// The version 8 id of the record of `table` whose key columns hold these encoded values.
    package static func of(table: String, key: [ArraySlice<UInt8>]) -> RecordID {
        var bytes: [UInt8] = []
        bytes.appendCounted(Array(table.utf8))
        for value in key { bytes.append(contentsOf: value) }
        return RecordID(version8: Hash.of(bytes))
    }
}
