/// What is wrong with the bytes of a CSV file, and where. The texts that people read are made by who shows it.
package struct CSVFault: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// Not CSV at all: a workbook of a spreadsheet program.
        case workbook
        /// A byte that stands for nothing in Windows-1252.
        case unknownByte(UInt8)
        /// A byte that does not belong there, in a file that is UTF-8.
        case brokenUTF8(UInt8)
        /// Half a character, in a file that is UTF-16.
        case brokenUTF16
        case nulByte
        /// The quote that opens a cell is the last of the file.
        case quoteNotClosed
        /// A cell goes on behind its closing quote; where it was opened. Often the opening quote is the wrong one.
        case textAfterQuote(openedLine: Int, openedColumn: Int)
        /// A quote inside a cell that does not begin with one.
        case strayQuote
        case cellTooLarge(bytes: Int)
        /// More cells than the titles, and not all of them empty.
        case tooManyCells(Int, expected: Int)
        /// Fewer cells than the titles in a last line that has no end: the file was cut off.
        case cutOff(Int, expected: Int)
    }

    package let kind: Kind
    /// The line of the file, from 1.
    package let line: Int
    /// The character of that line, from 1, counted as Unicode scalars.
    package let column: Int
    /// The cell of the row, from 0; nothing for what is found before rows are read.
    package let cell: Int?

    package init(_ kind: Kind, line: Int, column: Int, cell: Int? = nil) {
        self.kind = kind
        self.line = line
        self.column = column
        self.cell = cell
    }
}
