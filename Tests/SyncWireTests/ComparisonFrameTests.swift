import SyncCore
import SyncWire
import Testing

@Suite struct ComparisonFrameTests {
    private let keys = [
        RecordKey(table: 3, id: RecordID(high: 1, low: 2)), RecordKey(table: 901, id: RecordID(high: 3, low: 4)),
    ]
    private let sum = DigestSum(rows: 3, sum: UInt128.max - 5)

    private var questions: [ComparisonRequest.Question] {
        [.tables, .buckets(table: 11), .ids(table: 11, bucket: 255), .rows(keys)]
    }

    private var contents: [ComparisonAnswer.Content] {
        [
            .tables([3: sum, 11: .none]), .buckets([0: sum, 255: sum]), .ids([keys[0].id: sum]),
            .rows([keys[0]: SyncCore.Row([.integer(1), .text("x")]).bytes, keys[1]: nil]),
        ]
    }

    @Test func `Every question is read as it was asked`() throws {
        for question in questions {
            let request = ComparisonRequest(session: [1, 2, 3], cursor: 77, leftOut: keys, question: question)

            let frame = request.frame(key: Samples.replicaKey)

            try frame.verify(by: Samples.replicaKey.publicKey)
            #expect(try ComparisonRequest(reading: Frame(reading: frame.bytes, kind: .comparisonRequest)) == request)
        }
    }

    @Test func `Every answer is read as it was given`() throws {
        for content in contents {
            let answer = ComparisonAnswer(
                incarnation: Incarnation(rawValue: 9), cursor: 77, moved: keys, content: content)

            let frame = answer.frame(key: Samples.ambitoKey)

            #expect(try ComparisonAnswer(reading: Frame(reading: frame.bytes, kind: .comparisonAnswer)) == answer)
            #expect(try JSONRendering.text(of: frame).contains("\"moved\""))
        }
    }

    @Test func `Bytes that are cut or altered are an error and never more`() throws {
        for content in contents {
            let answer = ComparisonAnswer(
                incarnation: Incarnation(rawValue: 9), cursor: 77, moved: keys, content: content)
            let frame = answer.frame(key: Samples.ambitoKey)
            let size = try frame.body(size: bodySize(frame))
            for length in 0..<size.count {
                let cut = Frame(
                    .comparisonAnswer, header: header(bodyBytes: length), body: Array(size.prefix(length)),
                    key: Samples.ambitoKey)
                #expect(throws: WireError.self) { try ComparisonAnswer(reading: cut) }
            }
        }
    }

    @Test func `A count over the limit is refused before anything is kept for it`() throws {
        var body: [UInt8] = []
        body.appendVarint(UInt64(Limits.comparedRecords) + 1)
        var header: [UInt8] = []
        header.appendCounted([1])
        header.appendVarint(1)
        header.appendVarint(UInt64(body.count))
        let frame = Frame(.comparisonRequest, header: header, body: body, key: Samples.replicaKey)

        #expect(throws: WireError.self) { try ComparisonRequest(reading: frame) }
    }

    private func header(bodyBytes: Int) -> [UInt8] {
        var header: [UInt8] = []
        header.appendFixed(9)
        header.appendVarint(77)
        header.appendVarint(UInt64(bodyBytes))
        return header
    }

    private func bodySize(_ frame: Frame) throws -> Int {
        var header = frame.header
        _ = try header.fixed()
        _ = try header.varint()
        return Int(try header.varint())
    }
}
