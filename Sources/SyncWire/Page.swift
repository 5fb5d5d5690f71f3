package import SyncCore

/// What a page says of one record.
package enum PageEntryKind: UInt8, Sendable {
    /// The row as it is now.
    case row = 0
    case deleted = 1
    /// The asker's own change made it what it is: no row, he has it.
    case own = 2
    /// The record is incomplete at the hub: later.
    case withheld = 3
}

/// One record of a page. `row` is where the row's bytes lie in the reader's body; empty but for `.row`.
package struct PageEntry: Sendable {
    package let key: RecordKey
    package let kind: PageEntryKind
    package let row: Range<Int>
    /// The record's dot, in a page for an asker who compares.
    package let dot: Dot?
}

/// A refusal on its way to its sender.
package struct PageRefusal: Sendable, Equatable {
    package let dot: Dot
    package let key: RecordKey
    package let reason: RefusalReason
    package let detail: String
    /// Whether the hub has a record under this id that the sender may read (it follows, or came before); otherwise
    /// his row must go.
    package let hubHasRow: Bool
    /// Whether the sender must leave his tables as they are, because the id lies outside his scope.
    package let isHidden: Bool

    package init(dot: Dot, key: RecordKey, reason: RefusalReason, detail: String, hubHasRow: Bool, isHidden: Bool) {
        self.dot = dot
        self.key = key
        self.reason = reason
        self.detail = detail
        self.hubHasRow = hubHasRow
        self.isHidden = isHidden
    }
}

/// Collects the entries of a page, a section per table; rows are appended as the hub keeps them.
package struct PageBuilder: Sendable {
    private struct Section {
        let table: Int
        var count = 0
        var kinds: [UInt8] = []
        var ids: [UInt8] = []
        var dots: [UInt8] = []
        var rows: [UInt8] = []
    }

    private var sections: [Section] = []
    private var refusals: [PageRefusal] = []
    package private(set) var count = 0
    package private(set) var sizeBytes = 0

    package init() {}

    /// - Parameters:
    ///   - dot: the record's, in a page for an asker who compares: then with every entry.
    ///   - row: the row's bytes, for `.row`.
    package mutating func append(
        _ key: RecordKey, _ kind: PageEntryKind, dot: Dot? = nil, row: UnsafeBufferPointer<UInt8>? = nil
    ) {
        let index = section(of: key.table)
        if let dot {
            sections[index].dots.appendDot(dot)
            sizeBytes += 10
        }
        sections[index].count += 1
        sections[index].kinds.append(kind.rawValue)
        sections[index].ids.appendID(key.id)
        if kind == .row, let row {
            sections[index].rows.append(contentsOf: row)
            sizeBytes += row.count
        }
        sizeBytes += 17
        count += 1
    }

    package mutating func append(_ refusal: PageRefusal) {
        refusals.append(refusal)
        sizeBytes += 64
        count += 1
    }

    package func body(hasDots: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(sizeBytes + 1024)
        bytes.appendVarint(UInt64(sections.count))
        for section in sections {
            bytes.appendVarint(UInt64(section.table))
            bytes.appendVarint(UInt64(section.count))
            bytes.append(contentsOf: section.kinds)
            bytes.append(contentsOf: section.ids)
            if hasDots { bytes.append(contentsOf: section.dots) }
            bytes.appendCounted(section.rows)
        }
        bytes.appendVarint(UInt64(refusals.count))
        for refusal in refusals {
            bytes.appendDot(refusal.dot)
            bytes.appendVarint(UInt64(refusal.key.table))
            bytes.appendID(refusal.key.id)
            bytes.append(refusal.reason.rawValue)
            bytes.append((refusal.hubHasRow ? 1 : 0) | (refusal.isHidden ? 2 : 0))
            bytes.appendCounted(Array(refusal.detail.utf8.prefix(200)))
        }
        return bytes
    }

    package func frame(header: PageHeader, key: SigningKey) -> Frame {
        let body = body(hasDots: header.hasDots)
        var header = header
        header.bodyBytes = body.count
        return Frame(.page, header: header.encoded(), body: body, key: key)
    }

    private mutating func section(of table: Int) -> Int {
        var low = 0
        var high = sections.count
        while low < high {
            let middle = (low + high) / 2
            if sections[middle].table < table { low = middle + 1 } else { high = middle }
        }
        if low == sections.count || sections[low].table != table { sections.insert(Section(table: table), at: low) }
        return low
    }
}

