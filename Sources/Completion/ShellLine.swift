/// A command line as a person types it, cut into words the way a shell does, as far as that can be told without
/// running it.
package struct ShellLine: Sendable, Equatable {
    /// The whole words, and last the one that is being typed, which may be empty. Without the quotes.
    package let words: [String]

    /// - Parameter line: up to the cursor.
    package init(_ line: String) {
        var words: [String] = []
        var word = ""
        var isOpen = false
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if let open = quote {
                if character == open {
                    quote = nil
                } else if character == "\\" && open == "\"" {
                    isEscaped = true
                } else {
                    word.append(character)
                }
            } else {
                switch character {
                case "\\": (isEscaped, isOpen) = (true, true)
                case "'", "\"": (quote, isOpen) = (character, true)
                case " ", "\t", "\n":
                    if isOpen || !word.isEmpty { words.append(word) }
                    (word, isOpen) = ("", false)
                case "|", ";", "&", "(":
                    // Another command begins here.
                    (words, word, isOpen) = ([], "", false)
                default: word.append(character)
                }
            }
        }
        self.words = words + [word]
    }
}
