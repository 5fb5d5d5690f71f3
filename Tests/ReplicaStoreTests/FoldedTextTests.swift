import SQLiteAccess
import Seeded
import Testing

@Suite struct FoldedTextTests {
    /// Foundation is asked with the whole text, the bytes go letter by letter where they can.
    private func same(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBufferPointer { FoldedText.of($0) } == Array(FoldedText.of(text).utf8)
    }

    @Test func `every letter of western Europe is folded as Foundation folds it`() {
        for code: UInt32 in 0...0x24F {
            guard let scalar = Unicode.Scalar(code) else { continue }
            #expect(same(String(scalar)), "U+\(String(code, radix: 16))")
        }
    }

    @Test func `texts of such letters, and of others between them, are folded as Foundation folds them`() {
        var generator = SeededGenerator(seed: 4)
        // The last ones: a combining accent, the joiner of emoji, a ligature, Greek.
        let others: [UInt32] = [0x301, 0x200D, 0xFB01, 0x3A3, 0x1F600]
        for _ in 0..<2_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                let isOther = UInt8.random(in: 0..<40, using: &generator) == 0
                let code = isOther ? others.randomElement(using: &generator) : .random(in: 1...0x17F, using: &generator)
                text.append(code.flatMap(Unicode.Scalar.init) ?? "a")
            }
            #expect(same(String(text)), "\(text.map { String($0.value, radix: 16) })")
        }
    }

    @Test func `bytes that are no UTF-8 are folded like the text that Swift makes of them`() {
        for bytes: [UInt8] in [[0xC3], [0xC3, 0x41], [0x61, 0xC5], [0xC2, 0xC2, 0xA0], [0xFF, 0x41]] {
            let folded = bytes.withUnsafeBufferPointer { FoldedText.of($0) }
            #expect(folded == Array(FoldedText.of(String(decoding: bytes, as: UTF8.self)).utf8), "\(bytes)")
        }
    }
}
