import Crypto
package import SyncWire

/// The signing key of an ambito on disk: 32 bytes in hexadecimal, readable by its owner only.
///
/// Whoever holds it can admit replicas and speak as the hub. Lost, every replica must be enrolled again.
package enum AmbitoKeys {
    /// Draws a key and writes it.
    ///
    /// - Throws: `exists` when there is one: a key is never written over.
    package static func create(for code: String, in folder: DataFolder) throws(HubServiceError) -> SigningKey {
        let seed = Array(Curve25519.Signing.PrivateKey().rawRepresentation)
        let path = try folder.keyFile(of: code)
        try folder.makeFolder(of: code)
        guard let key = SigningKey(seed: seed) else { throw HubServiceError(.badKey, "no key could be drawn") }
        try AtomicFile.write(
            Array((Hash.text(seed) + "\n").utf8), to: path, mode: AtomicFile.ownerOnly, replacing: false)
        return key
    }

    /// The key that is there, put back from a backup or left by an `init` that was cut; else a new one.
    package static func takeOrCreate(for code: String, in folder: DataFolder) throws(HubServiceError) -> SigningKey {
        do throws(HubServiceError) {
            return try load(for: code, in: folder)
        } catch  where error.code == .missing {
            return try create(for: code, in: folder)
        }
    }

    /// Reads the key that `create` wrote.
    package static func load(for code: String, in folder: DataFolder) throws(HubServiceError) -> SigningKey {
        let path = try folder.keyFile(of: code)
        guard let bytes = try AtomicFile.read(path, limit: 1024) else {
            throw HubServiceError(
                .missing,
                "\(path), the key of the ambito, is not there. Put it back from the backup; a new ambito is made "
                    + "by `zona-server init`.")
        }
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        guard let seed = Hash.bytes(text), let key = SigningKey(seed: seed) else {
            throw HubServiceError(
                .badKey, "\(path) does not hold 32 bytes in hexadecimal. Put it back from the backup.")
        }
        return key
    }
}
