package import SyncCore
import Texts

/// A record as a text to be edited: a line a column, `column = value`. What a value has behind a line break follows on
/// lines that begin with `|`. Lines that begin with `#` are remarks, those with `#!` what was wrong the last time.
package struct EntryPage: Sendable {
    /// A line that cannot be understood.
    package struct Unreadable: Error, Sendable {
        package let message: String
    }

    package let table: TableDescription
    /// The columns that are on the page, and what stands behind each at first.
    package let columns: [(column: Int, text: String)]
    package let isNew: Bool

    package init(_ table: TableDescription, _ columns: [(column: Int, text: String)], isNew: Bool) {
        self.table = table
        self.columns = columns
        self.isNew = isNew
    }

    /// The page as it is given out.
    ///
    /// - Parameters:
    ///   - title: remarks at its head.
    ///   - hints: remarks above a column.
    package func text(title: [String], hints: [Int: [String]]) -> String {
        var lines = title.map { "# \($0)" } + [""]
        for (place, text) in columns {
            let column = table.columns[place]
            lines.append("# \(localizedLabel(column.label))\(column.isRequired ? " *" : "")")
            lines += (hints[place] ?? []).map { "#   \($0)" }
            let parts = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
            lines.append("\(column.name) = \(parts.first ?? "")")
            lines += parts.dropFirst().map { "| \($0)" }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }

    /// The same text with other faults at its head.
    package static func text(_ text: String, faults: [String]) -> String {
        let rest = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("#!") }
        return (faults.flatMap { $0.split(separator: "\n") }.map { "#! \($0)" } + rest.map { Substring($0) })
            .joined(separator: "\n")
    }

    /// What was changed on the page; of a new record all that is written there. Nothing when every line is gone.
    package func fields(of text: String) throws(Unreadable) -> [(column: Int, input: FieldInput)]? {
        var read: [(column: Int, text: String)] = []
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.hasPrefix("#") {
            if line.hasPrefix("|"), !read.isEmpty {
                let rest = line.dropFirst()
                read[read.count - 1].text += "\n" + (rest.hasPrefix(" ") ? rest.dropFirst() : rest)
                continue
            }
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            guard let sign = line.firstIndex(of: "=") else {
                throw Unreadable(
                    message: localized(
                        "line \(index + 1) is not understood: write column = value, and | before a further line"))
            }
            let name = line[..<sign].filter { !$0.isWhitespace }
            guard let column = table.column(named: name) else {
                let near = Near.names(to: name, among: table.columns.map(\.name)).joined(separator: ", ")
                throw Unreadable(
                    message: near.isEmpty
                        ? localized("line \(index + 1): \(table.name) has no column \(name)")
                        : localized("line \(index + 1): \(table.name) has no column \(name); near is: \(near)"))
            }
            guard !read.contains(where: { $0.column == column }) else {
                throw Unreadable(message: localized("line \(index + 1): \(name) is there twice"))
            }
            let value = line[line.index(after: sign)...]
            read.append((column, String(value.hasPrefix(" ") ? value.dropFirst() : value)))
        }
        guard !read.isEmpty else { return nil }
        return read.compactMap { column, text in
            let before = columns.first { $0.column == column }?.text.replacing("\r\n", with: "\n") ?? ""
            let isSame = text == before
            guard isNew ? !isSame || !text.isEmpty : !isSame else { return nil }
            var bytes = Array(text.utf8)
            while !isSame, let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
            return (column, .text(bytes))
        }
    }
}
