/// A CSV file read whole: RFC 4180 with `,` or `;`, quotes, LF or CRLF, an optional byte order mark. The first line
/// names the columns.
package struct CSVTable: Sendable {
    /// What is wrong with a file, and where.
    package struct Fault: Error, Sendable, CustomStringConvertible {
        package let line: Int
        package let what: String

        package var description: String { "line \(line): \(what)" }
    }

    package let header: [String]
    /// The lines after the header, each with as many cells.
    package let rows: [[String]]

    package init(_ text: String) throws(Fault) {
        var records = try Self.records(text)
        guard !records.isEmpty else { throw Fault(line: 1, what: "the file is empty") }
        header = records.removeFirst().cells
        var rows: [[String]] = []
        for record in records {
            guard record.cells.count == header.count else {
                throw Fault(line: record.line, what: "\(record.cells.count) cells, the header has \(header.count)")
            }
            rows.append(record.cells)
        }
        self.rows = rows
    }

    /// Each row by the names of its columns.
    package var dictionaries: [[String: String]] {
        rows.map { Dictionary(zip(header, $0)) { first, _ in first } }
    }

    private static func records(_ text: String) throws(Fault) -> [(line: Int, cells: [String])] {
        var bytes = Array(text.utf8)[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        let firstLine = bytes.prefix { $0 != 0x0A }
        let separator: UInt8 = firstLine.contains(0x3B) && !firstLine.contains(0x2C) ? 0x3B : 0x2C
        var records: [(line: Int, cells: [String])] = []
        var cells: [String] = []
        var cell: [UInt8] = []
        var (line, start) = (1, 1)
        var isQuoted = false
        var wasQuoted = false
        func joined(_ cell: [UInt8]) -> String { String(decoding: cell, as: UTF8.self) }
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if byte == 0x0A { line += 1 }
            if isQuoted {
                guard byte == 0x22 else {
                    cell.append(byte)
                    continue
                }
                if index < bytes.endIndex && bytes[index] == 0x22 {
                    cell.append(0x22)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if byte == 0x22 && cell.isEmpty && !wasQuoted {
                isQuoted = true
                wasQuoted = true
            } else if byte == separator || byte == 0x0A {
                cells.append(joined(cell))
                cell = []
                wasQuoted = false
                guard byte == 0x0A else { continue }
                if cells != [""] { records.append((start, cells)) }
                cells = []
                start = line
            } else if byte != 0x0D {
                cell.append(byte)
            }
        }
        guard !isQuoted else { throw Fault(line: start, what: "a quote is opened and never closed") }
        if !cell.isEmpty || !cells.isEmpty { records.append((start, cells + [joined(cell)])) }
        return records
    }
}
