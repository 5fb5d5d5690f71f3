import Texts

/// A plain table with aligned columns that fits a width: cells are cut, or wrapped into several lines.
struct TextTable {
    enum Overflow { case cuts, wraps }

    struct Column {
        let title: String
        let isRight: Bool
        /// Never cut and never left out: an id that is cut names nothing.
        let isWhole: Bool

        init(_ title: String, isRight: Bool = false, isWhole: Bool = false) {
            self.title = title
            self.isRight = isRight
            self.isWhole = isWhole
        }
    }

    /// Characters between two columns.
    private static let gap = 2
    /// No column is cut below so many characters: a date has ten.
    private static let narrowest = 10

    private let columns: [Column]
    private let overflow: Overflow
    private var rows: [[String]] = []
    /// Where a table is printed in parts, the layout of its first one.
    private var layout: (widths: [Int], shown: [Int])?

    init(_ columns: [Column], overflow: Overflow = .cuts) {
        self.columns = columns
        self.overflow = overflow
    }

    /// Adds a row of safe texts, one a column. A line feed in a cell begins a new line where cells are wrapped.
    mutating func append(_ cells: [String]) {
        rows.append(cells)
    }

    /// The lines of the table. Columns for which there is no room are left out, the empty ones first, and a last line
    /// says which.
    func text(width: Int) -> String {
        var table = self
        return (table.part(width: width) + table.note).joined(separator: "\n")
    }

    /// The lines of the rows that were appended since the last part, which are let go: so a table of any length is
    /// printed. The first part lays the table out and has its head.
    mutating func part(width: Int) -> [String] {
        let isFirst = layout == nil
        let (widths, shown) = layout ?? laidOut(width: width)
        layout = (widths, shown)
        var lines: [String] = []
        if isFirst {
            lines.append(line(columns.map(\.title), widths, shown))
            lines.append(shown.map { String(repeating: "-", count: widths[$0]) }.joined(separator: "  "))
        }
        for row in rows { lines += wrapped(row, widths, shown) }
        rows.removeAll(keepingCapacity: true)
        return lines
    }

    /// What is said below it: which columns had no room.
    var note: [String] {
        guard let shown = layout?.shown, shown.count < columns.count else { return [] }
        let names = columns.indices.filter { !shown.contains($0) }.map { columns[$0].title }
        return [
            localized("(no room for \(names.joined(separator: ", ")): choose with --columns, or use --json)")
        ]
    }

    private func laidOut(width: Int) -> (widths: [Int], shown: [Int]) {
        let natural = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, Self.width(of: $1[column])) }
        }
        var shown = Array(columns.indices)
        while let narrow = fitted(natural, shown, to: Self.narrowest), narrow > width, let last = leastWanted(shown) {
            shown.removeAll { $0 == last }
        }
        var cap = shown.reduce(0) { max($0, natural[$1]) }
        while cap > Self.narrowest, let total = fitted(natural, shown, to: cap), total > width { cap -= 1 }
        return (columns.indices.map { columns[$0].isWhole ? natural[$0] : min(natural[$0], cap) }, shown)
    }

    /// Characters of a line when no column is wider than `cap`; nothing without columns.
    private func fitted(_ natural: [Int], _ shown: [Int], to cap: Int) -> Int? {
        guard !shown.isEmpty else { return nil }
        return shown.reduce(Self.gap * (shown.count - 1)) {
            $0 + (columns[$1].isWhole ? natural[$1] : min(natural[$1], cap))
        }
    }

    /// The last column that holds nothing at all, else the last.
    private func leastWanted(_ shown: [Int]) -> Int? {
        let choice = shown.filter { !columns[$0].isWhole }
        return choice.last { column in rows.allSatisfy { $0[column].isEmpty || $0[column] == "-" } } ?? choice.last
    }

    private func line(_ cells: [String], _ widths: [Int], _ shown: [Int]) -> String {
        let padded = shown.map { column in
            let cell = SafeText.cut(cells[column], to: widths[column])
            let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
            return columns[column].isRight ? space + cell : cell + space
        }
        var text = padded.joined(separator: "  ")
        while text.last == " " { text.removeLast() }
        return text
    }

    private func wrapped(_ row: [String], _ widths: [Int], _ shown: [Int]) -> [String] {
        guard overflow == .wraps else { return [line(row, widths, shown)] }
        let cells = columns.indices.map { Self.wrap(row[$0], width: widths[$0]) }
        let height = shown.reduce(1) { max($0, cells[$1].count) }
        return (0..<height).map { index in
            line(cells.map { index < $0.count ? $0[index] : "" }, widths, shown)
        }
    }

    private static func width(of cell: String) -> Int {
        cell.split(separator: "\n", omittingEmptySubsequences: false).reduce(0) { max($0, $1.count) }
    }

    /// Breaks at spaces, within a word only where it is wider than the column.
    static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var current = ""
            for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
                var word = String(word)
                if !current.isEmpty, current.count + 1 + word.count > width {
                    lines.append(current)
                    current = ""
                }
                while word.count > width {
                    lines.append(String(word.prefix(width)))
                    word = String(word.dropFirst(width))
                }
                current = current.isEmpty ? word : current + " " + word
            }
            lines.append(current)
        }
        return lines
    }
}
