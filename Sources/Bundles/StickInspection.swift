package import SyncCore
package import SyncWire

/// What a file on a stick is and holds, for whoever looks at it: the outside for anybody, the inside for the recipient.
/// Takes nothing.
package struct StickInspection {
    package enum Outside: Sendable {
        case bundle(BundleHeader)
        case receipt(Receipt, HubGreeting)
        case invitation(Invitation)
    }

    /// A frame inside.
    package struct Inside: Sendable {
        package let kind: FrameKind
        package let bytes: Int
        /// Counters of a batch, the `seq`s of a page: from, to; nothing for others.
        package let range: (from: UInt64, to: UInt64)?
    }

    package let outside: Outside
    package let bytes: Int64
    /// Nothing when it is sealed for somebody else.
    package private(set) var inside: [Inside]?
    private let path: String
    private let first: Frame?
    private let reader: BundleReader?
    private var opener: OpeningKey?

    /// - Parameter keys: of those for whom it may be.
    package init(_ path: String, keys: [OpeningKey]) throws(StickError) {
        self.path = path
        switch try StickFile.open(path) {
        case .receipt(let frame):
            do throws(WireError) {
                let receipt = try Receipt(reading: frame)
                let inner = try Frame(reading: receipt.greeting, kind: .hubGreeting, limit: Limits.messageBytes)
                outside = .receipt(receipt, try HubGreeting(reading: inner))
            } catch {
                throw StickError(error, in: path)
            }
            (bytes, first, reader) = (Int64(frame.bytes.count), frame, nil)
        case .invitation(let frame, let invitation):
            outside = .invitation(invitation)
            (bytes, first, reader) = (Int64(frame.bytes.count), frame, nil)
        case .bundle(let bundle):
            outside = .bundle(bundle.header)
            (bytes, first, reader) = (bundle.size, nil, bundle)
            guard let key = keys.first(where: { $0.sealingKey == bundle.header.recipient }) else { return }
            var found: [Inside] = []
            try bundle.check(with: key) { frame, _ throws(StickError) in
                found.append(try Self.inside(frame, path))
            }
            inside = found
            opener = key
        }
    }

    private static func inside(_ bytes: [UInt8], _ path: String) throws(StickError) -> Inside {
        do throws(WireError) {
            let frame = try Frame(reading: bytes, limit: Limits.unpackedBytes)
            var range: (from: UInt64, to: UInt64)?
            if frame.kind == .batch {
                var reader = frame.header
                let header = try BatchHeader(reading: &reader, after: VersionVector())
                range = (header.firstCounter, header.lastCounter)
            } else if frame.kind == .page {
                let header = try PageHeader(reading: frame)
                range = (header.from, header.to)
            }
            return Inside(kind: frame.kind, bytes: bytes.count, range: range)
        } catch {
            throw StickError(error, in: path)
        }
    }

    /// Everything as JSON, in pieces, so that a large bundle is never in memory as a whole: `outside`, and `frames`
    /// where it can be opened.
    ///
    /// - Parameter catalog: names the tables and columns.
    package func json(catalog: Catalog?, _ write: (String) -> Void) throws(StickError) {
        if case .bundle(let header) = outside { write("{\n\"outside\": \(JSONRendering.text(of: header))") }
        if let first { write("{\n\"outside\": \(try Self.text(of: first, nil, path))") }
        if let reader, let opener {
            var separator = ",\n\"frames\": [\n"
            try reader.check(with: opener) { bytes, _ throws(StickError) in
                let frame = try Self.frame(bytes, path)
                write(separator + (try Self.text(of: frame, catalog, path)))
                separator = ",\n"
            }
            write("]")
        }
        write("}\n")
    }

    private static func text(of frame: Frame, _ catalog: Catalog?, _ path: String) throws(StickError) -> String {
        do throws(WireError) { return try JSONRendering.text(of: frame, catalog: catalog) } catch {
            throw StickError(error, in: path)
        }
    }

    private static func frame(_ bytes: [UInt8], _ path: String) throws(StickError) -> Frame {
        do throws(WireError) { return try Frame(reading: bytes, limit: Limits.unpackedBytes) } catch {
            throw StickError(error, in: path)
        }
    }
}
