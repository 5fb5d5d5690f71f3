/// CSV between `;` as RFC 4180 has it, read by a table of states instead of a reader's code: for comparison.
enum CSVAutomaton {
    private enum State { case start, plain, quoted, afterQuote, afterReturn }

    /// The rows, blank ones too, with nothing for cells without a value; nothing at all for a text that is no CSV.
    static func rows(_ text: [UInt8]) -> [[[UInt8]?]]? {
        var rows: [[[UInt8]?]] = []
        var row: [[UInt8]?] = []
        var cell: [UInt8]?
        var state = State.start
        for byte in text {
            if state == .afterReturn {
                state = .start
                if byte == UInt8(ascii: "\n") { continue }
            }
            switch (state, byte) {
            case (.start, UInt8(ascii: "\"")):
                cell = []
                state = .quoted
            case (.plain, UInt8(ascii: "\"")): return nil
            case (.quoted, UInt8(ascii: "\"")): state = .afterQuote
            case (.afterQuote, UInt8(ascii: "\"")):
                cell?.append(byte)
                state = .quoted
            case (.quoted, _): cell?.append(byte)
            case (_, UInt8(ascii: ";")):
                row.append(cell)
                cell = nil
                state = .start
            case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")):
                rows.append(row + [cell])
                row = []
                cell = nil
                state = byte == UInt8(ascii: "\r") ? .afterReturn : .start
            case (.afterQuote, _): return nil
            case (_, _):
                cell = (cell ?? []) + [byte]
                state = .plain
            }
        }
        guard state != .quoted else { return nil }
        return rows + [row + [cell]]
    }
}
