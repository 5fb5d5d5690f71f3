import Foundation
import SyncCore
import Texts

/// `col=value`, `col:null` or `col@FILE`, as typed.
struct Assignment {
    enum Source {
        case text(String)
        case null
        case file(String)
    }

    let column: String
    let source: Source

    /// Nothing when the word is not an assignment.
    init?(_ word: String) {
        let name = word.utf8.prefix { byte in
            byte >= 0x61 && byte <= 0x7A || byte >= 0x41 && byte <= 0x5A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F
        }
        guard !name.isEmpty, name.endIndex < word.utf8.endIndex else { return nil }
        let rest = String(word[word.utf8.index(after: name.endIndex)...])
        switch word.utf8[name.endIndex] {
        case UInt8(ascii: "="): source = .text(rest)
        case UInt8(ascii: "@") where !rest.isEmpty: source = .file(rest)
        case UInt8(ascii: ":") where rest == "null": source = .null
        default: return nil
        }
        column = String(word[..<name.endIndex])
    }

    /// The text of a file, UTF-8, as it is.
    static func text(of path: String) throws -> String {
        let handle = FileHandle(forReadingAtPath: path)
        guard let handle, let data = try? handle.read(upToCount: Limits.changeBytes + 1) ?? Data() else {
            throw CommandFailure(.badValue, "bad-value", localized("the file \(path) cannot be read: check its name"))
        }
        guard data.count <= Limits.changeBytes else {
            throw CommandFailure(.badValue, "too-large", localized("the file \(path) is over 1 MB: shorten it"))
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw CommandFailure(.badValue, "bad-value", localized("the file \(path) is not text in UTF-8: convert it"))
        }
        return text
    }
}
