/// Text from data made safe to print: whatever could drive a terminal or reorder a line becomes a visible escape.
enum SafeText {
    /// Controls (C0, C1, DEL), format characters (direction marks, zero widths) and the line separators of Unicode.
    static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    /// One line: line breaks are escaped, too.
    static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isDangerous) else { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            guard isDangerous(scalar) else {
                safe.unicodeScalars.append(scalar)
                continue
            }
            switch scalar {
            case "\n": safe += "\\n"
            case "\r": safe += "\\r"
            case "\t": safe += "\\t"
            default: safe += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return safe
    }

    /// Several lines: line feeds stay, each line is safe.
    static func lines(_ text: String) -> String {
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line(String($0)) }.joined(separator: "\n")
    }

    /// At most `limit` characters, with an ellipsis where something is cut.
    static func cut(_ text: String, to limit: Int) -> String {
        text.count <= limit ? text : String(text.prefix(max(limit - 1, 0))) + "…"
    }
}
