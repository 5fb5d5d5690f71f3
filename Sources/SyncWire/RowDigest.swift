import Crypto
package import SyncCore

/// A sum over records that does not depend on their order: how many, and the sum of their hashes modulo 2^128. Adding
/// a record and taking it away again leaves what was there.
package struct DigestSum: Hashable, Sendable {
    package static let size = 24
    package static let none = DigestSum()
    package private(set) var rows: UInt64 = 0
    package private(set) var sum: UInt128 = 0

    package init() {}

    package init(rows: UInt64, sum: UInt128) {
        self.rows = rows
        self.sum = sum
    }

    package mutating func add(_ other: DigestSum) {
        rows &+= other.rows
        sum &+= other.sum
    }

    package mutating func subtract(_ other: DigestSum) {
        rows &-= other.rows
        sum &-= other.sum
    }

    /// 16 bytes of the sum, 8 of the number of rows, least significant first.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        bytes.appendFixed(UInt64(truncatingIfNeeded: sum))
        bytes.appendFixed(UInt64(truncatingIfNeeded: sum >> 64))
        bytes.appendFixed(rows)
        return bytes
    }

    package init(reading reader: inout ByteReader) throws(MalformedBytes) {
        let low = try reader.fixed()
        let high = try reader.fixed()
        sum = UInt128(high) << 64 | UInt128(low)
        rows = try reader.fixed()
    }

    /// Reads what `bytes` wrote; nothing for anything else.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        var reader = ByteReader(bytes)
        guard let sum = try? DigestSum(reading: &reader) else { return nil }
        self = sum
    }
}

/// The hashes of a table's rows (`docs/protocol.md`, *Digest*): one for the columns that the table began with, and one
/// for those of each later schema version, so that a reader of an earlier schema adds up what he knows.
///
/// SHA-256 and no faster hash: it costs less than reading the row does, and any language has it.
package struct TableDigest: Sendable {
    private struct Part: Sendable {
        let since: Int
        let columns: Range<Int>
        /// Table and schema version, as every hash of the part begins.
        let prefix: [UInt8]
    }

    private let parts: [Part]
    private let defaults: [[UInt8]]

    /// - Parameter version: the reader's schema; columns that came later do not count.
    package init(_ table: TableDescription, version: Int) {
        var parts: [Part] = []
        var start = 0
        var since = table.since
        func close(at end: Int) {
            var prefix: [UInt8] = []
            prefix.appendVarint(UInt64(table.number))
            prefix.appendVarint(UInt64(since))
            parts.append(Part(since: since, columns: start..<end, prefix: prefix))
            start = end
        }
        if table.since <= version {
            let known = table.columns.prefix { $0.since <= version }
            for (position, column) in known.enumerated() where column.since > since {
                close(at: position)
                since = column.since
            }
            close(at: known.count)
        }
        self.parts = parts
        defaults = table.columns.map(\.defaultValue)
    }

    /// Calls `body` for each part: the schema version that added its columns, and the row's hash over them. The record
    /// itself is counted in the first.
    package func forEachPart(
        of id: RecordID, row: [UInt8], _ body: (_ since: Int, _ sum: DigestSum) throws -> Void
    ) throws {
        var reader = ByteReader(row)
        let count = try reader.count(limit: Limits.columns, of: "columns")
        for (index, part) in parts.enumerated() {
            var bytes = part.prefix
            bytes.reserveCapacity(row.count + 24)
            bytes.appendID(id)
            let start = reader.position
            let isLastAndWhole = index == parts.count - 1 && part.columns.upperBound == count
            if isLastAndWhole {
                bytes.append(contentsOf: row[start...])
            } else {
                for column in part.columns where column < count { try reader.skipValue() }
                bytes.append(contentsOf: row[start..<reader.position])
                for column in part.columns where column >= count { bytes.append(contentsOf: defaults[column]) }
            }
            try body(part.since, DigestSum(rows: index == 0 ? 1 : 0, sum: Self.hash(bytes)))
        }
    }

    /// All parts together: what the row adds to its reader's sum.
    package func sum(of id: RecordID, row: [UInt8]) throws -> DigestSum {
        var sum = DigestSum()
        try forEachPart(of: id, row: row) { _, part in sum.add(part) }
        return sum
    }

    /// The first 16 bytes of the SHA-256, least significant first.
    private static func hash(_ bytes: [UInt8]) -> UInt128 {
        let digest = SHA256.hash(data: bytes)
        var hash: UInt128 = 0
        for (index, byte) in digest.enumerated() {
            guard index < 16 else { break }
            hash |= UInt128(byte) << UInt128(8 * index)
        }
        return hash
    }
}
