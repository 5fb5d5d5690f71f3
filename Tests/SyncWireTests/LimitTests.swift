import SyncCore
import SyncWire
import Testing

/// What is too big is refused before it is unpacked or allocated.
@Suite struct LimitTests {
    private func frame(bodyBytes: Int, packed: [UInt8]) throws -> Frame {
        var header = Samples.header()
        header.count = 3
        header.bodyBytes = bodyBytes
        return try Frame(reading: WireReading.frame(.batch, header: header.encoded(after: nil), packed: packed))
    }

    /// The compressed bytes of `count` zeros.
    private func zeros(_ count: Int) -> [UInt8] {
        WireReading.packed(
            of: Frame(.batch, header: [], body: [UInt8](repeating: 0, count: count), key: Samples.replicaKey))
    }

    @Test func `a frame over its limit is refused by its length`() {
        #expect { try Frame(reading: [UInt8](repeating: 0, count: 1_001), limit: 1_000) } throws: {
            ($0 as? WireError)?.code == .overLimit
        }
    }

    @Test func `a header that promises more than may be unpacked is refused`() throws {
        let frame = try frame(bodyBytes: Limits.unpackedBytes + 1, packed: [1])

        #expect(throws: WireError.self) { try WireReading.batch(frame) }
        #expect { try frame.body(size: Limits.unpackedBytes + 1) } throws: { ($0 as? WireError)?.code == .overLimit }
    }

    @Test func `a bomb whose size the header does not tell is refused`() throws {
        let bomb = zeros(Limits.unpackedBytes + 1)
        #expect(bomb.count < 100_000)

        #expect(throws: WireError.self) { try WireReading.batch(try frame(bodyBytes: 100, packed: bomb)) }
    }

    @Test func `a bomb that lies about its own size is refused`() throws {
        var bomb = zeros(1 << 20)
        // RFC 8878: a descriptor with a 4-byte content size and a single segment, then the size.
        try #require(bomb[4] >> 5 == 5)
        bomb.replaceSubrange(5..<9, with: [100, 0, 0, 0])

        #expect(throws: WireError.self) { try frame(bodyBytes: 100, packed: bomb).body(size: 100) }
    }

    @Test func `a body of two zstd frames, or with a skippable one behind it, is refused`() throws {
        let body = Samples.builder().body()
        let packed = WireReading.packed(of: Samples.batch)
        #expect(try frame(bodyBytes: body.count, packed: packed).body(size: body.count) == body)

        for more in [packed, zeros(1), [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]] {
            #expect(throws: WireError.self) {
                try frame(bodyBytes: body.count, packed: packed + more).body(size: body.count)
            }
        }
    }

    @Test func `a body that is missing or empty is refused where changes are promised`() throws {
        #expect(throws: WireError.self) { try WireReading.batch(try frame(bodyBytes: 0, packed: [])) }
        #expect(throws: WireError.self) { try WireReading.batch(try frame(bodyBytes: 5, packed: [])) }
    }

    @Test func `counts in a body are refused by the count alone`() {
        var tooMany: [UInt8] = []
        tooMany.appendVarint(UInt64(Limits.batchChanges) + 1)
        var huge: [UInt8] = []
        huge.appendVarint(.max)
        // authors; column sets; sections; a section's changes; a stream's length
        for body in [huge, [0] + huge, [0, 0] + huge, [0, 0, 1, 10] + tooMany, [0, 0, 1, 10, 1, 1] + huge] {
            var header = Samples.header()
            header.count = 3
            header.bodyBytes = body.count
            let frame = Frame(.batch, header: header.encoded(after: nil), body: body, key: Samples.replicaKey)

            #expect(throws: WireError.self) { try WireReading.batch(frame) }
        }
    }

    @Test func `an author's name over its limit is refused`() {
        let long = Change(
            key: Samples.changes[0].key, operation: .insert, dot: Samples.changes[0].dot, time: Samples.floor,
            author: [UInt8](repeating: 0x61, count: Limits.authorBytes + 1), carried: ColumnSet(), changed: ColumnSet(),
            values: [])
        let frame = Samples.builder([long]).frame(header: Samples.header(), contextBefore: nil, key: Samples.replicaKey)

        #expect(throws: WireError.self) { try WireReading.batch(frame) }
    }

    @Test func `a change over its limit is refused`() {
        let half = Value.blob([UInt8](repeating: 1, count: Limits.changeBytes / 2 + 1_000))
        let big = Change(
            key: Samples.changes[0].key, operation: .insert, dot: Samples.changes[0].dot, time: Samples.floor,
            author: [],
            carried: .first(2), changed: .first(2), values: ValueCoding.bytes(of: [half, half]))
        let frame = Samples.builder([big]).frame(header: Samples.header(), contextBefore: nil, key: Samples.replicaKey)

        #expect(throws: WireError.self) { try WireReading.batch(frame) }
    }
}
