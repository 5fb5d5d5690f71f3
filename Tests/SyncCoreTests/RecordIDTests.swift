import SyncCore
import Testing

@Suite struct RecordIDTests {
    private let text = "0190f3c2-7a1b-7c3d-8e4f-0123456789ab"

    @Test func `text and bytes say the same, both ways`() throws {
        let id = try #require(RecordID(text))

        #expect(id.description == text)
        #expect(id == RecordID(high: 0x0190_F3C2_7A1B_7C3D, low: 0x8E4F_0123_4567_89AB))
        var bytes: [UInt8] = []
        bytes.appendID(id)
        #expect(bytes == id.bytes)
        var reader = ByteReader(bytes)
        #expect(try reader.id() == id)
    }

    @Test(arguments: [
        "", "0190f3c2", "0190F3C2-7a1b-7c3d-8e4f-0123456789ab", "0190f3c27a1b7c3d8e4f0123456789ab",
        "{0190f3c2-7a1b-7c3d-8e4f-0123456789ab}", "0190f3c2-7a1b-7c3d-8e4f-0123456789a",
        "0190f3c2-7a1b-7c3d-8e4f-0123456789abc", "0190f3c2-7a1b-7c3d-8e4f_0123456789ab",
        "0190f3c2-7a1b-7c3d-8e4f-0123456789ag", "0190f3c27-a1b-7c3d-8e4f-0123456789ab",
        " 190f3c2-7a1b-7c3d-8e4f-0123456789ab", "0190f3c2-7a1b-7c3d-8e4f-0123456789\u{E9}",
    ])
    func `anything but the canonical text is refused`(_ text: String) {
        #expect(RecordID(text) == nil)
    }

    @Test func `a slice of a longer text reads as well`() {
        #expect(RecordID("id=\(text);".dropFirst(3).dropLast())?.description == text)
    }

    @Test func `every byte of an id survives its text`() {
        for bit in 0..<128 {
            let id = RecordID(high: bit < 64 ? 1 << UInt64(bit) : 0, low: bit < 64 ? 0 : 1 << UInt64(bit - 64))

            #expect(RecordID(id.description) == id)
        }
    }

    @Test func `ids are ordered as their bytes and their texts are`() {
        let ids = [RecordID(high: 0, low: .max), RecordID(high: 1, low: 0), RecordID(high: 1 << 63, low: 0)]

        #expect(ids.sorted() == ids)
        #expect(ids.map(\.description).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } == ids.map(\.description))
    }

    @Test func `an id made of a hash has version 8 and the variant of RFC 9562`() {
        let ones = RecordID(version8: [UInt8](repeating: 0xFF, count: 32))
        let zeros = RecordID(version8: [UInt8](repeating: 0, count: 32))

        #expect(ones.description == "ffffffff-ffff-8fff-bfff-ffffffffffff")
        #expect(zeros.description == "00000000-0000-8000-8000-000000000000")
    }
}
