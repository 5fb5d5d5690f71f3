import ConflictDesk

/// Texts in which what differs stands in brackets, in colour too where the terminal has it.
///
/// While a table is laid out a mark is one private character, as wide as a bracket; `finished` puts the brackets in
/// their place. The same characters in data are made visible first, so that no data is taken for a mark.
enum Marked {
    private static let open: Unicode.Scalar = "\u{E000}"
    private static let close: Unicode.Scalar = "\u{E001}"

    /// Both texts, safe to print, with marks. Each word that differs has its own, so that a line may break between.
    static func between(_ left: String, _ right: String) -> (left: String, right: String) {
        let both = TextDifference.between(left, right)
        return (text(both.left), text(both.right))
    }

    private static func text(_ pieces: [TextDifference.Piece]) -> String {
        pieces.map { $0.differs ? marked($0.text) : plain(shortened($0.text)) }.joined()
    }

    private static func marked(_ text: String) -> String {
        guard text.contains(where: { !$0.isWhitespace }) else {
            return "\(open)\(plain(text.replacing("\n", with: "⏎")))\(close)\(text.contains("\n") ? "\n" : "")"
        }
        var marked = ""
        var word = ""
        func end() {
            if !word.isEmpty { marked += "\(open)\(plain(word))\(close)" }
            word = ""
        }
        for character in text {
            if character.isWhitespace {
                end()
                marked += plain(String(character))
            } else {
                word.append(character)
            }
        }
        end()
        return marked
    }

    /// What both sides share is cut in its middle when it is long: the eye looks for what differs.
    private static func shortened(_ text: String) -> String {
        let kept = 80
        guard text.count > 4 * kept else { return text }
        return "\(text.prefix(kept)) […] \(text.suffix(kept))"
    }

    /// Data without marks, safe to print; line feeds stay.
    static func plain(_ text: String) -> String {
        let safe = SafeText.lines(text)
        guard safe.unicodeScalars.contains(where: { $0 == open || $0 == close }) else { return safe }
        return safe.unicodeScalars.map { scalar in
            scalar == open || scalar == close ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }.joined()
    }

    /// The lines with brackets where the marks are.
    static func finished(_ text: String, isColoured: Bool) -> String {
        var finished = ""
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            // In colour up to the bracket that closes it, when that stands in the same line.
            case open:
                let next = scalars[(index + 1)...].first { $0 == open || $0 == close || $0 == "\n" }
                finished += isColoured ? (next == close ? "\u{1B}[1;33m[" : "\u{1B}[1;33m[\u{1B}[0m") : "["
            case close: finished += isColoured ? "\u{1B}[1;33m]\u{1B}[0m" : "]"
            default: finished.unicodeScalars.append(scalar)
            }
        }
        return finished
    }
}
