import CSVFiles
import Testing

@Suite struct CSVEncodingTests {
    private let text = "Città;€\nForlì “x”;1\n"

    private func utf16(_ text: String, isLittle: Bool) -> [UInt8] {
        ("\u{FEFF}" + text).utf16.flatMap {
            isLittle ? [UInt8($0 & 0xFF), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 0xFF)]
        }
    }

    private let windows: [UInt8] =
        Array("Citt".utf8) + [0xE0, 0x3B, 0x80, 0x0A] + Array("Forl".utf8) + [0xEC, 0x20, 0x93, 0x78, 0x94]
        + Array(";1\n".utf8)

    @Test func `a file is read in the encodings of Italian offices`() {
        let rows = [["Città", "€"], ["Forlì “x”", "1"]]
        let files: [(CSVEncoding, [UInt8])] = [
            (.utf8, Array(text.utf8)), (.utf8, CSVText.byteOrderMark + Array(text.utf8)),
            (.utf16, utf16(text, isLittle: true)), (.utf16, utf16(text, isLittle: false)), (.windows1252, windows),
        ]
        for (encoding, file) in files {
            let read = CSVReading(file)

            #expect(read.encoding == encoding)
            #expect(read.rows == rows)
            #expect(read.faults.isEmpty)
        }
    }

    @Test func `characters beyond 16 bits come through both`() {
        for isLittle in [true, false] {
            #expect(CSVReading(utf16("\u{1F600};x\n", isLittle: isLittle)).rows == [["\u{1F600}", "x"]])
        }
        #expect(CSVReading("\u{1F600};x\n").rows == [["\u{1F600}", "x"]])
    }

    @Test func `a byte that stands for nothing in Windows-1252 is a fault at its place`() {
        let read = CSVReading([0xE0, 0x3B, 0x62, 0x0D, 0x0A, 0xE0, 0x3B, 0x81, 0x62, 0x0A])

        #expect(read.encoding == .windows1252)
        #expect(read.faults == [CSVFault(.unknownByte(0x81), line: 2, column: 3)])
    }

    @Test func `two sheets of different encodings pasted together are a fault, not another encoding`() {
        let mixed = Array("n\nCaffè\nPer".utf8) + [0xF9, 0x0A]
        let (_, encoding, faults) = CSVEncoding.text(of: mixed)
        #expect(encoding == .utf8 && faults.map(\.line) == [3])
    }

    @Test func `damaged UTF-8 is not taken for another encoding`() {
        let marked = CSVReading(CSVText.byteOrderMark + [0x61, 0x0A, 0xE0, 0x0A])
        #expect(marked.faults == [CSVFault(.brokenUTF8(0xE0), line: 2, column: 1)])

        let unmarked = CSVReading(Array("è;ù\nà;x".utf8) + [0xE0] + Array("\n".utf8))
        #expect(unmarked.encoding == .utf8)
        #expect(unmarked.faults == [CSVFault(.brokenUTF8(0xE0), line: 2, column: 4)])
    }

    @Test func `half a character of UTF-16 is a fault at its place`() {
        let alone = CSVReading([0xFF, 0xFE, 0x61, 0x00, 0x00, 0xD8, 0x62, 0x00])
        #expect(alone.faults == [CSVFault(.brokenUTF16, line: 1, column: 2)])

        let odd = CSVReading([0xFE, 0xFF, 0x00, 0x61, 0x00])
        #expect(odd.faults == [CSVFault(.brokenUTF16, line: 1, column: 2)])
    }

    @Test
    func `every character of UTF-8 is well formed, and every pair of bytes is judged as the standard library does`() {
        for first in 0x80...0xFF as ClosedRange<UInt8> {
            for second in 0x00...0xFF as ClosedRange<UInt8> {
                let bytes = [first, second, 0x80, 0x80, 0x3B]
                let isFine = String(validating: bytes, as: UTF8.self) != nil
                #expect(CSVReading(CSVText.byteOrderMark + bytes).faults.isEmpty == isFine)
            }
        }
    }

    @Test func `a workbook is told apart from text`() {
        for file: [UInt8] in [[0x50, 0x4B, 3, 4, 0x14, 0], [0xD0, 0xCF, 0x11, 0xE0, 0xA1]] {
            let read = CSVReading(file)

            #expect(read.faults == [CSVFault(.workbook, line: 1, column: 1)])
            #expect(read.rows.isEmpty)
        }
    }
}
