/// JSON whose keys stand in the order in which they are given, and whose integers are never rounded.
indirect enum JSONText {
    case null
    case flag(Bool)
    case number(Int128)
    case text(String)
    case list([JSONText])
    case object([(key: String, value: JSONText)])

    static func integer(_ integer: some BinaryInteger) -> JSONText { .number(Int128(integer)) }
    /// The number, or null.
    static func optional(_ number: Int128?) -> JSONText { number.map { .number($0) } ?? .null }
    /// The text, or null.
    static func optional(_ text: String?) -> JSONText { text.map { .text($0) } ?? .null }

    /// The whole text, indented by two spaces, with a line feed at the end.
    var rendered: String {
        var written = ""
        write(to: &written, indent: "")
        return written + "\n"
    }

    private func write(to written: inout String, indent: String) {
        switch self {
        case .null: written += "null"
        case .flag(let flag): written += flag ? "true" : "false"
        case .number(let number): written += String(number)
        case .text(let text): Self.write(text, to: &written)
        case .list(let values):
            Self.write(values, between: ("[", "]"), to: &written, indent: indent) { value, written, inner in
                value.write(to: &written, indent: inner)
            }
        case .object(let members):
            Self.write(members, between: ("{", "}"), to: &written, indent: indent) { member, written, inner in
                Self.write(member.key, to: &written)
                written += ": "
                member.value.write(to: &written, indent: inner)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], between marks: (String, String), to written: inout String, indent: String,
        _ one: (Element, inout String, String) -> Void
    ) {
        written += marks.0
        let inner = indent + "  "
        for (index, element) in elements.enumerated() {
            written += index == 0 ? "\n\(inner)" : ",\n\(inner)"
            one(element, &written, inner)
        }
        written += elements.isEmpty ? marks.1 : "\n\(indent)\(marks.1)"
    }

    private static func write(_ text: String, to written: inout String) {
        written += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": written += "\\\""
            case "\\": written += "\\\\"
            case "\n": written += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                written +=
                    "\\u" + String(repeating: "0", count: scalar.value < 0x10 ? 3 : 2) + String(scalar.value, radix: 16)
            default: written.unicodeScalars.append(scalar)
            }
        }
        written += "\""
    }
}