/// Reads a page's body: entries table by table, then the refusals.
package struct PageReader: Sendable {
    /// The unpacked body, in which the entries' rows lie.
    package let body: [UInt8]
    package let refusals: [PageRefusal]
    private struct Section {
        let table: Int
        let count: Int
        /// Where the kinds and the ids begin.
        let kinds: Int
        let ids: Int
        let rows: Range<Int>
    }

    private let sections: [Section]

    /// Entries of all sections.
    package var count: Int { sections.reduce(0) { $0 + $1.count } }

    /// The dots of the entries, in order; empty but in a page for an asker who compares.
    private let dots: [Dot]
    private var current = 0
    private var index = 0
    private var entries = 0
    private var rows: ByteReader

    package init(_ frame: Frame, header: PageHeader) throws(WireError) {
        let body = try frame.body(size: header.bodyBytes)
        do throws(MalformedBytes) {
            var reader = ByteReader(body)
            var sections: [Section] = []
            var dots: [Dot] = []
            for _ in 0..<(try reader.count(limit: Limits.sections, of: "sections")) {
                let table = try reader.count(limit: 1 << 20, of: "as table")
                if let last = sections.last, last.table >= table {
                    throw MalformedBytes("sections out of order", at: reader.position)
                }
                let count = try reader.count(limit: Limits.pageEntries, of: "entries")
                let kinds = try reader.skip(count)
                let ids = try reader.skip(count * 16)
                if header.hasDots { for _ in 0..<count { dots.append(try reader.dot()) } }
                let length = try reader.count(limit: reader.remaining, of: "bytes of rows")
                let start = try reader.skip(length)
                sections.append(
                    Section(table: table, count: count, kinds: kinds, ids: ids, rows: start..<start + length))
            }
            var refusals: [PageRefusal] = []
            for _ in 0..<(try reader.count(limit: Limits.pageEntries, of: "refusals")) {
                refusals.append(try Self.refusal(&reader))
            }
            guard reader.isAtEnd else { throw MalformedBytes("body longer than it should be", at: reader.position) }
            self.sections = sections
            self.dots = dots
            self.refusals = refusals
        } catch {
            throw WireError(error)
        }
        self.body = body
        rows = ByteReader(body, from: 0, to: 0)
        if let first = sections.first {
            rows = ByteReader(body, from: first.rows.lowerBound, to: first.rows.upperBound)
        }
    }

    /// The next entry, or nothing after the last.
    package mutating func next() throws(WireError) -> PageEntry? {
        while current < sections.count && index == sections[current].count {
            guard rows.isAtEnd else { throw WireError(.malformed, "bytes left over in a section") }
            current += 1
            index = 0
            if current < sections.count {
                rows = ByteReader(body, from: sections[current].rows.lowerBound, to: sections[current].rows.upperBound)
            }
        }
        guard current < sections.count else { return nil }
        let section = sections[current]
        guard let kind = PageEntryKind(rawValue: body[section.kinds + index]) else {
            throw WireError(.malformed, "unknown kind of entry")
        }
        let id = rows.id(at: section.ids + 16 * index)
        let dot = dots.isEmpty ? nil : dots[entries]
        index += 1
        entries += 1
        let start = rows.position
        if kind == .row {
            do throws(MalformedBytes) {
                for _ in 0..<(try rows.count(limit: Limits.columns, of: "columns")) { try rows.skipValue() }
            } catch {
                throw WireError(error)
            }
        }
        return PageEntry(key: RecordKey(table: section.table, id: id), kind: kind, row: start..<rows.position, dot: dot)
    }

    private static func refusal(_ reader: inout ByteReader) throws(MalformedBytes) -> PageRefusal {
        let dot = try reader.dot()
        let table = try reader.count(limit: 1 << 20, of: "as table")
        let id = try reader.id()
        guard let reason = RefusalReason(rawValue: try reader.byte()) else {
            throw MalformedBytes("unknown reason", at: reader.position)
        }
        let flags = try reader.byte()
        guard flags < 4 else { throw MalformedBytes("unknown flags", at: reader.position) }
        let detail = try reader.counted(limit: 200, of: "bytes of detail")
        return PageRefusal(
            dot: dot, key: RecordKey(table: table, id: id), reason: reason,
            detail: String(decoding: detail, as: UTF8.self),
            hubHasRow: flags & 1 == 1, isHidden: flags & 2 == 2)
    }
}
