import SyncCore
import Testing

@Suite struct ByteCodingTests {
    static let integers: [UInt64] = (0..<64).flatMap { [1 << UInt64($0), (1 << UInt64($0)) - 1] } + [.max]

    @Test func `varints come back and are as short as can be`() throws {
        for integer in Self.integers {
            var bytes: [UInt8] = []
            bytes.appendVarint(integer)
            var reader = ByteReader(bytes)

            #expect(try reader.varint() == integer)
            #expect(reader.isAtEnd)
            #expect(bytes.count == max(1, (64 - integer.leadingZeroBitCount + 6) / 7))
        }
    }

    @Test func `signed integers come back, the small ones short`() throws {
        for integer in Self.integers.flatMap({ [Int64(bitPattern: $0), 0 &- Int64(bitPattern: $0)] }) {
            var bytes: [UInt8] = []
            bytes.appendSigned(integer)
            var reader = ByteReader(bytes)

            #expect(try reader.signed() == integer)
        }
        var small: [UInt8] = []
        small.appendSigned(-64)
        #expect(small == [127])
    }

    static let brokenIntegers: [[UInt8]] = [
        [0x80], [0x80, 0x00], [0xFF, 0x80, 0x00], [UInt8](repeating: 0xFF, count: 9) + [0x02],
        [UInt8](repeating: 0x80, count: 10) + [0x01],
    ]

    @Test(arguments: brokenIntegers)
    func `an integer that is cut, padded or over 64 bits is refused`(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)

        #expect(throws: MalformedBytes.self) { try reader.varint() }
    }

    @Test func `fixed integers are least significant byte first`() throws {
        var bytes: [UInt8] = []
        bytes.appendFixed(0x0102_0304_0506_0708)
        var reader = ByteReader(bytes)

        #expect(bytes == [8, 7, 6, 5, 4, 3, 2, 1])
        #expect(try reader.fixed() == 0x0102_0304_0506_0708)
    }

    @Test func `vectors come back`() throws {
        let vector = vector(dot(1, 5), dot(1 << 62, .max), dot(7, 1))
        var bytes: [UInt8] = []
        bytes.appendVector(vector)
        var reader = ByteReader(bytes)

        #expect(try reader.vector() == vector)
        #expect(reader.isAtEnd)
    }

    @Test func `a vector that is unsorted, has a number twice or a zero counter is refused`() {
        for entries in [[dot(2, 1), dot(1, 1)], [dot(1, 1), dot(1, 2)], [dot(1, 0)]] {
            var bytes: [UInt8] = []
            bytes.appendVarint(UInt64(entries.count))
            for entry in entries { bytes.appendDot(entry) }
            var reader = ByteReader(bytes)

            #expect(throws: MalformedBytes.self) { try reader.vector() }
        }
    }

    @Test func `a vector over the limit is refused by its count alone`() {
        var bytes: [UInt8] = []
        bytes.appendVarint(UInt64(Limits.vectorEntries) + 1)
        var reader = ByteReader(bytes)

        #expect { try reader.vector() } throws: { ($0 as? MalformedBytes)?.what.contains("limit") == true }
    }

    @Test func `a reader does not leave its part of the bytes`() {
        var reader = ByteReader([1, 2, 3, 4], from: 1, to: 3)

        #expect(reader.remaining == 2)
        #expect(throws: MalformedBytes.self) { try reader.take(3) }
        #expect(throws: MalformedBytes.self) { try reader.skip(-1) }
        #expect(throws: MalformedBytes.self) { try reader.skip(.max) }
        #expect(reader.position == 1)
    }

    @Test(arguments: [(-5, 2), (3, 1), (0, 99), (99, 99), (2, -1)])
    func `a part outside the bytes is brought inside`(_ start: Int, _ end: Int) {
        let reader = ByteReader([1, 2, 3], from: start, to: end)

        #expect(reader.position >= 0 && reader.position <= reader.end && reader.end <= 3)
    }

    @Test func `the message says where and what`() {
        #expect(MalformedBytes("ends too early", at: 7).description == "malformed bytes at 7: ends too early")
    }

    @Test func `rows come back, and a count over the limit is refused`() throws {
        let row = Row([.integer(1), .null, .text("x")])

        #expect(try row.values() == [.integer(1), .null, .text("x")])
        #expect(try row.slices().map(Array.init) == [encoded(1), [0], ValueCoding.bytes(of: .text("x"))])
        #expect(Row(encodedValues: try row.slices()) == row)
        #expect(throws: MalformedBytes.self) { try Row(uncheckedBytes: [65]).values() }
        #expect(throws: MalformedBytes.self) { try Row(uncheckedBytes: [2, 0]).slices() }
    }
}
