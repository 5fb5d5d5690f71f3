import Crypto
import CryptoExtras
import FoundationEssentials
import SyncCore
import SyncWire

/// The keys of a data folder, encrypted to a passphrase: without them a rebuilt hub could not be believed.
///
/// Layout: `ZKEY`, a byte 1, a byte log2 of scrypt's N, a byte r, a byte p, 16 bytes of salt, then ChaCha20-Poly1305
/// (12 bytes of nonce, the ciphertext, 16 bytes of tag) with everything before as associated data. Inside: a varint
/// count, then for each file its path in the data folder and its bytes, both counted. Parameters of scrypt: N 2^17, r
/// 8, p 1, which OWASP's password storage advice gives for stored secrets; opening takes a third of a second and 128
/// MiB.
package enum SealedKeys {
    /// One file, by its path in the data folder.
    package struct File: Sendable, Equatable {
        package let path: String
        package let bytes: [UInt8]
    }

    private static let magic = Array("ZKEY".utf8) + [1]
    private static let headerSize = 24
    private static let rounds: UInt8 = 17
    private static let fileLimit = 1 << 20

    package static func seal(_ files: [File], passphrase: String) throws(HubServiceError) -> [UInt8] {
        var plain: [UInt8] = []
        plain.appendVarint(UInt64(files.count))
        for file in files {
            plain.appendCounted(Array(file.path.utf8))
            plain.appendCounted(file.bytes)
        }
        let header = magic + [rounds, 8, 1] + RandomBytes.make(16)
        do {
            let box = try ChaChaPoly.seal(plain, using: try key(header, passphrase), authenticating: header)
            return header + Array(box.combined)
        } catch {
            throw HubServiceError(.badKey, "the keys could not be encrypted", underlying: error)
        }
    }

    /// - Throws: `badPassphrase` for a wrong passphrase, which looks the same as a file that was altered.
    package static func open(_ sealed: [UInt8], passphrase: String) throws(HubServiceError) -> [File] {
        guard sealed.count > headerSize, sealed.starts(with: magic), (10...20).contains(sealed[5]), sealed[6] == 8,
            sealed[7] == 1
        else { throw HubServiceError(.badKey, "this is not a file of sealed keys, or it is damaged.") }
        let header = Array(sealed[..<headerSize])
        do {
            let box = try ChaChaPoly.SealedBox(combined: sealed[headerSize...])
            let plain = try ChaChaPoly.open(box, using: try key(header, passphrase), authenticating: header)
            var reader = ByteReader(Array(plain))
            var files: [File] = []
            for _ in 0..<(try reader.count(limit: 10_000, of: "files")) {
                let path = try reader.counted(limit: 1_000, of: "bytes of a path")
                let bytes = try reader.counted(limit: fileLimit, of: "bytes of a key")
                files.append(File(path: String(decoding: path, as: UTF8.self), bytes: bytes))
            }
            return files
        } catch {
            throw HubServiceError(
                .badPassphrase, "the keys do not open: the passphrase is wrong, or the file was altered.",
                underlying: error)
        }
    }

    private static func key(_ header: [UInt8], _ passphrase: String) throws -> SymmetricKey {
        try KDF.Scrypt.deriveKey(
            from: Array(passphrase.utf8), salt: header[8..<headerSize], outputByteCount: 32,
            rounds: 1 << Int(header[5]), blockSize: Int(header[6]), parallelism: Int(header[7]),
            maxMemory: 256 << 20)
    }
}
