import Bundles
import Crypto
import Foundation
import SyncCore
import SyncWire
import Testing

/// The bundles of `Tests/Golden`. The sender draws a key for each, so they are read and not written again.
@Suite struct BundleGoldenTests {
    @Test(arguments: Golden.bundles.map(\.content)) func `a golden bundle opens, and holds the golden frames`(
        _ content: BundleHeader.Content
    ) throws {
        let folder = try StickFolder()
        let path = folder.file("a.zona")
        if Golden.isRecording {
            try Golden.write(content, to: path)
            try Golden.record(Array(try Data(contentsOf: URL(filePath: path))), as: "bundle-\(content)")
        }
        let golden = try folder.write(Golden.bytes("bundle-\(content)"), as: "golden.zona")

        guard case .bundle(let bundle) = try StickFile.open(golden) else {
            Issue.record("not a bundle")
            return
        }

        var wanted = Golden.header(content)
        wanted.encapsulatedKey = bundle.header.encapsulatedKey
        #expect(bundle.header == wanted)
        #expect(
            try Golden.read(golden)
                == #require(Golden.bundles.first { $0.content == content }).frames.map { try Golden.bytes($0) })
    }

    /// The key whose private scalar is 32 bytes 03 stands for the hub's TLS key.
    @Test func `the golden invitation is proved by the fingerprint of its TLS key and by no other`() throws {
        let tls = try P256.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 3, count: 32))
        var invitation = Invitation(
            ambito: Golden.ambito, ambitoKey: Golden.ambitoKey.publicKey,
            sealingKey: Golden.ambitoKey.openingKey.sealingKey, ambitoCode: "ATS-07", ambitoName: "Ambito di prova",
            comuneName: "Forlì", expiresAt: 1_780_000_000_000, schemaVersion: 1,
            tlsKey: Array(tls.publicKey.derRepresentation))
        if Golden.isRecording {
            invitation.tlsSignature = Array(try tls.signature(for: invitation.signed).derRepresentation)
            try Golden.record(invitation.frame(key: Golden.ambitoKey).bytes, as: "invitation")
        }

        let read = try Invitation(reading: Frame(reading: Golden.bytes("invitation"), kind: .invitation))

        invitation.tlsSignature = read.tlsSignature
        #expect(read == invitation)
        #expect(read.isProved(by: Hash.of(tls.publicKey.derRepresentation)))
        #expect(!read.isProved(by: Hash.of([1])))
        invitation.comuneName = "Altrove"
        #expect(!invitation.isProved(by: Hash.of(tls.publicKey.derRepresentation)))
    }
}
