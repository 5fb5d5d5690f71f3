import CSVFiles

/// A file read to its end, as texts.
struct CSVReading {
    /// Nothing stands for a cell without a value.
    var rows: [[String?]] = []
    var lines: [Int] = []
    var numbers: [Int] = []
    var faults: [CSVFault]
    let encoding: CSVEncoding
    let separator: Character

    init(_ file: [UInt8], cellBytesMaximum: Int = 1 << 20) {
        var reader = CSVReader(file, cellBytesMaximum: cellBytesMaximum)
        faults = reader.faults
        encoding = reader.encoding
        separator = Character(Unicode.Scalar(reader.separator))
        while let row = reader.next() {
            rows.append(
                row.cells.map { $0.isEmpty ? nil : String(decoding: reader.bytes(of: $0), as: UTF8.self) })
            lines.append(row.line)
            numbers.append(row.number)
            faults += row.faults
        }
    }

    init(_ file: String, cellBytesMaximum: Int = 1 << 20) {
        self.init(Array(file.utf8), cellBytesMaximum: cellBytesMaximum)
    }
}
