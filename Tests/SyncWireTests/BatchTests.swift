import Seeded
import SyncCore
import SyncWire
import Testing

@Suite struct BatchTests {
    private func expectEqual(_ read: [Change], _ written: [Change]) {
        #expect(read.map(\.key) == written.map(\.key))
        #expect(read.map(\.operation) == written.map(\.operation))
        #expect(read.map(\.dot) == written.map(\.dot))
        #expect(read.map(\.time) == written.map(\.time))
        #expect(read.map(\.author) == written.map(\.author))
        #expect(read.map(\.action) == written.map(\.action))
        #expect(read.map(\.carried) == written.map(\.carried))
        #expect(read.map(\.changed) == written.map(\.changed))
        #expect(read.map(\.values) == written.map(\.values))
        #expect(read.map(\.isFilled) == written.map(\.isFilled))
        #expect(read.map(\.isCopy) == written.map(\.isCopy))
        #expect(read.map(\.decides) == written.map(\.decides))
    }

    @Test func `changes come back as they were, in the order of their counters`() throws {
        let read = try WireReading.batch(try Frame(reading: Samples.batch.bytes))

        expectEqual(read.changes, Samples.changes)
    }

    @Test func `a header comes back`() throws {
        var expected = Samples.header()
        expected.count = 3
        expected.bodyBytes = Samples.builder().body().count

        let read = try WireReading.batch(Samples.batch).header

        #expect(read == expected)
        #expect(read.lastCounter == 6)
    }

    @Test func `random changes come back`() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<100 {
            let changes = (0..<Int.random(in: 1...60, using: &generator)).map { randomChange($0, using: &generator) }
                .sorted { $0.key.table < $1.key.table }.enumerated().map { renumbered($1, UInt64($0) + 4) }
            let frame = Samples.builder(changes).frame(
                header: Samples.header(), contextBefore: nil, key: Samples.replicaKey)

            expectEqual(try WireReading.batch(try Frame(reading: frame.bytes)).changes, changes)
        }
    }

    @Test func `within a unit a context is written as what differs and reads as what it was`() throws {
        let whole = Samples.nextHeader.encoded(after: nil)
        let difference = Samples.nextHeader.encoded(after: Samples.context)

        let read = try WireReading.batch(Samples.nextBatch, after: Samples.context).header

        #expect(difference.count < whole.count)
        #expect(read.context == Samples.nextHeader.context)
        #expect(read.previousHash == Samples.batch.hash)
    }

    @Test func `a context from which a number has gone is written whole`() throws {
        var header = Samples.nextHeader
        header.context = VersionVector([Samples.dot(Samples.hub, 14)])
        header.count = 1
        header.bodyBytes = 1
        let bytes = header.encoded(after: Samples.context)
        var reader = ByteReader(bytes)

        #expect(try BatchHeader(reading: &reader, after: nil) == header)
        #expect(bytes == header.encoded(after: nil))
    }

    @Test func `counters that go down in a context come back as well`() throws {
        var header = Samples.nextHeader
        header.context = VersionVector([Samples.dot(Samples.hub, 2), Samples.dot(Samples.number, 3)])
        header.count = 1
        var reader = ByteReader(header.encoded(after: Samples.context))

        #expect(try BatchHeader(reading: &reader, after: Samples.context).context == header.context)
    }

    @Test func `a difference without the batch before it is refused`() {
        #expect(throws: WireError.self) { try WireReading.batch(Samples.nextBatch) }
    }

    @Test func `headers that no batch can have are refused`() {
        func refused(_ change: (inout BatchHeader) -> Void) -> Bool {
            var header = Samples.header()
            header.count = 3
            change(&header)
            var reader = ByteReader(header.encoded(after: nil))
            return (try? BatchHeader(reading: &reader, after: nil)) == nil
        }

        #expect(!refused { _ in })
        #expect(refused { $0.count = 0 })
        #expect(refused { $0.count = Limits.batchChanges + 1 })
        #expect(refused { $0.firstCounter = 0 })
        #expect(refused { $0.firstCounter = .max })
        #expect(refused { $0.unit = 0 })
        #expect(refused { $0.unit = 5 })
        #expect(refused { $0.previousHash = [1] })
        #expect(refused { $0.previousHash += [1] })
        #expect(refused { $0.bodyBytes = Limits.unpackedBytes + 1 })
        #expect(refused { $0.schemaVersion = 1 << 20 + 1 })
        #expect(refused { $0.contextVersion = $0.schemaVersion + 1 })
    }

    @Test func `a context of an earlier schema is said and read`() throws {
        var header = Samples.header()
        header.count = 3
        header.schemaVersion = 3
        header.contextVersion = 1
        var reader = ByteReader(header.encoded(after: nil))

        let read = try BatchHeader(reading: &reader, after: nil)

        #expect(read == header)
        #expect(read.contextVersion == 1)
    }

    @Test func `a body with fewer or more changes than its header says is refused`() throws {
        for count in [2, 4] {
            var header = Samples.header()
            header.count = count
            header.bodyBytes = Samples.builder().body().count
            let frame = Frame(
                .batch, header: header.encoded(after: nil), body: Samples.builder().body(), key: Samples.replicaKey)

            #expect(throws: WireError.self) { try WireReading.batch(frame) }
        }
    }

    private func renumbered(_ change: Change, _ counter: UInt64) -> Change {
        Change(
            key: change.key, operation: change.operation, dot: Samples.dot(Samples.number, counter), time: change.time,
            author: change.author, action: change.action, carried: change.carried, changed: change.changed,
            values: change.values, isFilled: change.isFilled, isCopy: change.isCopy, decides: change.decides)
    }

    private func randomChange(_ index: Int, using generator: inout SeededGenerator) -> Change {
        let carried = ColumnSet(bits: .random(in: 0..<32, using: &generator))
        let values = carried.columns.map { _ in randomValue(using: &generator) }
        let dots = (0..<Int.random(in: 0...3, using: &generator)).map {
            Samples.dot(Samples.hub, UInt64($0) + .random(in: 1...1 << 40, using: &generator))
        }
        return Change(
            key: RecordKey(
                table: .random(in: 1...4, using: &generator),
                id: RecordID(
                    high: .random(in: 0 ... .max, using: &generator), low: .random(in: 0 ... .max, using: &generator))),
            operation: [.insert, .update, .delete].randomElement(using: &generator) ?? .insert,
            dot: Samples.dot(Samples.number, UInt64(index) + 4),
            time: HybridTime(rawValue: .random(in: 0 ... .max, using: &generator)),
            author: Array(["anna", "-", "José", ""].randomElement(using: &generator)?.utf8 ?? "".utf8),
            action: .random(in: 0 ... .max, using: &generator), carried: carried,
            changed: carried.intersection(ColumnSet(bits: .random(in: 0..<32, using: &generator))),
            values: ValueCoding.bytes(of: values), isFilled: .random(using: &generator),
            isCopy: .random(using: &generator),
            decides: dots.isEmpty ? [] : [NamedConflict(conflict: Samples.other, group: dots.count, dots: dots)])
    }

    private func randomValue(using generator: inout SeededGenerator) -> Value {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: .null
        case 1: .integer(.random(in: .min ... .max, using: &generator))
        case 2: .real(.random(in: -1e9...1e9, using: &generator))
        case 3: .text(Samples.record.description)
        case 4: .text(String(repeating: "è", count: .random(in: 0...50, using: &generator)))
        default: .blob((0..<Int.random(in: 0...50, using: &generator)).map { UInt8(truncatingIfNeeded: $0 * 7) })
        }
    }
}
