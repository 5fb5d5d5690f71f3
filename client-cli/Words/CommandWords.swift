/// `[TABLE] ID col=value …`: the words of a command split where the assignments begin.
enum CommandWords {
    static func split(_ words: [String]) -> (record: [String], assignments: [String]) {
        let first = words.firstIndex { Assignment($0) != nil } ?? words.endIndex
        return (Array(words[..<first]), Array(words[first...]))
    }
}
