import Bundles
import Foundation
import SyncCore
import SyncWire
import Testing

/// A folder for one test, the golden frames, and two keys: what the tests of bundles are made of.
struct StickFolder: ~Copyable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "zona-stick-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ bytes: some Sequence<UInt8>, as name: String) throws -> String {
        try Data(Array(bytes)).write(to: URL(filePath: file(name)))
        return file(name)
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}

/// The keys and frames of `Tests/Golden`.
enum Golden {
    static let replicaKey = key(1)
    static let ambitoKey = key(2)
    static let ambito = RecordID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)
    static let isRecording = ProcessInfo.processInfo.environment["ZONA_RECORD_GOLDEN"] == "1"
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden")

    private static func key(_ byte: UInt8) -> SigningKey {
        guard let key = SigningKey(seed: [UInt8](repeating: byte, count: 32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return key
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        let text = try String(contentsOf: folder.appending(path: "\(name).hex"), encoding: .utf8)
        return try #require(Hash.bytes(text.filter { !$0.isWhitespace }))
    }

    static func record(_ bytes: [UInt8], as name: String) throws {
        let lines = stride(from: 0, to: bytes.count, by: 32).map { Hash.text(bytes[$0..<min($0 + 32, bytes.count)]) }
        try (lines.joined(separator: "\n") + "\n").write(
            to: folder.appending(path: "\(name).hex"), atomically: true, encoding: .utf8)
    }

    static func header(_ content: BundleHeader.Content) -> BundleHeader {
        let isUp = content == .request || content == .changes
        return BundleHeader(
            content: content, ambito: ambito, sender: (isUp ? replicaKey : ambitoKey).publicKey,
            recipient: (isUp ? ambitoKey : replicaKey).openingKey.sealingKey, schemaVersion: 1,
            madeAt: 1_780_000_000_000, ambitoCode: "ATS-07", comuneName: "Forlì", encapsulatedKey: [])
    }

    /// The bundles of `Tests/Golden`, and the golden frames that they hold behind the sender's card.
    static let bundles: [(content: BundleHeader.Content, frames: [String])] = [
        (.request, ["enrolment-request"]), (.changes, ["client-greeting-stick", "batch", "batch-next"]),
        (.records, ["receipt", "page-more", "page"]), (.answer, ["enrolment-answer", "receipt", "page"]),
    ]

    /// Writes the bundle of a content.
    static func write(_ content: BundleHeader.Content, to path: String) throws {
        let header = header(content)
        let isUp = header.sender == replicaKey.publicKey
        let writer = try BundleWriter(path, header: header, key: isUp ? replicaKey : ambitoKey)
        for name in bundles.first(where: { $0.content == content })?.frames ?? [] {
            try writer.add(try bytes(name))
        }
        try writer.finish()
    }

    /// Every frame of a bundle behind the card.
    static func read(_ path: String) throws -> [[UInt8]] {
        guard case .bundle(let bundle) = try StickFile.open(path) else { return [] }
        let isUp = bundle.header.content == .request || bundle.header.content == .changes
        var frames: [[UInt8]] = []
        try bundle.check(with: (isUp ? ambitoKey : replicaKey).openingKey) { bytes, _ in frames.append(bytes) }
        _ = try KeyCard(frames[0], of: bundle.header.sender, in: bundle.header.ambito)
        return Array(frames.dropFirst())
    }
}
