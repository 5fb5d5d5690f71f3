import SyncCore

/// JSON whose keys stand in the order in which they are given. Integers are never rounded, and reals have as many
/// digits as it takes to read them back exactly (17 at most).
indirect enum JSONText {
    case null
    case flag(Bool)
    case integer(Int64)
    case counter(UInt64)
    case real(Double)
    case text(String)
    case list([JSONText])
    case object([(key: String, value: JSONText)])

    /// Characters of a list or object that still stands on one line.
    private static let lineLength = 100

    static func integer(_ integer: some BinaryInteger) -> JSONText { .integer(Int64(clamping: integer)) }
    static func hex(_ bytes: some Sequence<UInt8>) -> JSONText { .text(Hash.text(bytes)) }

    /// The whole text, indented by two spaces, with a line feed at the end.
    var rendered: String {
        var written = ""
        write(to: &written, indent: "")
        return written + "\n"
    }

    private func write(to written: inout String, indent: String) {
        let short = line(limit: Self.lineLength - indent.utf8.count)
        if let short {
            written += short
            return
        }
        let inner = indent + "  "
        switch self {
        case .list(let values):
            written += "["
            for (index, value) in values.enumerated() {
                written += index == 0 ? "\n\(inner)" : ",\n\(inner)"
                value.write(to: &written, indent: inner)
            }
            written += "\n\(indent)]"
        case .object(let members):
            written += "{"
            for (index, member) in members.enumerated() {
                written += index == 0 ? "\n\(inner)" : ",\n\(inner)"
                Self.write(member.key, to: &written)
                written += ": "
                member.value.write(to: &written, indent: inner)
            }
            written += "\n\(indent)}"
        case .null, .flag, .integer, .counter, .real, .text:
            written += line(limit: .max) ?? ""
        }
    }

    /// The text on one line, or nothing when it has more than `limit` bytes.
    private func line(limit: Int) -> String? {
        var written = ""
        switch self {
        case .null: written = "null"
        case .flag(let flag): written = flag ? "true" : "false"
        case .integer(let integer): written = String(integer)
        case .counter(let counter): written = String(counter)
        case .real(let real): written = real.isFinite ? "\(real)" : real > 0 ? "\"Infinity\"" : "\"-Infinity\""
        case .text(let text): Self.write(text, to: &written)
        case .list(let values):
            written = "["
            for (index, value) in values.enumerated() {
                guard let next = value.line(limit: limit - written.utf8.count) else { return nil }
                written += index == 0 ? next : ", " + next
            }
            written += "]"
        case .object(let members):
            written = "{"
            for (index, member) in members.enumerated() {
                if index > 0 { written += ", " }
                Self.write(member.key, to: &written)
                guard let next = member.value.line(limit: limit - written.utf8.count - 2) else { return nil }
                written += ": " + next
            }
            written += "}"
        }
        return written.utf8.count <= limit ? written : nil
    }

    /// Writes a quoted text in which nothing is left that could move a cursor, end a line or turn the direction of
    /// writing.
    private static func write(_ text: String, to written: inout String) {
        written += "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: written += "\\\""
            case 0x5C: written += "\\\\"
            case 0x0A: written += "\\n"
            case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
                let digits = String(scalar.value, radix: 16)
                written += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: written.unicodeScalars.append(scalar)
            }
        }
        written += "\""
    }
}
