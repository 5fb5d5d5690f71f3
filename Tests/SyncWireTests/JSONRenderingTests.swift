import Foundation
import SyncCore
import SyncWire
import Testing

@Suite struct JSONRenderingTests {
    private let catalog = Catalog(tables: [
        TableDescription(
            name: "servizio", number: 10,
            columns: ["nome", "cent", "quota", "comune", "nota"].map { ColumnDescription(name: $0, type: .any) })
    ])

    /// The rendering as `JSONSerialization` reads it.
    private func object(_ frame: Frame, catalog: Catalog? = nil) throws -> [String: Any] {
        let text = try JSONRendering.text(of: frame, catalog: catalog)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// A batch of one insert that carries these values.
    private func batch(_ values: [Value], author: [UInt8] = Array("anna".utf8)) -> Frame {
        let all = ColumnSet.first(values.count)
        let change = Change(
            key: RecordKey(table: 10, id: Samples.record), operation: .insert, dot: Samples.dot(Samples.number, 4),
            time: Samples.floor, author: author, carried: all, changed: all, values: ValueCoding.bytes(of: values))
        return Samples.builder([change]).frame(header: Samples.header(), contextBefore: nil, key: Samples.replicaKey)
    }

    @Test(arguments: Samples.frames.map(\.name)) func `every frame renders as JSON that others read, always the same`(
        _ name: String
    ) throws {
        let frame = try #require(Samples.frames.first { $0.name == name }?.frame)

        let object = try object(frame)

        #expect(object["kind"] as? String == "\(frame.kind)")
        #expect(object["hash"] as? String == Hash.text(frame.hash))
        #expect(try JSONRendering.text(of: frame) == JSONRendering.text(of: Frame(reading: frame.bytes)))
    }

    @Test func `a batch shows its changes with the names of the catalogue`() throws {
        let object = try object(Samples.batch, catalog: catalog)
        let changes = try #require(object["changes"] as? [[String: Any]])
        let values = try #require(changes[0]["values"] as? [String: Any])

        #expect(changes.map { $0["operation"] as? String } == ["insert", "update", "delete"])
        #expect(changes.map { $0["table"] as? String } == ["servizio", "servizio", nil])
        #expect(changes[2]["table"] as? Int == 11)
        #expect(changes[0]["id"] as? String == Samples.record.description)
        #expect(values["nome"] as? String == "Città")
        #expect(values["cent"] as? Int == 1_050)
        #expect(values["comune"] as? String == Samples.comune.description)
        #expect(values["nota"] is NSNull)
        #expect(changes[1]["changed"] as? [String] == ["cent"])
        #expect((changes[1]["decides"] as? [Any])?.count == 1)
    }

    @Test func `without a catalogue tables and columns keep their numbers`() throws {
        let text = try JSONRendering.text(of: Samples.batch)

        #expect(text.contains(#""table": 10"#))
        #expect(text.contains(#""values": {"0": "Città", "1": 1050, "2": 0.5"#))
    }

    @Test func `keys stand in the same order as in the frame`() throws {
        let text = try JSONRendering.text(of: Samples.batch)
        let keys = ["\"kind\"", "\"header\"", "\"ambito\"", "\"firstCounter\"", "\"previousHash\"", "\"changes\""]

        let positions = try keys.map { try #require(text.range(of: $0)).lowerBound }

        #expect(positions == positions.sorted())
    }

    @Test func `a page shows entries, refusals and where it ends`() throws {
        let object = try object(Samples.page, catalog: catalog)
        let entries = try #require(object["entries"] as? [[String: Any]])
        let refusals = try #require(object["refusals"] as? [[String: Any]])
        let header = try #require(object["header"] as? [String: Any])

        #expect(entries.map { $0["entry"] as? String } == ["row", "own", "deleted"])
        #expect((entries[0]["values"] as? [String: Any])?["nome"] as? String == "Città")
        #expect(refusals.first?["reason"] as? String == "not-valid")
        #expect(header["isComplete"] as? Bool == true)
        #expect((header["vector"] as? [String: Any])?.count == 2)
    }

    @Test func `a context that is a difference says so, and is whole when the one before is given`() throws {
        let alone = try JSONRendering.text(of: Samples.nextBatch)
        let after = try JSONRendering.text(of: Samples.nextBatch, after: Samples.context)

        #expect(alone.contains("\"contextDifference\"") && !alone.contains("\"context\""))
        #expect(after.contains("\"context\"") && !after.contains("\"contextDifference\""))
    }

    @Test func `integers and reals are not rounded and keep their class`() throws {
        let text = try JSONRendering.text(
            of: batch([.integer(.max), .integer(.min), .real(0.1 + 0.2), .real(1), .real(.infinity)]), catalog: catalog)

        for member in [
            #""nome": 9223372036854775807,"#, #""cent": -9223372036854775808,"#, #""quota": 0.30000000000000004,"#,
            #""comune": 1.0,"#, #""nota": "Infinity""#,
        ] { #expect(text.contains(member)) }
    }

    @Test func `a BLOB is hexadecimal, and so is text that is not UTF-8`() throws {
        let text = try JSONRendering.text(of: batch([.blob([0, 0xFF]), .text([0xFF, 0x41])], author: [0xFE]))

        #expect(text.contains(#""0": {"blob": "00ff"}, "1": {"bytes": "ff41"}"#))
        #expect(text.contains(#""author": {"bytes": "fe"}"#))
    }

    @Test func `nothing that moves a terminal's cursor or turns its writing comes through`() throws {
        let hostile = "a\u{1B}[2J\u{9B}31m\u{0}\u{7F}\r\n\u{2028}\u{2029}\u{202E}\u{2066}\"\\\u{8}è☕"

        let text = try JSONRendering.text(of: batch([.text(hostile)]), catalog: catalog)

        let inside = try #require(text.split(separator: "\n").first { $0.contains("\"nome\":") })
        #expect(
            inside.contains(#""nome": "a\u001b[2J\u009b31m\u0000\u007f\u000d\n\u2028\u2029\u202e\u2066\"\\\u0008è☕""#))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        let changes = try #require(try object(batch([.text(hostile)]), catalog: catalog)["changes"] as? [[String: Any]])
        #expect((changes[0]["values"] as? [String: Any])?["nome"] as? String == hostile)
    }

    @Test func `the secret of an enrolment is not shown`() throws {
        let text = try JSONRendering.text(of: Samples.enrolmentRequest.frame(key: Samples.replicaKey))

        #expect(!text.contains(Hash.text(Samples.secret)))
    }

    @Test func `a body that is malformed is refused`() {
        let frame = Frame(.page, header: Samples.pageHeader().encoded(), body: [1], key: Samples.ambitoKey)

        #expect(throws: WireError.self) { try JSONRendering.text(of: frame) }
    }

    @Test func `long lists stand on several lines, short ones on one`() throws {
        let text = try JSONRendering.text(of: Samples.hubGreeting.frame(key: Samples.ambitoKey))

        #expect(text.contains("  \"formerIncarnations\": [\"5\"],\n"))
        #expect(text.hasPrefix("{\n  \"kind\": \"hubGreeting\",\n"))
        #expect(text.hasSuffix("}\n"))
    }
}
