import Foundation
import SyncCore
import SyncWire
import Testing

/// The bytes of `Tests/Golden`: what was ever written must be read for ever, and written the same.
///
/// `ZONA_RECORD_GOLDEN=1 swift test --filter GoldenTests` writes them anew; a changed file is a changed format. Compressed bodies are
/// compared unpacked, for another release of zstd may pack the same bytes otherwise.
@Suite struct GoldenTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden")
    private static let isRecording = ProcessInfo.processInfo.environment["ZONA_RECORD_GOLDEN"] == "1"

    private func golden(_ name: String) throws -> [UInt8] {
        let text = try String(contentsOf: Self.folder.appendingPathComponent("\(name).hex"), encoding: .utf8)
        return try #require(Hash.bytes(text.filter { !$0.isWhitespace }))
    }

    private func record(_ bytes: [UInt8], as name: String) throws {
        let lines = stride(from: 0, to: bytes.count, by: 32).map { Hash.text(bytes[$0..<min($0 + 32, bytes.count)]) }
        let text = lines.joined(separator: "\n") + "\n"
        try text.write(to: Self.folder.appendingPathComponent("\(name).hex"), atomically: true, encoding: .utf8)
    }

    @Test(arguments: Samples.frames.map(\.name)) func `a frame is written as it was and its golden bytes are read`(
        _ name: String
    ) throws {
        let frame = try #require(Samples.frames.first { $0.name == name }?.frame)
        if Self.isRecording { try record(frame.bytes, as: name) }

        let bytes = try golden(name)
        let read = try Frame(reading: bytes)

        let isOfReplica = [
            "batch", "client-greeting", "enrolment-request", "sealing-key", "history-request", "presence",
            "comparison-request",
        ].contains { name.hasPrefix($0) }
        try read.verify(by: (isOfReplica ? Samples.replicaKey : Samples.ambitoKey).publicKey)
        try WireReading.any(bytes)
        #expect(WireReading.header(of: read) == WireReading.header(of: frame))
        switch frame.kind {
        case .batch:
            #expect(bytes.prefix(10) == frame.bytes.prefix(10))
            let isNext = name == "batch-next"
            let size = (isNext ? Samples.builder([Samples.changes[2]]) : Samples.builder()).body().count
            #expect(try read.body(size: size) == frame.body(size: size))
        case .page:
            #expect(bytes.prefix(10) == frame.bytes.prefix(10))
            let size = try PageHeader(reading: frame).bodyBytes
            #expect(try read.body(size: size) == frame.body(size: size))
        case .comparisonRequest:
            #expect(try ComparisonRequest(reading: read) == ComparisonRequest(reading: frame))
        case .comparisonAnswer:
            #expect(try ComparisonAnswer(reading: read) == ComparisonAnswer(reading: frame))
        case .historyAnswer:
            var header = frame.header
            _ = try (header.fixed(), header.signed())
            let size = Int(try header.varint())
            #expect(try read.body(size: size) == frame.body(size: size))
        case .nonce, .clientGreeting, .hubGreeting, .acknowledgement, .certificate, .enrolmentRequest, .enrolmentAnswer,
            .problem, .bundle, .receipt, .checkpoint, .historyRequest, .sealingKey, .invitation, .presence:
            #expect(bytes == frame.bytes)
        }
    }

    @Test func `values are written as they were`() throws {
        let values: [Value] = [
            .null, .integer(0), .integer(-1), .integer(1_050), .integer(.max), .integer(.min), .real(0.5),
            .text("Città"),
            .blob([0, 255]), .text(Samples.record.description), .text(""),
        ]
        let bytes = ValueCoding.bytes(of: values)
        if Self.isRecording { try record(bytes, as: "values") }

        #expect(try golden("values") == bytes)
    }

    @Test func `derived ids and codes are made as they were`() throws {
        let id = DerivedID.of(
            table: "appartenenza", key: [ValueCoding.bytes(of: .text(Samples.comune.description))[...]])
        let code = EnrolmentCode(fingerprint: Hash.of([1, 2, 3]), secret: Samples.secret)
        if Self.isRecording { try record(id.bytes + Array(code.text.utf8), as: "id-and-code") }

        #expect(try golden("id-and-code") == id.bytes + Array(code.text.utf8))
    }
}
