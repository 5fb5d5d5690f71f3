import Foundation
package import GRDB
import GRDBSQLite

/// Text as people compare it by eye: without case and accents.
package enum FoldedText {
    package static func of(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }

    /// The same of UTF-8. ASCII and the letters of western Europe, most of what there is, go without Foundation.
    package static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case 0x41...0x5A: folded.append(byte + 0x20)
            case 0..<0x80: folded.append(byte)
            case 0xC2...0xC5 where place < bytes.count && bytes[place] & 0xC0 == 0x80:
                folded += latin[Int(byte - 0xC2) << 6 | Int(bytes[place] & 0x3F)]
                place += 1
            default: return Array(of(String(decoding: bytes, as: UTF8.self)).utf8)
            }
        }
        return folded
    }

    /// What U+0080 to U+017F become. None of them depends on what stands beside it.
    private static let latin: [[UInt8]] = (0x80...0x17F).map { code in
        Unicode.Scalar(code).map { Array(of(String($0)).utf8) } ?? []
    }

    /// Whether `text` holds `needle`.
    static func contains(_ text: [UInt8], _ needle: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = needle.first else { return true }
        guard text.count >= needle.count else { return false }
        return text.withUnsafeBufferPointer { text in
            for start in 0...(text.count - needle.count) where text[start] == first {
                var at = 1
                while at < needle.count, text[start + at] == needle[at] { at += 1 }
                if at == needle.count { return true }
            }
            return false
        }
    }
}

extension Database {
    /// Adds two functions for statements that read: `zona_fold(text)`, and `zona_has(folded needle, text, …)`, 1 where
    /// one of the texts holds it. No trigger may use them: other programs write into the file, too.
    package func addFoldingFunctions() {
        guard let connection = sqliteConnection else { return }
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC
        sqlite3_create_function_v2(
            connection, "zona_fold", 1, flags, nil,
            { context, _, arguments in
                guard let value = arguments?[0], sqlite3_value_type(value) != SQLITE_NULL else {
                    return sqlite3_result_null(context)
                }
                // SQLite copies the bytes before the call returns.
                let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                let folded = FoldedText.of(textBytes(value))
                folded.withUnsafeBytes { bytes in
                    let start = bytes.bindMemory(to: CChar.self).baseAddress
                    sqlite3_result_text(context, start, start == nil ? 0 : Int32(bytes.count), transient)
                }
            }, nil, nil, nil)
        sqlite3_create_function_v2(
            connection, "zona_has", -1, flags, nil,
            { context, count, arguments in
                guard let arguments, count > 0, let needle = arguments[0] else {
                    return sqlite3_result_int(context, 0)
                }
                for index in 1..<max(1, Int(count)) {
                    guard let value = arguments[index], sqlite3_value_type(value) != SQLITE_NULL else { continue }
                    if FoldedText.contains(FoldedText.of(textBytes(value)), textBytes(needle)) {
                        return sqlite3_result_int(context, 1)
                    }
                }
                sqlite3_result_int(context, 0)
            }, nil, nil, nil)
    }
}

/// The value as text, good until the function returns.
private func textBytes(_ value: OpaquePointer) -> UnsafeBufferPointer<UInt8> {
    let start = sqlite3_value_text(value)
    return UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(value)))
}
