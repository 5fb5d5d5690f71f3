/// Keys out of the bytes that a terminal sends.
///
/// A key that sends a sequence (arrows, function keys) is one key that means nothing. The escape key is told from the
/// beginning of a sequence by what came with it: terminals send a sequence at once.
package struct KeyDecoder: Sendable {
    private enum State {
        case plain
        /// So many more bytes belong to it.
        case more(Int)
        /// Inside a sequence, until its last byte.
        case sequence
    }

    private var state = State.plain
    /// The beginning of a character whose other bytes are still to come.
    private var begun: [UInt8] = []

    package init() {}

    /// The keys of what was read at once.
    package mutating func keys(_ bytes: [UInt8]) -> [Review.Key] {
        var keys: [Review.Key] = []
        for (index, byte) in bytes.enumerated() {
            switch state {
            case .more(let count):
                state = count > 1 ? .more(count - 1) : isBracket(byte) ? .sequence : .plain
            case .sequence:
                if byte >= 0x40 && byte <= 0x7E { state = .plain }
            case .plain:
                if let key = plain(byte, next: index + 1 < bytes.count ? bytes[index + 1] : nil) { keys.append(key) }
            }
        }
        return keys
    }

    private mutating func plain(_ byte: UInt8, next: UInt8?) -> Review.Key? {
        if byte >= 0x80 { return continued(byte) }
        begun = []
        switch byte {
        case 0x03: return .interrupt
        case 0x04: return .end
        case 0x08, 0x7F: return .erase
        case 0x0A, 0x0D: return .enter
        case 0x15: return .eraseLine
        // Who reads the keys has given the terminal away at this one, and got it back.
        case 0x1A: return .resumed
        case 0x1B:
            guard let next, next >= 0x20, next < 0x7F else { return .escape }
            state = .more(next == UInt8(ascii: "O") ? 2 : 1)
            return .other
        case 0x09: return .character(" ")
        case 0x00..<0x20: return .other
        default: return .character(Unicode.Scalar(byte))
        }
    }

    /// The byte after the escape that begins a sequence of any length.
    private func isBracket(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "[") }

    /// A character of several bytes; what is none is left out.
    private mutating func continued(_ byte: UInt8) -> Review.Key? {
        begun.append(byte)
        guard let first = begun.first else { return nil }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard begun.count >= length || first < 0xC0 else { return nil }
        defer { begun = [] }
        return String(validating: begun, as: UTF8.self)?.unicodeScalars.first.map(Review.Key.character)
    }
}
