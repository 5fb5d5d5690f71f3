/// Two texts cut into what they share and what differs, so that both can be shown with the difference marked.
///
/// Letters are compared by their bytes: the two ways in which Unicode writes an accented letter differ here, as they do
/// for the sync.
package enum TextDifference {
    package struct Piece: Equatable, Sendable {
        package let text: String
        package let differs: Bool

        package init(_ text: String, differs: Bool) {
            self.text = text
            self.differs = differs
        }
    }

    /// Up to so many characters that differ are compared one by one, above it word by word.
    static let letterLimit = 400
    /// Above so many words the whole stretch between the common beginning and end counts as different.
    static let wordLimit = 2_000
    /// So few equal characters between two differences are marked with them: single letters that happen to be the same
    /// help nobody.
    private static let island = 2

    /// The pieces of both texts, in order; neighbours never agree in `differs`.
    package static func between(_ left: String, _ right: String) -> (left: [Piece], right: [Piece]) {
        let (first, second) = (left.map(Letter.init), right.map(Letter.init))
        let shorter = min(first.count, second.count)
        var start = 0
        while start < shorter, first[start] == second[start] { start += 1 }
        var end = 0
        while end < shorter - start, first[first.count - 1 - end] == second[second.count - 1 - end] { end += 1 }
        let middle = (Array(first[start..<first.count - end]), Array(second[start..<second.count - end]))
        let marks = marks(middle.0, middle.1)
        func pieces(_ letters: [Letter], _ marked: [Bool]) -> [Piece] {
            let none = { (count: Int) in [Bool](repeating: false, count: count) }
            return joined(letters, none(start) + marked + none(end))
        }
        return (pieces(first, marks.left), pieces(second, marks.right))
    }

    /// For each letter of two stretches whether it is only there.
    private static func marks(_ left: [Letter], _ right: [Letter]) -> (left: [Bool], right: [Bool]) {
        if left.count <= letterLimit && right.count <= letterLimit {
            let found = compared(left, right)
            return (withoutIslands(found.left), withoutIslands(found.right))
        }
        let words = (words(left), words(right))
        guard words.0.count <= wordLimit && words.1.count <= wordLimit else {
            return ([Bool](repeating: true, count: left.count), [Bool](repeating: true, count: right.count))
        }
        let found = compared(words.0, words.1)
        func spread(_ words: [[Letter]], _ marked: [Bool]) -> [Bool] {
            zip(words, marked).flatMap { word, isMarked in [Bool](repeating: isMarked, count: word.count) }
        }
        return (spread(words.0, found.left), spread(words.1, found.right))
    }

    private static func compared<Part: Equatable>(_ left: [Part], _ right: [Part]) -> (left: [Bool], right: [Bool]) {
        var marks = ([Bool](repeating: false, count: left.count), [Bool](repeating: false, count: right.count))
        for change in right.difference(from: left) {
            switch change {
            case .remove(let offset, _, _): marks.0[offset] = true
            case .insert(let offset, _, _): marks.1[offset] = true
            }
        }
        return marks
    }

    private static func withoutIslands(_ marks: [Bool]) -> [Bool] {
        var marks = marks
        var last: Int?
        for index in marks.indices where marks[index] {
            if let last, index - last - 1 <= island { for between in last..<index { marks[between] = true } }
            last = index
        }
        return marks
    }

    /// Runs of letters and digits, and every other character by itself.
    private static func words(_ letters: [Letter]) -> [[Letter]] {
        var words: [[Letter]] = []
        var isInside = false
        for letter in letters {
            let isPart = letter.character.isLetter || letter.character.isNumber
            if isPart && isInside { words[words.count - 1].append(letter) } else { words.append([letter]) }
            isInside = isPart
        }
        return words
    }

    private static func joined(_ letters: [Letter], _ marks: [Bool]) -> [Piece] {
        var pieces: [Piece] = []
        var start = 0
        for index in marks.indices where index + 1 == marks.count || marks[index + 1] != marks[index] {
            let text = String(letters[start...index].map(\.character))
            pieces.append(Piece(text, differs: marks[index]))
            start = index + 1
        }
        return pieces
    }

    private struct Letter: Equatable {
        let character: Character

        static func == (left: Letter, right: Letter) -> Bool {
            left.character.utf8.elementsEqual(right.character.utf8)
        }
    }
}
