import Crypto
import Foundation
import SyncCore
import Texts
package import SyncWire

/// Writes one bundle, a frame a part, as they come: a bundle of any size takes the memory of its largest frame twice.
package final class BundleWriter {
    private let file: StickWriter
    private var context: HPKE.Sender
    private let hash: [UInt8]
    private var place: UInt64 = 0
    /// The last part says that it is the last, so each waits for the next.
    private var waiting: [UInt8]?
    package private(set) var frames = 0
    package var path: String { file.path }
    package var bytesWritten: Int64 { file.bytesWritten }
    /// The bundle's name: the hash of its header's frame.
    package var name: [UInt8] { hash }

    /// - Parameter header: with any encapsulated key: the right one is put in here.
    package init(_ path: String, header: BundleHeader, key: SigningKey) throws(StickError) {
        do {
            context = try HPKE.Sender(
                recipientKey: Curve25519.KeyAgreement.PublicKey(rawRepresentation: header.recipient.bytes),
                ciphersuite: .Curve25519_SHA256_ChachaPoly, info: Data(BundlePart.info))
        } catch {
            throw StickError(
                .damaged,
                localized(
                    """
                    the recipient's key cannot be used: exchange the keys anew, by a sync or an invitation
                    """))
        }
        var header = header
        header.encapsulatedKey = Array(context.encapsulatedKey)
        let frame = header.frame(key: key)
        hash = frame.hash
        file = try StickWriter(path)
        try file.write(frame.bytes)
        try add(KeyCard(ambito: header.ambito, of: key).frame(key: key).bytes)
    }

    /// Adds a frame.
    package func add(_ frame: [UInt8]) throws(StickError) {
        if let waiting { try seal(waiting, isLast: false) }
        waiting = frame
        frames += 1
    }

    /// Seals the last frame and gives the file its name.
    package func finish() throws(StickError) {
        if let waiting { try seal(waiting, isLast: true) }
        waiting = nil
        try file.finish()
    }

    package func cancel() { file.cancel() }

    private func seal(_ frame: [UInt8], isLast: Bool) throws(StickError) {
        let beside = BundlePart.associatedData(bundle: hash, place: place, isLast: isLast)
        place += 1
        guard let sealed = try? context.seal(frame, authenticating: beside) else {
            throw StickError(.unusable, localized("a part could not be sealed: try again"))
        }
        try file.write(BundlePart.prefix(isLast: isLast, sealedBytes: sealed.count))
        try file.write(Array(sealed))
    }
}
