import CSVFiles
import SyncCore
import Texts

/// A fault of a file, at its place.
package struct ImportFault: Sendable {
    /// The line of the file, from 1.
    package let line: Int
    /// The row as a spreadsheet counts it, from 1; nothing for what is found before rows are read.
    package let row: Int?
    /// The cell in its row, from 0; nothing when it is about the whole row.
    package let cell: Int?
    /// What stands above the cell.
    package let title: String?
    /// The character of the line, from 1, where bytes are wrong and not a value.
    package let character: Int?
    package let fault: Fault

    package init(
        line: Int, row: Int?, cell: Int? = nil, title: String? = nil, character: Int? = nil, _ fault: Fault
    ) {
        self.line = line
        self.row = row
        self.cell = cell
        self.title = title
        self.character = character
        self.fault = fault
    }

    init(_ broken: CSVFault, row: Int?, title: String? = nil) {
        let kind: Fault.Kind = if case .cellTooLarge = broken.kind { .tooLarge } else { .syntax }
        self.init(
            line: broken.line, row: row, cell: broken.cell, title: title, character: broken.column,
            Fault(kind, nil, Self.message(broken.kind)))
    }

    /// The cell's column as spreadsheets call it: A to Z, AA and so on.
    package var letters: String? {
        guard var rest = cell.map({ $0 + 1 }) else { return nil }
        var letters = ""
        while rest > 0 {
            rest -= 1
            letters = String(UnicodeScalar(UInt8(0x41 + rest % 26))) + letters
            rest /= 26
        }
        return letters
    }

    private static func message(_ kind: CSVFault.Kind) -> String {
        switch kind {
        case .workbook:
            localized("this is the workbook of a spreadsheet program: open it there and save it as CSV UTF-8")
        case .unknownByte(let byte):
            localized("the byte \(hexadecimal(byte)) is no character of Windows-1252: save the file as CSV UTF-8")
        case .brokenUTF8(let byte):
            localized(
                """
                the byte \(hexadecimal(byte)) is no character here, the file is damaged: save it anew as CSV UTF-8, \
                from the program in which it still looks right
                """)
        case .brokenUTF16: localized("half a character of UTF-16, the file is damaged: save it anew as CSV UTF-8")
        case .nulByte: localized("there is a NUL byte in the cell: write its text anew")
        case .quoteNotClosed: localized("the quote that begins here is never closed: close it, or take it away")
        case .textAfterQuote(let line, let column):
            localized(
                """
                the cell goes on behind its closing quote, and began at line \(line), character \(column): double the \
                quotes inside it, and close it where it ends
                """)
        case .strayQuote:
            localized(
                "a quote inside the cell: put the whole cell into quotes, and double those inside, \"\" for each")
        case .cellTooLarge(let bytes):
            localized("the cell has \(bytes) bytes, 1 MB is allowed: shorten it")
        case .tooManyCells(let count, let expected):
            localized(
                """
                the row has \(count) cells or more, the titles are \(expected): put a cell that holds a separator into \
                quotes, or delete the cells that are too many
                """)
        case .cutOff(let count, let expected):
            localized("the file ends within a row, after \(count) cells of \(expected): fetch or save it anew")
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
