import ReplicaStore

/// A text with the words that were searched in brackets, cut around the first of them.
enum MatchText {
    /// Characters that are shown before the first match.
    private static let before = 30
    private static let length = 160

    /// Nothing when none of the words is in it. Safe to print.
    static func marked(_ text: String, _ words: [String]) -> String? {
        var parts: [(text: String, isMatch: Bool)] = []
        var rest = text[...]
        while !rest.isEmpty {
            let isWord = rest.first.map { $0.isLetter || $0.isNumber } ?? false
            let run = rest.prefix { ($0.isLetter || $0.isNumber) == isWord }
            let folded = isWord ? RowQuery.folded(String(run)) : ""
            parts.append((String(run), isWord && words.contains { folded.hasPrefix($0) }))
            rest = rest.dropFirst(run.count)
        }
        guard let first = parts.firstIndex(where: \.isMatch) else { return nil }
        var start = first
        var room = before
        while start > 0, parts[start - 1].text.count <= room {
            start -= 1
            room -= parts[start].text.count
        }
        var marked = start > 0 ? "…" : ""
        for (index, part) in parts[start...].enumerated() {
            guard index <= first - start || marked.count + part.text.count <= length else { return marked + "…" }
            let safe = SafeText.line(part.text)
            marked += part.isMatch ? "[\(safe)]" : safe
        }
        return marked
    }
}
