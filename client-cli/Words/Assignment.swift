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
}
