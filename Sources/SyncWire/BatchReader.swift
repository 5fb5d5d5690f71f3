package import SyncCore

/// Reads the changes of a batch's body, in the order of their counters. Every count is checked before it is
/// trusted; nothing traps.
package struct BatchReader: Sendable {
    private struct Section {
        let table: Int
        var left: Int
        var operations: ByteReader
        var columnSets: ByteReader
        var idTimes: ByteReader
        var idRests: ByteReader
        var times: ByteReader
        var authors: ByteReader
        var actions: ByteReader
        let carried: ColumnSet
        var columns: [ByteReader?]
        var decisions: ByteReader
        var idTime: Int64 = 0

        /// Whether every stream was read to its end: a stream with something left over would be a second meaning.
        var isExhausted: Bool {
            columnSets.isAtEnd && idTimes.isAtEnd && times.isAtEnd && authors.isAtEnd && actions.isAtEnd
                && decisions.isAtEnd
                && columns.allSatisfy { $0?.isAtEnd ?? true }
        }
    }

    private let number: ReplicaNumber
    private let authors: [[UInt8]]
    private let sets: [(carried: ColumnSet, changed: ColumnSet)]
    private var sections: [Section] = []
    private var current = 0
    private var counter: UInt64
    private var time: UInt64
    private var action: UInt64 = 0

    package init(_ frame: Frame, header: BatchHeader) throws(WireError) {
        let body = try frame.body(size: header.bodyBytes)
        number = header.number
        counter = header.firstCounter
        time = header.floor.rawValue
        do throws(MalformedBytes) {
            var reader = ByteReader(body)
            var authors: [[UInt8]] = []
            for _ in 0..<(try reader.count(limit: Limits.batchDictionary, of: "authors")) {
                authors.append(try reader.counted(limit: Limits.authorBytes, of: "bytes of an author"))
            }
            var sets: [(carried: ColumnSet, changed: ColumnSet)] = []
            for _ in 0..<(try reader.count(limit: Limits.batchDictionary, of: "column sets")) {
                let (carried, changed) = (ColumnSet(bits: try reader.varint()), ColumnSet(bits: try reader.varint()))
                guard changed.isSubset(of: carried) else {
                    throw MalformedBytes("changed columns that are not carried", at: reader.position)
                }
                sets.append((carried, changed))
            }
            self.authors = authors
            self.sets = sets
            var total = 0
            for _ in 0..<(try reader.count(limit: Limits.sections, of: "sections")) {
                let section = try Self.section(&reader)
                total += section.left
                sections.append(section)
            }
            guard total == header.count, reader.isAtEnd else {
                throw MalformedBytes("another number of changes than the header says", at: reader.position)
            }
        } catch {
            throw WireError(error)
        }
    }

    private static func section(_ reader: inout ByteReader) throws(MalformedBytes) -> Section {
        func stream(_ reader: inout ByteReader, count: Int) throws(MalformedBytes) -> ByteReader {
            let start = try reader.skip(count)
            return ByteReader(reader.bytes, from: start, to: start + count)
        }
        func counted(_ reader: inout ByteReader) throws(MalformedBytes) -> ByteReader {
            try stream(&reader, count: try reader.count(limit: reader.remaining, of: "bytes"))
        }
        let table = try reader.count(limit: 1 << 20, of: "as table")
        let count = try reader.count(limit: Limits.batchChanges, of: "changes")
        guard count > 0 else { throw MalformedBytes("empty section", at: reader.position) }
        let operations = try stream(&reader, count: count)
        let columnSets = try counted(&reader)
        let idTimes = try counted(&reader)
        let idRests = try stream(&reader, count: count * 10)
        let times = try counted(&reader)
        let authors = try counted(&reader)
        let actions = try counted(&reader)
        let carried = ColumnSet(bits: try reader.varint())
        var columns: [ByteReader?] = Array(repeating: nil, count: 64 - carried.bits.leadingZeroBitCount)
        for column in carried.columns { columns[column] = try counted(&reader) }
        let decisions = try counted(&reader)
        return Section(
            table: table, left: count, operations: operations, columnSets: columnSets, idTimes: idTimes,
            idRests: idRests,
            times: times, authors: authors, actions: actions, carried: carried, columns: columns, decisions: decisions)
    }

    /// The next change, or nothing after the last.
    package mutating func next() throws(WireError) -> Change? {
        while current < sections.count && sections[current].left == 0 {
            guard sections[current].isExhausted else { throw WireError(.malformed, "bytes left over in a section") }
            current += 1
        }
        guard current < sections.count else { return nil }
        do throws(MalformedBytes) {
            return try read()
        } catch {
            throw WireError(error)
        }
    }

    private mutating func read() throws(MalformedBytes) -> Change {
        let flags = try sections[current].operations.byte()
        guard let operation = Operation(rawValue: flags & 3), flags < 32 else {
            throw MalformedBytes("unknown operation", at: sections[current].operations.position)
        }
        let set = try sections[current].columnSets.count(limit: max(sets.count - 1, 0), of: "as column set")
        guard set < sets.count, sets[set].carried.isSubset(of: sections[current].carried) else {
            throw MalformedBytes("column set that is not in the batch", at: sections[current].columnSets.position)
        }
        let id = try readID()
        time = time &+ UInt64(bitPattern: try sections[current].times.signed())
        let author = try sections[current].authors.count(limit: max(authors.count - 1, 0), of: "as author")
        guard author < authors.count else { throw MalformedBytes("author that is not in the batch", at: 0) }
        action = action &+ UInt64(bitPattern: try sections[current].actions.signed())
        var values: [UInt8] = []
        for column in sets[set].carried.columns { try copyValue(of: column, to: &values) }
        guard values.count <= Limits.changeBytes + 1024 else { throw MalformedBytes("change over the limit", at: 0) }
        let decides = flags & 16 == 16 ? try readDecisions() : []
        let change = Change(
            key: RecordKey(table: sections[current].table, id: id), operation: operation,
            dot: Dot(number: number, counter: counter), time: HybridTime(rawValue: time), author: authors[author],
            action: action, carried: sets[set].carried, changed: sets[set].changed, values: values,
            isFilled: flags & 4 == 4, isCopy: flags & 8 == 8, decides: decides)
        counter += 1
        sections[current].left -= 1
        return change
    }

    private mutating func readID() throws(MalformedBytes) -> RecordID {
        let idTime = sections[current].idTime &+ (try sections[current].idTimes.signed())
        guard idTime >= 0 && idTime < 1 << 48 else {
            throw MalformedBytes("id out of range", at: sections[current].idTimes.position)
        }
        sections[current].idTime = idTime
        let start = try sections[current].idRests.skip(10)
        let bytes = sections[current].idRests.bytes
        var low: UInt64 = 0
        for index in 2..<10 { low = low << 8 | UInt64(bytes[start + index]) }
        return RecordID(high: UInt64(idTime) << 16 | UInt64(bytes[start]) << 8 | UInt64(bytes[start + 1]), low: low)
    }

    private mutating func copyValue(of column: Int, to values: inout [UInt8]) throws(MalformedBytes) {
        guard let start = sections[current].columns[column]?.position else { return }
        try sections[current].columns[column]?.skipValue()
        guard let reader = sections[current].columns[column] else { return }
        values.append(contentsOf: reader.bytes[start..<reader.position])
    }

    private mutating func readDecisions() throws(MalformedBytes) -> [NamedConflict] {
        var decisions: [NamedConflict] = []
        for _ in 0..<(try sections[current].decisions.count(limit: Limits.decisionDots, of: "decisions")) {
            let conflict = try sections[current].decisions.id()
            let group = try sections[current].decisions.count(limit: Limits.columns + 2, of: "as group")
            var dots: [Dot] = []
            for _ in 0..<(try sections[current].decisions.count(limit: Limits.decisionDots, of: "dots")) {
                dots.append(try sections[current].decisions.dot())
            }
            decisions.append(NamedConflict(conflict: conflict, group: group, dots: dots))
        }
        return decisions
    }
}
