/// A plain table with aligned columns that fits a width: cells are cut, or wrapped into several lines.
struct TextTable {
    enum Overflow { case cuts, wraps }

    struct Column {
        let title: String
        let isRight: Bool

        init(_ title: String, isRight: Bool = false) {
            self.title = title
            self.isRight = isRight
        }
    }

    private static let gap = 2
    private static let narrowest = 8

    private let columns: [Column]
    private let overflow: Overflow
    private var rows: [[String]] = []

    init(_ columns: [Column], overflow: Overflow = .cuts) {
        self.columns = columns
        self.overflow = overflow
    }

    /// Adds a row of safe texts, one a column. A line feed in a cell begins a new line where cells are wrapped.
    mutating func append(_ cells: [String]) {
        rows.append(cells)
    }

    /// The lines of the table. Columns for which there is no room are left out, and a last line says which.
    func text(width: Int) -> String {
        var widths = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, Self.width(of: $1[column])) }
        }
        var shown = columns.count
        func total() -> Int { widths[..<shown].reduce(0, +) + Self.gap * (shown - 1) }
        while total() > width {
            let widest = widths[..<shown].indices.max { widths[$0] < widths[$1] } ?? 0
            if widths[widest] > Self.narrowest {
                widths[widest] = max(Self.narrowest, widths[widest] - (total() - width))
                evenOut(&widths, shown: shown, width: width)
            } else if shown > 1 {
                shown -= 1
            } else {
                break
            }
        }
        var lines = [line(columns.map(\.title), widths, shown)]
        lines.append((0..<shown).map { String(repeating: "-", count: widths[$0]) }.joined(separator: "  "))
        for row in rows { lines += wrapped(row, widths, shown) }
        if shown < columns.count {
            let names = columns[shown...].map(\.title).joined(separator: ", ")
            lines.append("(no room for \(names): choose with --columns, or use --json)")
        }
        return lines.joined(separator: "\n")
    }

    /// Where one wide column gave everything, others that are wide as well share the burden.
    private func evenOut(_ widths: inout [Int], shown: Int, width: Int) {
        let natural = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, Self.width(of: $1[column])) }
        }
        while true {
            guard let narrow = (0..<shown).filter({ widths[$0] < natural[$0] }).min(by: { widths[$0] < widths[$1] }),
                let wide = (0..<shown).max(by: { widths[$0] < widths[$1] }), widths[wide] > widths[narrow] + 1
            else { return }
            widths[wide] -= 1
            widths[narrow] += 1
        }
    }

    private func line(_ cells: [String], _ widths: [Int], _ shown: Int) -> String {
        let padded = (0..<shown).map { column in
            let cell = SafeText.cut(cells[column], to: widths[column])
            let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
            return columns[column].isRight ? space + cell : cell + space
        }
        var text = padded.joined(separator: "  ")
        while text.last == " " { text.removeLast() }
        return text
    }

    private func wrapped(_ row: [String], _ widths: [Int], _ shown: Int) -> [String] {
        guard overflow == .wraps else { return [line(row, widths, shown)] }
        let cells = (0..<shown).map { Self.wrap(row[$0], width: widths[$0]) }
        let height = cells.reduce(1) { max($0, $1.count) }
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
