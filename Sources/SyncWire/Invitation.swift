import Crypto
import FoundationEssentials
package import SyncCore

/// What a comune without network gets beside its one-time code: the hub's keys. Signed with the hub's TLS key, of which
/// the code carries the fingerprint: so the code, given by telephone or on paper, proves the file.
package struct Invitation: Sendable, Equatable {
    package var ambito: RecordID
    package var ambitoKey: VerifyingKey
    /// What to seal the request for.
    package var sealingKey: SealingKey
    package var ambitoCode: String
    package var ambitoName: String
    package var comuneName: String
    /// Until when the code is good, Unix milliseconds.
    package var expiresAt: Int64
    package var schemaVersion: Int
    /// The SubjectPublicKeyInfo of the hub's TLS key, DER.
    package var tlsKey: [UInt8]
    /// ECDSA with P-256 and SHA-256 (DER) over `signed`.
    package var tlsSignature: [UInt8]

    package init(
        ambito: RecordID, ambitoKey: VerifyingKey, sealingKey: SealingKey, ambitoCode: String, ambitoName: String,
        comuneName: String, expiresAt: Int64, schemaVersion: Int, tlsKey: [UInt8], tlsSignature: [UInt8] = []
    ) {
        self.ambito = ambito
        self.ambitoKey = ambitoKey
        self.sealingKey = sealingKey
        self.ambitoCode = ambitoCode
        self.ambitoName = ambitoName
        self.comuneName = comuneName
        self.expiresAt = expiresAt
        self.schemaVersion = schemaVersion
        self.tlsKey = tlsKey
        self.tlsSignature = tlsSignature
    }

    /// The header up to the TLS key's signature.
    private var body: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendID(ambito)
        bytes.append(contentsOf: ambitoKey.bytes)
        bytes.append(contentsOf: sealingKey.bytes)
        for text in [ambitoCode, ambitoName, comuneName] { bytes.appendCounted(Array(text.utf8)) }
        bytes.appendSigned(expiresAt)
        bytes.appendVarint(UInt64(schemaVersion))
        bytes.appendCounted(tlsKey)
        return bytes
    }

    /// What the TLS key signs.
    package var signed: [UInt8] { Array("Zona invitation 1".utf8) + body }

    package func frame(key: SigningKey) -> Frame {
        var bytes = body
        bytes.appendCounted(tlsSignature)
        return Frame(.invitation, header: bytes, key: key)
    }

    /// Reads an invitation and checks the ambito's signature. `isProved` tells whether the code proves it.
    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let ambito = try reader.id()
            let ambitoKey = try reader.verifyingKey()
            let sealingKey = try reader.sealingKey()
            let (code, name, comune) = (try reader.name(), try reader.name(), try reader.name())
            let expiresAt = try reader.signed()
            let version = try reader.count(limit: 1 << 20, of: "as schema version")
            let tlsKey = try reader.counted(limit: 1000, of: "bytes of a key")
            return Invitation(
                ambito: ambito, ambitoKey: ambitoKey, sealingKey: sealingKey, ambitoCode: code, ambitoName: name,
                comuneName: comune, expiresAt: expiresAt, schemaVersion: version, tlsKey: tlsKey,
                tlsSignature: try reader.counted(limit: 1000, of: "bytes of a signature"))
        }
        try frame.verify(by: ambitoKey)
    }

    /// Whether the holder of the TLS key whose fingerprint this is has signed it.
    ///
    /// - Parameter fingerprint: SHA-256 of the SubjectPublicKeyInfo, as the code has it.
    package func isProved(by fingerprint: [UInt8]) -> Bool {
        guard Hash.of(tlsKey) == fingerprint,
            let key = try? P256.Signing.PublicKey(derRepresentation: tlsKey),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: tlsSignature)
        else { return false }
        return key.isValidSignature(signature, for: signed)
    }
}
