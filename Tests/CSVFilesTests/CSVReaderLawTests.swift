import CSVFiles
import Seeded
import SyncCore
import Testing

/// What must hold for every text, whatever it is.
@Suite struct CSVReaderLawTests {
    /// Every text over an alphabet, up to a length, one after the other.
    private func withEvery(_ length: Int, over alphabet: [UInt8], _ body: ([UInt8]) -> Void) {
        var digits: [Int] = []
        while digits.count <= length {
            body(digits.map { alphabet[$0] })
            var place = 0
            while place < digits.count, digits[place] == alphabet.count - 1 {
                digits[place] = 0
                place += 1
            }
            if place == digits.count { digits.append(0) } else { digits[place] += 1 }
        }
    }

    @Test func `every small text is read as a table of states reads it, or is a fault for both`() {
        var fine = 0
        var faulty = 0

        withEvery(7, over: Array("a;\"\n\r".utf8)) { text in
            var reader = CSVReader(text)
            var rows: [[[UInt8]?]] = []
            var faults: [CSVFault.Kind] = []
            while let row = reader.next() {
                rows.append(row.cells.map { $0.isEmpty ? nil : reader.bytes(of: $0) })
                faults += row.faults.map(\.kind)
            }
            let shown = String(decoding: text, as: UTF8.self).debugDescription
            // Where no separator stands outside quotes it is `;`, too: the automaton knows no other.
            guard let all = CSVAutomaton.rows(text) else {
                faulty += 1
                if faults.isEmpty { Issue.record("no fault in \(shown)") }
                return
            }
            let expected = all.filter { $0.contains { $0 != nil } }
            let width = (expected.first?.lastIndex { $0 != nil } ?? -1) + 1
            let isTooWide = expected.contains { $0.dropFirst(width).contains { $0 != nil } }
            let isCutOff = all.last.map { $0.contains { $0 != nil } && $0.count < width } ?? false
            guard !isTooWide, !isCutOff else {
                if faults.isEmpty { Issue.record("no fault in \(shown)") }
                return
            }
            fine += 1
            if rows != expected.map({ Array($0.prefix(width)) }) || !faults.isEmpty {
                Issue.record("\(shown): \(rows), \(faults)")
            }
        }

        #expect(fine > 10_000)
        #expect(faulty > 10_000)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>) func `what CSVText writes is read as it was`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let width = Int.random(in: 1...6, using: &generator)
        let pieces = ["a", "è", "€", "\"", ";", "\r", "\n", ",", "\t", " ", "=", "'", "0,5", "\u{1F600}"]
        func text() -> String {
            (0..<Int.random(in: 0...8, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
                .joined()
        }
        let rows = (0..<20).map { _ in
            (0..<width).map { _ in Bool.random(using: &generator) ? text() : nil as String? }
        }

        var file = CSVText.byteOrderMark
        CSVText.appendLine((1...width).map { .text("c\($0)") }, to: &file)
        for row in rows { CSVText.appendLine(row.map { $0.map { .text($0) } ?? .null }, to: &file) }
        let read = CSVReading(file)

        #expect(read.faults.isEmpty)
        #expect(Array(read.rows.dropFirst()) == rows.filter { $0.contains { $0 != nil } })
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func `any bytes are read to their end`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet: [UInt8] = [
            0, 0x09, 0x0A, 0x0D, 0x22, 0x22, 0x2C, 0x3B, 0x3B, 0x3D, 0x61, 0x80, 0x81, 0xA8, 0xC3, 0xD8, 0xE2, 0xEF,
            0xBB,
            0xBF, 0xF0, 0xFE, 0xFF,
        ]
        for _ in 0..<200 {
            let file = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }

            let read = CSVReading(file, cellBytesMaximum: 10)

            let lines = file.count { $0 == 0x0A || $0 == 0x0D } + 1
            #expect(read.faults.allSatisfy { (1...lines).contains($0.line) && (1...61).contains($0.column) }, "\(file)")
            #expect(read.lines == read.lines.sorted())
            let widest = read.rows.first?.count ?? 0
            #expect(read.rows.allSatisfy { $0.count <= widest }, "\(file)")
        }
    }
}
