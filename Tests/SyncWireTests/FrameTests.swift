import SyncCore
import SyncWire
import Testing

@Suite struct FrameTests {
    @Test(arguments: Samples.frames.map(\.name)) func `a frame comes back with its kind, header and hash`(
        _ name: String
    ) throws {
        let frame = try #require(Samples.frames.first { $0.name == name }?.frame)

        let read = try Frame(reading: frame.bytes)

        #expect(read.kind == frame.kind)
        #expect(read.hash == frame.hash)
        #expect(WireReading.header(of: read) == WireReading.header(of: frame))
        try WireReading.any(frame.bytes)
    }

    @Test func `who signed is told apart from who did not`() throws {
        try Samples.page.verify(by: Samples.ambitoKey.publicKey)

        #expect { try Samples.page.verify(by: Samples.replicaKey.publicKey) } throws: {
            ($0 as? WireError)?.code == .wrongSignature
        }
    }

    @Test func `the signature covers header and body`() throws {
        let frame = Samples.page
        let header = WireReading.header(of: frame)
        let signature = frame.bytes.suffix(64)
        for forged in [
            WireReading.frame(.page, header: header, packed: WireReading.packed(of: frame) + [0]),
            WireReading.frame(.page, header: header + [0], packed: WireReading.packed(of: frame)),
            WireReading.frame(.batch, header: header, packed: WireReading.packed(of: frame)),
        ] {
            let read = try Frame(reading: forged.dropLast(64) + signature)

            #expect(throws: WireError.self) { try read.verify(by: Samples.ambitoKey.publicKey) }
        }
    }

    @Test func `a frame that is cut is refused at every byte`() {
        for bytes in [Samples.batch.bytes, Samples.page.bytes] {
            for length in 0..<bytes.count {
                #expect(throws: WireError.self) { try Frame(reading: Array(bytes[..<length])) }
            }
        }
    }

    @Test func `every flipped bit is found by the hash, or before it, or by the signature`() throws {
        for (frame, key) in [(Samples.batch, Samples.replicaKey), (Samples.page, Samples.ambitoKey)] {
            let signatureStart = frame.bytes.count - 64
            for bit in 0..<frame.bytes.count * 8 {
                var bytes = frame.bytes
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                if bit / 8 < signatureStart {
                    #expect(throws: WireError.self) { try Frame(reading: bytes) }
                } else {
                    let read = try Frame(reading: bytes)
                    #expect(throws: WireError.self) { try read.verify(by: key.publicKey) }
                }
            }
        }
    }

    @Test func `bytes after the end are refused`() {
        #expect(throws: WireError.self) { try Frame(reading: Samples.batch.bytes + [0]) }
    }

    @Test func `another format version and another kind are told apart`() {
        var version = Samples.batch.bytes
        version[4] = 2
        var kind = Samples.batch.bytes
        kind[5] = 99

        #expect { try Frame(reading: version) } throws: { ($0 as? WireError)?.code == .unknownVersion }
        #expect { try Frame(reading: kind) } throws: { ($0 as? WireError)?.code == .wrongKind }
        #expect { try Frame(reading: Samples.batch.bytes, kind: .page) } throws: {
            ($0 as? WireError)?.code == .wrongKind
        }
    }

    @Test func `the hash covers all but itself and the signature`() throws {
        let bytes = Samples.batch.bytes

        #expect(Samples.batch.hash == Hash.of(bytes.dropLast(96)))
        #expect(Array(bytes.dropLast(64).suffix(32)) == Samples.batch.hash)
    }

    @Test func `hexadecimal comes back and nothing else is read as it`() {
        #expect(Hash.bytes(Hash.text([0, 1, 0xAB, 0xFF])) == [0, 1, 0xAB, 0xFF])
        #expect(Hash.bytes("") == [])
        for text in ["0", "0G", "AB", "0x00", "é1"] { #expect(Hash.bytes(text) == nil) }
    }

    @Test func `a key needs 32 bytes`() {
        #expect(SigningKey(seed: [1, 2, 3]) == nil)
        #expect(VerifyingKey([1, 2, 3]) == nil)
        #expect(SigningKey(seed: Samples.replicaKey.seed)?.publicKey == Samples.replicaKey.publicKey)
    }

    @Test func `bytes that are no point of the curve verify nothing`() throws {
        let key = try #require(VerifyingKey([UInt8](repeating: 0xFF, count: 32)))

        #expect(!key.verifies(Samples.batch.bytes.suffix(64), of: [1]))
    }

    @Test func `a derived id depends on table, values and where one value ends`() {
        func id(_ table: String, _ values: Value...) -> RecordID {
            DerivedID.of(table: table, key: values.map { ValueCoding.bytes(of: $0)[...] })
        }
        let ids = [
            id("a", .text("b")), id("ab"), id("a", .text("b"), .null), id("a", .text("bc")), id("a", .integer(1)),
        ]

        #expect(Set(ids).count == ids.count)
        #expect(id("a", .text("b")) == id("a", .text("b")))
    }
}
