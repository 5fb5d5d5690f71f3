/// UTF-8, looked at byte by byte.
enum UTF8Text {
    /// The bytes of the character that begins at `place`; nothing where none does.
    static func length(_ text: [UInt8], at place: Int) -> Int? {
        func isContinuation(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            place + offset < text.count && range.contains(text[place + offset])
        }
        switch text[place] {
        case 0..<0x80: return 1
        case 0xC2...0xDF: return isContinuation(1) ? 2 : nil
        case let lead where lead & 0xF0 == 0xE0:
            // Neither longer than needed nor half of a surrogate pair.
            let second: ClosedRange<UInt8> = lead == 0xE0 ? 0xA0...0xBF : lead == 0xED ? 0x80...0x9F : 0x80...0xBF
            return isContinuation(1, second) && isContinuation(2) ? 3 : nil
        case let lead where (0xF0...0xF4).contains(lead):
            let second: ClosedRange<UInt8> = lead == 0xF0 ? 0x90...0xBF : lead == 0xF4 ? 0x80...0x8F : 0x80...0xBF
            return isContinuation(1, second) && isContinuation(2) && isContinuation(3) ? 4 : nil
        default: return nil
        }
    }

    /// How many characters of several bytes there are, and how many bytes that belong to none.
    static func count(_ text: [UInt8]) -> (wellFormed: Int, broken: Int) {
        var wellFormed = 0
        var broken = 0
        var place = 0
        while place < text.count {
            let length = length(text, at: place)
            if let length { wellFormed += length > 1 ? 1 : 0 } else { broken += 1 }
            place += length ?? 1
        }
        return (wellFormed, broken)
    }

    /// The text with a U+FFFD for each byte that belongs to no character.
    static func mended(_ text: [UInt8]) -> (text: [UInt8], faults: [CSVFault]) {
        guard count(text).broken > 0 else { return (text, []) }
        var writer = TextWriter(capacity: text.count)
        var place = 0
        while place < text.count {
            guard let length = length(text, at: place) else {
                writer.appendFault(.brokenUTF8(text[place]))
                place += 1
                continue
            }
            writer.append(scalar(text[place..<place + length]))
            place += length
        }
        return (writer.text, writer.faults)
    }

    /// How many characters there are, as Unicode scalars.
    static func scalars(_ text: ArraySlice<UInt8>) -> Int {
        var count = 0
        for byte in text where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    static func append(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
        if scalar.isASCII { text.append(UInt8(scalar.value)) } else { text.append(contentsOf: String(scalar).utf8) }
    }

    /// The character of well-formed bytes.
    private static func scalar(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar {
        let lead = UInt32(bytes[bytes.startIndex])
        let value = bytes.dropFirst().reduce(bytes.count == 1 ? lead : lead & (0x7F >> UInt32(bytes.count))) {
            $0 << 6 | UInt32($1 & 0x3F)
        }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
