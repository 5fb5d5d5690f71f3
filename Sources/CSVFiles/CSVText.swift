package import SyncCore

/// CSV as RFC 4180 has it, with what Italian spreadsheets expect: UTF-8 with a byte-order mark, `;` between cells, CRLF
/// after each line.
///
/// Data stay exact: integers as they are (cents, not euros), text untouched (a line break inside a cell stays, a text
/// that begins with `=` too), so that what is read back is what was there. NULL is an empty cell, an empty text is
/// `""`; a BLOB is hexadecimal.
package enum CSVText {
    package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    package static func appendLine(_ values: [Value], to bytes: inout [UInt8]) {
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(semicolon) }
            append(value, to: &bytes)
        }
        bytes.append(contentsOf: [carriageReturn, lineFeed])
    }

    private static let quote = UInt8(ascii: "\"")
    private static let semicolon = UInt8(ascii: ";")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")

    private static func append(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .null: break
        case .integer(let integer): bytes.append(contentsOf: String(integer).utf8)
        case .real(let real): bytes.append(contentsOf: String(real).utf8)
        case .text(let text): append(text: text, to: &bytes)
        case .blob(let blob):
            let digits = Array("0123456789abcdef".utf8)
            for byte in blob { bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]]) }
        }
    }

    private static func append(text: [UInt8], to bytes: inout [UInt8]) {
        let needsQuotes =
            text.isEmpty
            || text.contains { $0 == quote || $0 == semicolon || $0 == carriageReturn || $0 == lineFeed }
        guard needsQuotes else {
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(quote)
        for byte in text {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
