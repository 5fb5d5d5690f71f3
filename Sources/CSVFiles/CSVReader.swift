import SyncCore

/// One cell of a row: where its text stands in the file.
package struct CSVCell: Sendable, Equatable {
    /// Without the quotes around it; of a cell with a fault what can be told apart of it, quotes and all.
    let range: Range<Int>
    /// `""` is an empty text, an empty cell is no value: `CSVText` writes them so.
    package let isQuoted: Bool
    /// Whether quotes are doubled in it.
    let isEscaped: Bool

    package var isEmpty: Bool { range.isEmpty && !isQuoted }
}

/// One row, which may stand on several lines.
package struct CSVRow: Sendable {
    /// The first of its lines, from 1.
    package let line: Int
    /// The row as a spreadsheet counts it, from 1: blank ones count, line breaks inside cells do not.
    package let number: Int
    /// As many as there are titles, or fewer: a spreadsheet leaves out empty cells at the end.
    package internal(set) var cells: [CSVCell] = []
    package internal(set) var faults: [CSVFault] = []

    var isBlank: Bool { faults.isEmpty && cells.allSatisfy(\.isEmpty) }
}

/// Reads CSV as RFC 4180 has it, and as Italian offices make it: any line ends; `;`, tab or comma between cells; the
/// `sep=` line of Excel; lines that are left blank.
///
/// Rows come one by one, cells as places in the file: nothing is copied that nobody asks for. What follows a row with a
/// fault is read all the same, so that all faults can be mended at once.
package struct CSVReader: Sendable {
    package let encoding: CSVEncoding
    package let separator: UInt8
    /// What is wrong with the file before it is read as rows.
    package let faults: [CSVFault]

    private let text: [UInt8]
    private let cellBytesMaximum: Int
    private var place = 0
    private var line = 1
    private var lineStart = 0
    private var rowsRead = 0
    /// The last place whose column was asked for, and its column: through a line with many faults is counted once.
    private var counted = (place: 0, column: 1)
    private var titles: Int?

    /// Titles beyond these are a fault: no table has so many columns.
    private static let titlesMaximum = 1_000
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// - Parameter file: the bytes as they lie on disk.
    package init(_ file: [UInt8], cellBytesMaximum: Int = Limits.changeBytes) {
        (text, encoding, faults) = CSVEncoding.text(of: file)
        self.cellBytesMaximum = cellBytesMaximum
        let named = Self.namedSeparator(text)
        separator = named ?? Self.separator(ofTitlesIn: text)
        guard named != nil else { return }
        place = Self.namedSeparatorBytes
        if place < text.count { endLine() }
    }

    /// The text of a cell.
    package func bytes(of cell: CSVCell) -> [UInt8] {
        guard cell.isEscaped else { return Array(text[cell.range]) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(cell.range.count)
        var place = cell.range.lowerBound
        while place < cell.range.upperBound {
            bytes.append(text[place])
            place += text[place] == Self.quote ? 2 : 1
        }
        return bytes
    }

    /// The next row that is not blank; nothing at the end. The first is that of the titles, which say how many cells a
    /// row has.
    package mutating func next() -> CSVRow? {
        while place < text.count {
            var row = readRow()
            if row.isBlank { continue }
            if titles == nil {
                let filled = row.cells.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? row.cells.count
                row.cells.removeSubrange(filled...)
                titles = filled
            }
            return row
        }
        return nil
    }

    private mutating func readRow() -> CSVRow {
        rowsRead += 1
        var row = CSVRow(line: line, number: rowsRead)
        let maximum = titles ?? Self.titlesMaximum
        var surplus: CSVFault?
        var count = 0
        var end: CellEnd
        repeat {
            let start = (place: place, line: line, lineStart: lineStart)
            let (cell, fault) = readCell(count)
            if let fault { row.faults.append(fault) }
            if count < maximum {
                row.cells.append(cell)
            } else if !cell.isEmpty, fault == nil, surplus == nil {
                surplus = CSVFault(
                    .tooManyCells(count + 1, expected: maximum), line: start.line,
                    column: column(start.place, from: start.lineStart), cell: count)
            }
            count += 1
            end = endCell()
        } while end == .separator
        if let surplus { row.faults.append(surplus) }
        if let titles, end == .file, count < titles, row.faults.isEmpty, !row.isBlank {
            row.faults.append(
                CSVFault(.cutOff(count, expected: titles), line: line, column: column(text.count), cell: count - 1))
        }
        return row
    }

    // MARK: Cells

    private enum CellEnd { case separator, line, file }

    private mutating func endCell() -> CellEnd {
        guard place < text.count else { return .file }
        guard text[place] == separator else {
            endLine()
            return .line
        }
        place += 1
        return .separator
    }

    /// Reads to the separator or line end behind the cell.
    private mutating func readCell(_ index: Int) -> (CSVCell, CSVFault?) {
        guard place < text.count, text[place] == Self.quote else { return readPlain(index) }
        return readQuoted(index)
    }

    private mutating func readPlain(_ index: Int) -> (CSVCell, CSVFault?) {
        let start = place
        var bad: Int?
        while place < text.count, !endsCell(text[place]) {
            if text[place] == Self.quote || text[place] == 0, bad == nil { bad = place }
            place += 1
        }
        if let bad { return (.faulty(start..<place), fault(text[bad] == 0 ? .nulByte : .strayQuote, bad, index)) }
        guard place - start <= cellBytesMaximum else {
            return (.faulty(start..<place), fault(.cellTooLarge(bytes: place - start), start, index))
        }
        return (CSVCell(range: start..<place, isQuoted: false, isEscaped: false), nil)
    }

    private mutating func readQuoted(_ index: Int) -> (CSVCell, CSVFault?) {
        let opened = (place: place, line: line, lineStart: lineStart)
        var isEscaped = false
        var bad: CSVFault?
        place += 1
        while place < text.count {
            switch text[place] {
            case Self.quote where place + 1 < text.count && text[place + 1] == Self.quote:
                isEscaped = true
                place += 2
            case Self.quote:
                let range = opened.place + 1..<place
                place += 1
                let behind = behindQuote(opened, index)
                bad = bad ?? behind
                if bad == nil, range.count > cellBytesMaximum {
                    bad = CSVFault(
                        .cellTooLarge(bytes: range.count), line: opened.line,
                        column: column(opened.place, from: opened.lineStart), cell: index)
                }
                return bad.map { (.faulty(behind == nil ? range : opened.place..<place), $0) }
                    ?? (CSVCell(range: range, isQuoted: true, isEscaped: isEscaped), nil)
            case Self.lineFeed, Self.carriageReturn: endLine()
            case 0:
                if bad == nil { bad = fault(.nulByte, place, index) }
                place += 1
            default: place += 1
            }
        }
        // Back to the line of the quote: what follows is read as if it had been closed there. That happens once at
        // most: behind such a quote all others stand in pairs, and a cell that begins with a pair is closed.
        (place, line, lineStart) = opened
        let fault = fault(.quoteNotClosed, place, index)
        while place < text.count, text[place] != Self.lineFeed, text[place] != Self.carriageReturn { place += 1 }
        return (.faulty(opened.place..<place), fault)
    }

    /// What is wrong behind a closing quote, if the cell goes on; passes over that.
    private mutating func behindQuote(
        _ opened: (place: Int, line: Int, lineStart: Int), _ index: Int
    ) -> CSVFault? {
        guard place < text.count, !endsCell(text[place]) else { return nil }
        let openedColumn = column(opened.place, from: opened.lineStart)
        let found = fault(.textAfterQuote(openedLine: opened.line, openedColumn: openedColumn), place, index)
        while place < text.count, !endsCell(text[place]) { place += 1 }
        return found
    }

    private func endsCell(_ byte: UInt8) -> Bool {
        byte == separator || byte == Self.lineFeed || byte == Self.carriageReturn
    }

    // MARK: Lines and columns

    /// Passes over a line end: CR, LF, or both.
    private mutating func endLine() {
        let isReturn = text[place] == Self.carriageReturn
        place += 1
        if isReturn, place < text.count, text[place] == Self.lineFeed { place += 1 }
        line += 1
        lineStart = place
    }

    private mutating func fault(_ kind: CSVFault.Kind, _ place: Int, _ index: Int) -> CSVFault {
        CSVFault(kind, line: line, column: column(place), cell: index)
    }

    /// The column of a place in this line.
    private mutating func column(_ place: Int) -> Int {
        if counted.place < lineStart || counted.place > place { counted = (lineStart, 1) }
        counted = (place, counted.column + UTF8Text.scalars(text[counted.place..<place]))
        return counted.column
    }

    /// The column of a place in this line or one before it.
    private mutating func column(_ place: Int, from start: Int) -> Int {
        start == lineStart ? column(place) : 1 + UTF8Text.scalars(text[start..<place])
    }

    // MARK: The separator

    private static let namedSeparatorBytes = 5

    /// That of a first line `sep=;`.
    private static func namedSeparator(_ text: [UInt8]) -> UInt8? {
        guard text.count >= namedSeparatorBytes, text[..<3].map({ $0 | 0x20 }) == Array("sep".utf8),
            text[3] == UInt8(ascii: "="), text.count == namedSeparatorBytes || isLineEnd(text[namedSeparatorBytes])
        else { return nil }
        let named = text[4]
        return named == quote || isLineEnd(named) || named >= 0x80 || named == 0 ? nil : named
    }

    /// `;` if the titles have one outside quotes, else tab, else comma.
    private static func separator(ofTitlesIn text: [UInt8]) -> UInt8 {
        var isInQuotes = false
        var hasTab = false
        var hasComma = false
        for byte in text.drop(while: isLineEnd) {
            switch byte {
            case quote: isInQuotes.toggle()
            case _ where isInQuotes: continue
            case UInt8(ascii: ";"): return byte
            case UInt8(ascii: "\t"): hasTab = true
            case UInt8(ascii: ","): hasComma = true
            case lineFeed, carriageReturn: return found(hasTab, hasComma)
            default: continue
            }
        }
        return found(hasTab, hasComma)
    }

    private static func found(_ hasTab: Bool, _ hasComma: Bool) -> UInt8 {
        hasTab ? UInt8(ascii: "\t") : hasComma ? UInt8(ascii: ",") : UInt8(ascii: ";")
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }
}

extension CSVCell {
    /// Never empty: there is something that could not be read.
    static func faulty(_ range: Range<Int>) -> CSVCell { CSVCell(range: range, isQuoted: true, isEscaped: false) }
}
