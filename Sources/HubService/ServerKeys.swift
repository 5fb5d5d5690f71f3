import Crypto
import FoundationEssentials
import NIOSSL
import enum SyncWire.Hash
import X509

/// The server's TLS key, its certificate, and the authority that signed it, as they lie in `<data>/tls/`.
///
/// `ca.key`, `server.key` are readable by their owner only; `ca.pem`, `server.pem` by everybody. Replicas know the hub
/// by its key, not by its certificate: the certificate is renewed with the same key, so that the pin never changes.
package struct ServerKeys: Sendable {
    /// SHA-256 of the server key's SubjectPublicKeyInfo in DER, 32 bytes: what a replica pins.
    package let fingerprint: [UInt8]
    /// The certificate of the authority, PEM, for whoever verifies by chain instead of by pin.
    package let authorityPEM: String
    /// The server's certificate, PEM.
    package let certificatePEM: String
    /// Until when the server's certificate is valid, Unix milliseconds.
    package let expiresAt: Int64
    /// Whether the certificate was issued just now rather than found.
    package let isNewlyIssued: Bool
    let keyPEM: String

    /// What `zona-server init` does: makes what is not there yet, and leaves the keys that are.
    ///
    /// - Parameters:
    ///   - names: DNS names and IP addresses under which the hub is reached.
    ///   - now: Unix milliseconds.
    /// - Throws: `badKey` when a certificate is there whose key is gone: a new key would lock every replica out.
    package static func create(in folder: DataFolder, names: [String], now: Int64) throws(HubServiceError) -> ServerKeys
    {
        try AtomicFile.makeFolder(folder.tlsFolder)
        return try ServerKeys(files: TLSFiles(folder: folder), names: names, now: now, makesKeys: true)
    }

    /// What `zona-server serve` does: reads the keys, and renews the certificate with the same key when less than 30
    /// days of it are left or the names are others.
    ///
    /// - Parameters:
    ///   - names: as in `create`; empty for those that the certificate has.
    ///   - now: Unix milliseconds.
    /// - Throws: `missing` when `init` was never run here.
    package static func load(in folder: DataFolder, names: [String], now: Int64) throws(HubServiceError) -> ServerKeys {
        try ServerKeys(files: TLSFiles(folder: folder), names: names, now: now, makesKeys: false)
    }

    private init(files: TLSFiles, names: [String], now: Int64, makesKeys: Bool) throws(HubServiceError) {
        let authorityKey = try files.key(.authority, makes: makesKeys)
        let serverKey = try files.key(.server, makes: makesKeys)
        let authority = try files.certificate(.authority)
        let issuer: Certificate
        if let authority, authority.publicKey == Certificate.PrivateKey(authorityKey).publicKey {
            issuer = authority
        } else {
            issuer = try ServerCertificate.authority(key: authorityKey, now: now)
            try files.write(issuer, of: .authority)
        }
        let found = try files.certificate(.server)
        let wanted = names.isEmpty ? found.map(ServerCertificate.names) ?? [] : names
        let certificate: Certificate
        if let found, ServerCertificate.isGood(found, key: serverKey, names: wanted, issuer: issuer, now: now) {
            certificate = found
            isNewlyIssued = false
        } else {
            certificate = try ServerCertificate.server(
                key: serverKey, names: wanted, issuer: issuer, issuerKey: authorityKey, now: now)
            try files.write(certificate, of: .server)
            isNewlyIssued = true
        }
        fingerprint = Hash.of(serverKey.publicKey.derRepresentation)
        expiresAt = Int64(certificate.notValidAfter.timeIntervalSince1970 * 1000)
        keyPEM = serverKey.pemRepresentation
        authorityPEM = try TLSFiles.text(of: issuer)
        certificatePEM = try TLSFiles.text(of: certificate)
    }

    /// TLS 1.2 at least, with this certificate. The protocols (HTTP/2, HTTP/1.1) are added by the server's builder.
    func tlsConfiguration() throws(HubServiceError) -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8))
            let key = try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            return configuration
        } catch {
            throw HubServiceError(.badKey, "the server's key and certificate cannot be used", underlying: error)
        }
    }
}
