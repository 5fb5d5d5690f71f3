import Crypto
import SwiftASN1
import X509

/// The four files of `<data>/tls/`.
struct TLSFiles {
    enum Holder: String {
        case authority = "ca"
        case server
    }

    private static let limitBytes = 1 << 20
    private let folder: String

    init(folder: DataFolder) {
        self.folder = folder.tlsFolder
    }

    /// The key of one holder; made when it is not there and may be.
    func key(_ holder: Holder, makes: Bool) throws(HubServiceError) -> P256.Signing.PrivateKey {
        let path = "\(folder)/\(holder.rawValue).key"
        if let bytes = try AtomicFile.read(path, limit: Self.limitBytes) {
            do {
                return try P256.Signing.PrivateKey(pemRepresentation: String(decoding: bytes, as: UTF8.self))
            } catch {
                throw HubServiceError(.badKey, "\(path) is not a key. Put it back from the backup.", underlying: error)
            }
        }
        guard makes else {
            throw HubServiceError(
                .missing, "\(path) is not there. Run `zona-server init` first, or put it back from the backup.")
        }
        guard try certificate(holder) == nil else {
            throw HubServiceError(
                .badKey,
                "\(path) is gone while its certificate is there. Put it back from the backup: with a new key no "
                    + "replica would know this hub. If it is lost for good, move the certificate away too, and enrol "
                    + "every replica again.")
        }
        let key = P256.Signing.PrivateKey()
        try AtomicFile.write(
            Array(key.pemRepresentation.utf8 + [0x0A]), to: path, mode: AtomicFile.ownerOnly, replacing: false)
        return key
    }

    /// The certificate of one holder, or `nil` when there is none.
    func certificate(_ holder: Holder) throws(HubServiceError) -> Certificate? {
        let path = "\(folder)/\(holder.rawValue).pem"
        guard let bytes = try AtomicFile.read(path, limit: Self.limitBytes) else { return nil }
        do {
            return try Certificate(pemEncoded: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw HubServiceError(
                .badKey, "\(path) is not a certificate. Move it away: it is issued anew with the same key.",
                underlying: error)
        }
    }

    func write(_ certificate: Certificate, of holder: Holder) throws(HubServiceError) {
        try AtomicFile.write(
            Array((try Self.text(of: certificate) + "\n").utf8), to: "\(folder)/\(holder.rawValue).pem",
            mode: AtomicFile.readable, replacing: true)
    }

    static func text(of certificate: Certificate) throws(HubServiceError) -> String {
        do {
            return try certificate.serializeAsPEM().pemString
        } catch {
            throw HubServiceError(.badKey, "a certificate cannot be written down", underlying: error)
        }
    }
}
