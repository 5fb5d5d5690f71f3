/// Facts, one a line: a word, and behind it what is so. What is said stands in one column, whatever the words' length
/// is in a language.
package struct Facts {
    private var lines: [(word: String, text: String)] = []
    /// Characters of the column of words, at least.
    private let least: Int

    package init(least: Int = 11) {
        self.least = least
    }

    package mutating func add(_ word: String, _ text: String) {
        lines.append((word, text))
    }

    /// One more line about the fact before.
    package mutating func more(_ text: String) {
        lines.append(("", text))
    }

    /// A line of its own.
    package mutating func sentence(_ text: String) {
        lines.append((text, ""))
    }

    package var text: String {
        let width = lines.reduce(least) { $1.text.isEmpty ? $0 : max($0, $1.word.count + 1) }
        return lines.map { word, text in
            text.isEmpty ? word : word + String(repeating: " ", count: width - word.count) + text
        }.joined(separator: "\n")
    }
}
