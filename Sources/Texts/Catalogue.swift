/// The texts of a language, as translators keep them: PO files, the format of GNU gettext (its manual, section *The
/// Format of PO Files*). An entry has the English text, for two numbers where it counts, and the translations of these.
package struct Catalogue: Sendable {
    /// The translations of each English text: one, or one for each number.
    package private(set) var entries: [String: [String]] = [:]

    /// What is wrong with a PO file, and in which line.
    package struct Fault: Error, Equatable {
        package let line: Int
        package let what: String
    }

    package init() {}

    /// Reads one more file in.
    package mutating func read(_ bytes: [UInt8]) throws(Fault) {
        var entry = Entry()
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard let first = line.first, first != UInt8(ascii: "#"), first != UInt8(ascii: "\r") else {
                try add(&entry, at: number)
                continue
            }
            if first == Self.quote {
                guard entry.field != nil else { throw Fault(line: number, what: "a text that belongs to nothing") }
                entry.append(try Self.unquoted(line, at: number))
            } else {
                let word = line.prefix { $0 != UInt8(ascii: " ") }
                guard let field = Entry.Field(rawValue: String(decoding: word, as: UTF8.self)) else {
                    throw Fault(line: number, what: "an unknown word")
                }
                if field == .context || (field == .id && entry.field != .context) { try add(&entry, at: number) }
                entry.begin(field, try Self.unquoted(line.dropFirst(word.count + 1), at: number))
            }
        }
        try add(&entry, at: number)
    }

    func text(for key: String, plural: Bool) -> String? {
        guard let texts = entries[key], let text = plural ? texts.last : texts.first, !text.isEmpty else { return nil }
        return text
    }

    private mutating func add(_ entry: inout Entry, at line: Int) throws(Fault) {
        defer { entry = Entry() }
        // The entry without a text is the file's head.
        guard let id = entry.texts[.id], !id.isEmpty else { return }
        guard let one = entry.texts[.text] ?? entry.texts[.one] else {
            throw Fault(line: line, what: "an entry without a translation")
        }
        let key = entry.texts[.context].map { "\($0)\u{4}\(id)" } ?? id
        let texts = entry.texts[.other].map { [one, $0] } ?? [one]
        guard (entry.texts[.idPlural] == nil) == (texts.count == 1) else {
            throw Fault(line: line, what: "an entry that counts needs two translations, another one")
        }
        guard entries.updateValue(texts, forKey: key) == nil else {
            throw Fault(line: line, what: "the entry before is there twice")
        }
    }

    private static let quote = UInt8(ascii: "\"")

    /// The text between the double quotes that a line begins and ends with, without its escapes.
    private static func unquoted(_ line: ArraySlice<UInt8>, at number: Int) throws(Fault) -> String {
        let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        guard line.count >= 2, line.first == quote, line.last == quote else {
            throw Fault(line: number, what: "no text in double quotes")
        }
        let inner = line[(line.startIndex + 1)..<(line.endIndex - 1)]
        // Nearly every line: nothing in it is escaped.
        if !inner.contains(where: { $0 == quote || $0 == UInt8(ascii: "\\") }) {
            return String(decoding: inner, as: UTF8.self)
        }
        var text: [UInt8] = []
        text.reserveCapacity(line.count)
        var isEscaped = false
        for byte in inner {
            switch byte {
            case UInt8(ascii: "n") where isEscaped: text.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "t") where isEscaped: text.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "\\") where !isEscaped:
                isEscaped = true
                continue
            case quote where !isEscaped: throw Fault(line: number, what: "a double quote without a backslash")
            default: text.append(byte)
            }
            isEscaped = false
        }
        guard !isEscaped else { throw Fault(line: number, what: "a backslash before the end") }
        return String(decoding: text, as: UTF8.self)
    }

    private struct Entry {
        enum Field: String {
            case context = "msgctxt"
            case id = "msgid"
            case idPlural = "msgid_plural"
            case text = "msgstr"
            case one = "msgstr[0]"
            case other = "msgstr[1]"
        }

        var texts: [Field: String] = [:]
        var field: Field?

        mutating func begin(_ field: Field, _ text: String) {
            self.field = field
            texts[field] = text
        }

        mutating func append(_ text: String) {
            if let field { texts[field, default: ""] += text }
        }
    }
}
