import Seeded
import SyncCore
import Testing

@Suite struct ValueCodingTests {
    static let values: [Value] = [
        .null, .integer(0), .integer(1), .integer(-1), .integer(63), .integer(-64), .integer(64), .integer(1 << 59),
        .integer((1 << 60) - 1), .integer(-1 << 60), .integer(1 << 60), .integer((-1 << 60) - 1), .integer(.max),
        .integer(.min), .real(0), .real(0.1 + 0.2), .real(-1.5), .real(.infinity), .real(-.infinity),
        .real(.greatestFiniteMagnitude), .real(.leastNonzeroMagnitude), .text([]), .text("a"), .text("città ☕"),
        .text([0]), .text([0xFF, 0xFE]), .text("0190f3c2-7a1b-7c3d-8e4f-0123456789ab"),
        .text("0190F3C2-7A1B-7C3D-8E4F-0123456789AB"), .text([UInt8](repeating: 0x61, count: 300)), .blob([]),
        .blob([0, 1, 255]), .blob(Array("0190f3c2-7a1b-7c3d-8e4f-0123456789ab".utf8)),
    ]

    @Test(arguments: values) func `what is written is read`(_ value: Value) throws {
        let bytes = ValueCoding.bytes(of: value)
        var reader = ByteReader(bytes)

        let read = try reader.value()

        #expect(read == value)
        #expect(reader.isAtEnd)
    }

    @Test func `different values have different bytes`() {
        let encoded = Self.values.map { ValueCoding.bytes(of: $0) }

        #expect(Set(encoded).count == Self.values.count)
    }

    @Test(arguments: values) func `a value that ends too early is refused at every byte`(_ value: Value) {
        let bytes = ValueCoding.bytes(of: value)

        for end in 0..<bytes.count {
            var reader = ByteReader(bytes, from: 0, to: end)
            #expect(throws: MalformedBytes.self) { try reader.value() }
        }
    }

    /// Bytes that would be a second way to write a value.
    static let others: [[UInt8]] = [
        [7], [8], [0x0A] + [UInt8](repeating: 0, count: 8), [0x0D] + [UInt8](repeating: 0xFF, count: 8),
        [0x0E] + [UInt8](repeating: 0, count: 16), [0x80, 0x00], [0x81, 0x00], [0x89, 0x80, 0x00],
        [5, 0, 0, 0, 0, 0, 0, 0, 0], [5, 1, 0, 0, 0, 0, 0, 0, 0], [5, 255, 255, 255, 255, 255, 255, 255, 0x0F],
        [5, 0, 0, 0, 0, 0, 0, 0, 0xF0],
        [0xA3, 0x02] + Array("0190f3c2-7a1b-7c3d-8e4f-0123456789ab".utf8),
        [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02],
        [2, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F], [2, 1, 0, 0, 0, 0, 0, 0xF0, 0xFF], [2, 0, 0, 0, 0, 0, 0, 0, 0x80],
    ]

    @Test(arguments: others) func `every form but the one is refused`(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)

        #expect(throws: MalformedBytes.self) { try reader.value() }
    }

    @Test func `whatever bytes are read as a value are the bytes that the value is written with`() throws {
        var generator = SeededGenerator(seed: 1)
        var read = 0

        for _ in 0..<20_000 {
            let bytes = (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var reader = ByteReader(bytes)
            guard let value = try? reader.value() else { continue }
            read += 1
            #expect(ValueCoding.bytes(of: value) == Array(bytes[..<reader.position]))
        }

        #expect(read > 1_000)
    }

    @Test func `reals that SQLite does not keep are written as what it keeps`() {
        #expect(ValueCoding.bytes(of: .real(.nan)) == ValueCoding.null)
        #expect(ValueCoding.bytes(of: .real(-0.0)) == ValueCoding.bytes(of: .real(0)))
    }

    @Test func `a length over the limit is refused before its bytes are looked for`() {
        for kind: UInt64 in [3, 4] {
            var bytes: [UInt8] = []
            bytes.appendVarint(UInt64(Limits.changeBytes + 1) << 3 | kind)
            bytes += [UInt8](repeating: 0, count: Limits.changeBytes + 1)
            var reader = ByteReader(bytes)

            #expect(throws: MalformedBytes.self) { try reader.value() }
        }
    }
}
