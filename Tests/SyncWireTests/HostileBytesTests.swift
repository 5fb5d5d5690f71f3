import Seeded
import SyncCore
import SyncWire
import Testing

/// Bytes that somebody made on purpose, with a right hash: refused, or read as something well formed; never a trap.
@Suite struct HostileBytesTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func `a changed body is refused or well formed`(_ seed: UInt64)
        throws
    {
        var generator = SeededGenerator(seed: seed)
        let bodies = [
            (FrameKind.batch, try Samples.batch.body(size: Samples.builder().body().count)),
            (FrameKind.page, Samples.pageBuilder.body()),
        ]
        var refused = 0

        for _ in 0..<200 {
            for (kind, body) in bodies {
                let mutated = mutate(body, using: &generator)
                let header = kind == .batch ? batchHeader(mutated.count) : pageHeader(mutated.count)
                let frame = Frame(kind, header: header, body: mutated, key: Samples.replicaKey)
                do {
                    try WireReading.any(frame.bytes)
                } catch is WireError {
                    refused += 1
                }
            }
        }

        #expect(refused > 100)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func `a changed header is refused or well formed`(_ seed: UInt64)
        throws
    {
        var generator = SeededGenerator(seed: seed)
        var refused = 0

        for _ in 0..<25 {
            for (_, frame) in Samples.frames {
                let header = mutate(WireReading.header(of: frame), using: &generator)
                let bytes = WireReading.frame(frame.kind, header: header, packed: WireReading.packed(of: frame))
                do {
                    try WireReading.any(bytes)
                } catch is WireError {
                    refused += 1
                }
            }
        }

        #expect(refused > 50)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>) func `a changed zstd frame is refused or well formed`(
        _ seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        var refused = 0

        for _ in 0..<200 {
            for frame in [Samples.batch, Samples.page] {
                let packed = mutate(WireReading.packed(of: frame), using: &generator)
                let bytes = WireReading.frame(frame.kind, header: WireReading.header(of: frame), packed: packed)
                do {
                    try WireReading.any(bytes)
                } catch is WireError {
                    refused += 1
                }
            }
        }

        #expect(refused > 100)
    }

    @Test func `noise is no frame`() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            let noise = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }

            #expect(throws: WireError.self) { try Frame(reading: noise) }
            #expect(throws: WireError.self) { try Frame(reading: Frame.magic + [1, 1] + noise) }
        }
    }

    private func batchHeader(_ bodyBytes: Int) -> [UInt8] {
        var header = Samples.header()
        header.count = 3
        header.bodyBytes = bodyBytes
        return header.encoded(after: nil)
    }

    private func pageHeader(_ bodyBytes: Int) -> [UInt8] {
        var header = Samples.pageHeader()
        header.bodyBytes = bodyBytes
        return header.encoded()
    }

    /// One to four changes: a flipped bit, another byte, one less, one more, a piece written twice.
    private func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[index] = .random(in: 0...255, using: &generator)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(.random(in: 0...255, using: &generator), at: index)
            case 4: bytes[index] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
            default: bytes.insert(contentsOf: Array(bytes[index...].prefix(12)), at: index)
            }
        }
        return bytes
    }
}
