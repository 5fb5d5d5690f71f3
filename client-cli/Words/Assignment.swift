import Foundation
import SyncCore
import Texts

/// `col=value`, `col:null` or `col@FILE`, as typed. A column is called by its name, or by its label.
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
        guard let sign = word.utf8.firstIndex(where: { "=@:".utf8.contains($0) }) else { return nil }
        let name = String(word[..<sign]).trimmed
        let rest = String(word[word.utf8.index(after: sign)...])
        switch word.utf8[sign] {
        case _ where name.isEmpty: return nil
        case UInt8(ascii: "="): source = .text(rest)
        case UInt8(ascii: "@") where !rest.isEmpty && !name.contains(" "): source = .file(rest)
        case UInt8(ascii: ":") where rest == "null": source = .null
        default: return nil
        }
        column = name
    }
}
