import SyncCore
import SyncWire
import Testing

@Suite struct PageTests {
    @Test func `entries come back table by table, with their rows`() throws {
        let read = try WireReading.page(try Frame(reading: Samples.page.bytes))

        #expect(
            read.entries.map(\.key) == [
                RecordKey(table: 10, id: Samples.record), RecordKey(table: 10, id: Samples.other),
                RecordKey(table: 11, id: Samples.other),
            ])
        #expect(read.entries.map(\.kind) == [.row, .own, .deleted])
        #expect(Array(read.reader.body[read.entries[0].row]) == Samples.row.bytes)
        #expect(read.reader.refusals == [Samples.refusal])
    }

    @Test func `a header comes back, with and without an end`() throws {
        for end in [Samples.end, nil] {
            var expected = Samples.pageHeader(end: end)
            expected.bodyBytes = Samples.pageBuilder.body().count
            let frame = Samples.pageBuilder.frame(header: Samples.pageHeader(end: end), key: Samples.ambitoKey)

            let header = try PageHeader(reading: frame)

            #expect(header == expected)
            #expect(header.isComplete == (end != nil))
        }
    }

    @Test func `the hub's log hash stands in every page for who asks for it`() throws {
        let midway = try PageHeader(reading: Frame(reading: Samples.midwayPage.bytes))

        #expect(!midway.isComplete)
        #expect(midway.logHash == [UInt8](repeating: 0xEE, count: 32))
        #expect(try PageHeader(reading: Samples.page).logHash == Samples.end.logHash)
        #expect(Samples.pageHeader(end: nil).logHash == nil)
    }

    @Test func `an end that names the log hash twice is refused`() {
        var bytes = Samples.pageHeader().encoded()
        // Flags, schema version, from, to, bytes of the body: one byte each in the sample, and the end between them.
        let flags = Samples.pageHeader(end: nil).encoded().count - 5
        #expect(bytes[flags] == 2)
        bytes[flags] |= 8

        #expect(throws: WireError.self) {
            try PageHeader(reading: Frame(.page, header: bytes, key: Samples.ambitoKey))
        }
    }

    @Test func `an empty page has nothing and says so`() throws {
        let frame = PageBuilder().frame(header: Samples.pageHeader(), key: Samples.ambitoKey)

        let read = try WireReading.page(frame)

        #expect(read.entries.isEmpty)
        #expect(read.reader.refusals.isEmpty)
    }

    @Test func `every reason of a refusal comes back, hidden or not`() throws {
        var builder = PageBuilder()
        let refusals = RefusalReason.allCases.enumerated().map { index, reason in
            PageRefusal(
                dot: Samples.dot(Samples.number, UInt64(index) + 1),
                key: RecordKey(table: index + 1, id: Samples.other),
                reason: reason, detail: reason.name, hubHasRow: index % 2 == 0, isHidden: index % 3 == 0)
        }
        for refusal in refusals { builder.append(refusal) }

        let read = try WireReading.page(builder.frame(header: Samples.pageHeader(), key: Samples.ambitoKey))

        #expect(read.reader.refusals == refusals)
        #expect(builder.count == refusals.count)
    }

    @Test func `a page that goes back is refused`() {
        var header = Samples.pageHeader()
        header.to = 39

        #expect(throws: WireError.self) {
            try PageHeader(reading: Frame(.page, header: header.encoded(), key: Samples.ambitoKey))
        }
    }

    @Test func `sections out of order, unknown kinds and rows left over are refused`() throws {
        let id = Samples.other.bytes
        let bodies: [[UInt8]] = [
            [2, 11, 1, 1] + id + [0, 10, 1, 1] + id + [0, 0],
            [2, 10, 1, 1] + id + [0, 10, 1, 1] + id + [0, 0],
            [1, 10, 1, 9] + id + [0, 0],
            [1, 10, 1, 1] + id + [1, 0, 0],
            [1, 10, 1, 0] + id + [2, 2, 0, 0],
            [1, 10, 1, 1] + id + [0, 0, 0],
        ]
        for body in bodies {
            var header = Samples.pageHeader()
            header.bodyBytes = body.count
            let frame = Frame(.page, header: header.encoded(), body: body, key: Samples.ambitoKey)

            #expect(throws: WireError.self) { try WireReading.page(frame) }
        }
    }
}
