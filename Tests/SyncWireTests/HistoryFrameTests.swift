import SyncCore
import SyncWire
import Testing

@Suite struct HistoryFrameTests {
    private let answer = Samples.historyAnswer

    @Test func `question and answer are read as they were written, and rendered`() throws {
        let question = Samples.historyRequest.frame(key: Samples.replicaKey)
        let frame = answer.frame(key: Samples.ambitoKey)

        #expect(
            try HistoryRequest(reading: Frame(reading: question.bytes, kind: .historyRequest))
                == Samples.historyRequest)
        #expect(try HistoryAnswer(reading: Frame(reading: frame.bytes, kind: .historyAnswer)) == answer)
        let text = try JSONRendering.text(of: frame)
        #expect(text.contains("\"replacedBy\"") && text.contains("\"isCut\": true") && text.contains("bruno"))
        #expect(try JSONRendering.text(of: question).contains(Samples.record.description))
    }

    @Test func `an answer of nothing is short and read again`() throws {
        let nothing = HistoryAnswer(incarnation: Samples.incarnation, at: 1, record: .unknown)

        let frame = nothing.frame(key: Samples.ambitoKey)

        #expect(try HistoryAnswer(reading: frame) == nothing)
        #expect(frame.bytes.count < 160)
    }

    @Test func `an answer cut at any byte, or with one too many, is refused`() throws {
        let body = try body()
        for length in 0..<body.count {
            #expect(throws: WireError.self) { try HistoryAnswer(reading: frame(Array(body.prefix(length)))) }
        }
        #expect(throws: WireError.self) { try HistoryAnswer(reading: frame(body + [0])) }
    }

    @Test func `one changed byte of an answer is refused or read, and never more`() throws {
        let body = try body()
        var refused = 0
        for index in body.indices {
            for byte in [0, 1, 3, 0x7F, 0x80, 0xFF] as [UInt8] {
                var other = body
                other[index] = byte
                do { _ = try HistoryAnswer(reading: frame(other)) } catch { refused += 1 }
            }
        }
        #expect(refused > 50)
    }

    @Test func `a count over its limit is refused before anything is kept for it`() {
        var body: [UInt8] = [1, 0]
        body.appendVarint(UInt64(Limits.historyEntries) + 1)

        #expect(throws: WireError.self) { try HistoryAnswer(reading: frame(body)) }
    }

    private func body() throws -> [UInt8] {
        let frame = answer.frame(key: Samples.ambitoKey)
        var header = frame.header
        _ = try (header.fixed(), header.signed())
        return try frame.body(size: Int(try header.varint()))
    }

    private func frame(_ body: [UInt8]) -> Frame {
        var header: [UInt8] = []
        header.appendFixed(1)
        header.appendSigned(2)
        header.appendVarint(UInt64(body.count))
        return Frame(.historyAnswer, header: header, body: body, key: Samples.ambitoKey)
    }
}
