/// Text from data made safe to print: what could drive a terminal or reorder a line becomes a visible escape.
enum VisibleText {
    static func line(_ text: String) -> String {
        text.unicodeScalars.map { isDangerous($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }

    /// A JSON document in which such characters, which stand inside its strings only, are escaped as JSON escapes them.
    static func json(_ document: String) -> String {
        document.unicodeScalars.map { scalar in
            guard scalar != "\n", isDangerous(scalar) else { return String(scalar) }
            return String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        }.joined()
    }

    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
