import SyncCore
import Texts
package import SyncWire

/// What a file on a stick is, as anybody can see: outline and signature of its first frame are checked.
package enum StickFile {
    case bundle(BundleReader)
    case receipt(Frame)
    case invitation(Frame, Invitation)

    package static func open(_ path: String) throws(StickError) -> StickFile {
        let reader = try StickReader(path)
        let frame = try reader.frame(limit: Limits.messageBytes)
        do throws(WireError) {
            switch frame.kind {
            case .bundle:
                return .bundle(BundleReader(reader, header: try BundleHeader(reading: frame), name: frame.hash))
            case .receipt:
                guard reader.left == 0 else { throw WireError(.malformed, "more than one frame") }
                return .receipt(frame)
            case .invitation:
                guard reader.left == 0 else { throw WireError(.malformed, "more than one frame") }
                return .invitation(frame, try Invitation(reading: frame))
            default:
                throw WireError(.wrongKind, "a \(frame.kind) does not travel on a stick by itself")
            }
        } catch {
            throw StickError(error, in: path)
        }
    }
}

/// Reads a bundle: first all of it is checked, then its frames are given one after the other.
package final class BundleReader {
    package let header: BundleHeader
    /// The bundle's name: the hash of its header's frame.
    package let name: [UInt8]
    private let reader: StickReader
    private let start: Int64
    private var opener: BundleOpener?
    private var hasEnded = false
    package var path: String { reader.path }
    package var size: Int64 { reader.size }

    init(_ reader: StickReader, header: BundleHeader, name: [UInt8]) {
        self.reader = reader
        self.header = header
        self.name = name
        start = reader.position
    }

    /// Begins with the first frame, or begins again.
    ///
    /// - Throws: `otherRecipient` when the key is not the one it is sealed for.
    package func begin(with key: OpeningKey) throws(StickError) {
        try reader.seek(to: start)
        hasEnded = false
        do { opener = try BundleOpener(header, hash: name, key: key) } catch { throw StickError(error, in: path) }
    }

    /// The next frame, as bytes; nothing behind the last, where the file must end.
    package func next() throws(StickError) -> [UInt8]? {
        guard !hasEnded else { return nil }
        guard let part = BundlePart.read(prefix: try reader.read(BundlePart.prefixSize)) else {
            throw reader.damaged(localized("a part that cannot be"))
        }
        let sealed = try reader.read(part.sealedBytes)
        guard var opener else { throw reader.damaged(localized("it was not begun")) }
        defer { self.opener = opener }
        hasEnded = part.isLast
        guard !part.isLast || reader.left == 0 else {
            throw reader.damaged(localized("something follows its last part"))
        }
        do { return try opener.open(sealed, isLast: part.isLast) } catch { throw StickError(error, in: path) }
    }

    /// The next frame, of a kind that must be.
    package func next(_ kind: FrameKind, limit: Int = Limits.messageBytes) throws(StickError) -> Frame {
        guard let bytes = try next() else { throw reader.damaged(localized("it lacks a \(kind)")) }
        return try frame(bytes, kind, limit: limit)
    }

    package func frame(
        _ bytes: [UInt8], _ kind: FrameKind, limit: Int = Limits.messageBytes
    ) throws(StickError) -> Frame {
        do { return try Frame(reading: bytes, kind: kind, limit: limit) } catch { throw StickError(error, in: path) }
    }

    /// The sender's card, which every bundle begins with.
    package func card() throws(StickError) -> KeyCard {
        let bytes = try next() ?? []
        do { return try KeyCard(bytes, of: header.sender, in: header.ambito) } catch {
            throw StickError(error, in: path)
        }
    }

    /// Reads it once from end to end, so that nothing is taken of a file of which something is missing.
    ///
    /// - Parameter look: is shown each frame's bytes, the card's first.
    package func check(
        with key: OpeningKey, _ look: ([UInt8], Int) throws(StickError) -> Void
    ) throws(StickError) {
        try begin(with: key)
        var place = 0
        while let bytes = try next() {
            try look(bytes, place)
            place += 1
        }
    }
}
