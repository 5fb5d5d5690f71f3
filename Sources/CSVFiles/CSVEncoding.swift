/// How the characters of a CSV file are written.
package enum CSVEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case utf16 = "utf-16"
    case windows1252 = "windows-1252"

    /// Faults beyond these are counted as well, but not told one by one: such a file is not text.
    package static let faultsMaximum = 100

    /// A file's bytes as UTF-8 without a byte-order mark.
    ///
    /// A mark decides. Without one a file is UTF-8 if all of it is, else Windows-1252, which is what Italian
    /// spreadsheets write as plain "CSV". One that holds as many well-formed characters of UTF-8 as bytes that are none
    /// is a damaged UTF-8: read as Windows-1252 each `è` would become `Ã¨`, and nobody be told.
    ///
    /// - Returns: what cannot be read is a U+FFFD in the text and a fault, in the order of the file.
    package static func text(of file: [UInt8]) -> (text: [UInt8], encoding: CSVEncoding, faults: [CSVFault]) {
        if isWorkbook(file) { return ([], .utf8, [CSVFault(.workbook, line: 1, column: 1)]) }
        if file.starts(with: CSVText.byteOrderMark) { return utf8(Array(file.dropFirst(3))) }
        if file.starts(with: [0xFF, 0xFE]) { return UTF16Text.text(of: file, low: 0) }
        if file.starts(with: [0xFE, 0xFF]) { return UTF16Text.text(of: file, low: 1) }
        guard file.contains(where: { $0 >= 0x80 }) else { return (file, .utf8, []) }
        let (wellFormed, broken) = UTF8Text.count(file)
        return broken == 0 || wellFormed >= broken ? utf8(file) : Windows1252.text(of: file)
    }

    /// The files of spreadsheet programs: .xlsx and .ods are ZIP archives, .xls is an OLE file.
    private static func isWorkbook(_ file: [UInt8]) -> Bool {
        file.starts(with: [0x50, 0x4B, 0x03, 0x04]) || file.starts(with: [0xD0, 0xCF, 0x11, 0xE0])
    }

    private static func utf8(_ file: [UInt8]) -> (text: [UInt8], encoding: CSVEncoding, faults: [CSVFault]) {
        let (text, faults) = UTF8Text.mended(file)
        return (text, .utf8, faults)
    }
}

/// A text that is made character by character from another encoding, and where in it the faults are.
struct TextWriter {
    private(set) var text: [UInt8] = []
    private(set) var faults: [CSVFault] = []
    private var line = 1
    private var column = 1
    private var isAfterReturn = false

    init(capacity: Int) {
        text.reserveCapacity(capacity)
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        UTF8Text.append(scalar, to: &text)
        switch scalar.value {
        case 0x0A where isAfterReturn: break
        case 0x0A, 0x0D:
            line += 1
            column = 1
        default: column += 1
        }
        isAfterReturn = scalar.value == 0x0D
    }

    mutating func appendFault(_ kind: CSVFault.Kind) {
        if faults.count < CSVEncoding.faultsMaximum { faults.append(CSVFault(kind, line: line, column: column)) }
        append("\u{FFFD}")
    }
}

/// Windows-1252: Latin-1 with other characters from 80 to 9F, five of which stand for nothing.
enum Windows1252 {
    private static let upper: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    static func text(of file: [UInt8]) -> (text: [UInt8], encoding: CSVEncoding, faults: [CSVFault]) {
        var writer = TextWriter(capacity: file.count + file.count / 16)
        for byte in file {
            if let scalar = scalar(byte) { writer.append(scalar) } else { writer.appendFault(.unknownByte(byte)) }
        }
        return (writer.text, .windows1252, writer.faults)
    }

    private static func scalar(_ byte: UInt8) -> Unicode.Scalar? {
        guard byte >= 0x80, byte < 0xA0 else { return Unicode.Scalar(byte) }
        let value = upper[Int(byte) - 0x80]
        return value == 0 ? nil : Unicode.Scalar(value)
    }
}

/// UTF-16 with a byte-order mark, as spreadsheets write "Unicode text".
enum UTF16Text {
    /// - Parameter low: the place of the low byte in each pair.
    static func text(of file: [UInt8], low: Int) -> (text: [UInt8], encoding: CSVEncoding, faults: [CSVFault]) {
        var writer = TextWriter(capacity: file.count)
        func unit(_ place: Int) -> UInt16? {
            guard place + 1 < file.count else { return nil }
            return UInt16(file[place + 1 - low]) << 8 | UInt16(file[place + low])
        }
        var place = 2
        while let first = unit(place) {
            place += 2
            if let scalar = Unicode.Scalar(first) {
                writer.append(scalar)
            } else if first < 0xDC00, let second = unit(place), second & 0xFC00 == 0xDC00,
                let scalar = Unicode.Scalar(0x10000 + UInt32(first & 0x3FF) << 10 + UInt32(second & 0x3FF))
            {
                place += 2
                writer.append(scalar)
            } else {
                writer.appendFault(.brokenUTF16)
            }
        }
        if place < file.count { writer.appendFault(.brokenUTF16) }
        return (writer.text, .utf16, writer.faults)
    }
}
