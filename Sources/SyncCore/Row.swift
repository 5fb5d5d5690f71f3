/// The columns of a record (without its id), as bytes: a count, then the values in the catalog's order.
///
/// A row may hold fewer values than its table has columns: those that a later schema version added hold their default.
package struct Row: Hashable, Sendable {
    package private(set) var bytes: [UInt8]

    package static let empty = Row(uncheckedBytes: [0])

    /// Takes bytes that are known to be a row: those that this type or a checked decoder wrote.
    package init(uncheckedBytes bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ values: [Value]) {
        var bytes: [UInt8] = []
        bytes.appendVarint(UInt64(values.count))
        for value in values { ValueCoding.append(value, to: &bytes) }
        self.bytes = bytes
    }

    package init(encodedValues: [ArraySlice<UInt8>]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encodedValues.reduce(2) { $0 + $1.count })
        bytes.appendVarint(UInt64(encodedValues.count))
        for value in encodedValues { bytes.append(contentsOf: value) }
        self.bytes = bytes
    }

    /// The encoded values, one slice each.
    package func slices() throws(MalformedBytes) -> [ArraySlice<UInt8>] {
        var reader = ByteReader(bytes)
        let count = try reader.count(limit: Limits.columns, of: "columns")
        var slices: [ArraySlice<UInt8>] = []
        slices.reserveCapacity(count)
        for _ in 0..<count {
            let start = reader.position
            try reader.skipValue()
            slices.append(bytes[start..<reader.position])
        }
        return slices
    }

    package func values() throws(MalformedBytes) -> [Value] {
        var reader = ByteReader(bytes)
        let count = try reader.count(limit: Limits.columns, of: "columns")
        var values: [Value] = []
        for _ in 0..<count { values.append(try reader.value()) }
        return values
    }
}
