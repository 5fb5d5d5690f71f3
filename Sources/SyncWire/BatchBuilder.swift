package import SyncCore

/// Collects the changes of one batch column by column, so that like stands beside like and compresses well.
///
/// A change is begun by `begin`, then the caller appends the bytes of each carried value, in column order, to
/// `columns[c]` of the section: straight from SQLite, with no value in between.
package struct BatchBuilder: Sendable {
    /// The changes of one table.
    package struct Section: Sendable {
        let table: Int
        var count = 0
        var operations: [UInt8] = []
        var columnSets: [UInt8] = []
        var idTimes: [UInt8] = []
        var idRests: [UInt8] = []
        var times: [UInt8] = []
        var authors: [UInt8] = []
        var actions: [UInt8] = []
        var decisions: [UInt8] = []
        var lastIDTime: Int64 = 0
        var carried = ColumnSet()
        package var columns: [[UInt8]]

        init(table: Int, columns: Int) {
            self.table = table
            self.columns = Array(repeating: [], count: columns)
        }
    }

    private struct SetPair: Hashable {
        let carried: ColumnSet
        let changed: ColumnSet
    }

    package private(set) var count = 0
    package var sections: [Section] = []
    private var authors: [[UInt8]] = []
    private var authorNumbers: [[UInt8]: Int] = [:]
    private var sets: [SetPair] = []
    private var setNumbers: [SetPair: Int] = [:]
    private var lastTime: UInt64
    private var lastAction: UInt64 = 0

    /// - Parameter floor: the header's floor, from which the first time is counted.
    package init(floor: HybridTime) {
        lastTime = floor.rawValue
    }

    /// Bytes collected so far, before compression.
    package var sizeBytes: Int {
        sections.reduce(0) { size, section in
            section.columns.reduce(size + section.count * 14) { $0 + $1.count }
        }
    }

    /// The number under which this batch knows an author's name.
    package mutating func author(_ name: [UInt8]) -> Int {
        if let known = authorNumbers[name] { return known }
        authorNumbers[name] = authors.count
        authors.append(name)
        return authors.count - 1
    }

    package mutating func columnSet(carried: ColumnSet, changed: ColumnSet) -> Int {
        let pair = SetPair(carried: carried, changed: changed)
        if let known = setNumbers[pair] { return known }
        setNumbers[pair] = sets.count
        sets.append(pair)
        return sets.count - 1
    }

    /// Begins a change and returns the section whose `columns` take its values. Changes of one table must follow
    /// each other.
    package mutating func begin(
        _ operation: Operation, table: Int, columns: Int, id: RecordID, columnSet: Int, time: HybridTime, author: Int,
        action: UInt64, isFilled: Bool = false, isCopy: Bool = false, decides: [NamedConflict] = []
    ) -> Int {
        if sections.last?.table != table { sections.append(Section(table: table, columns: columns)) }
        let index = sections.count - 1
        let idTime = Int64(id.high >> 16)
        sections[index].count += 1
        sections[index].carried = sections[index].carried.union(sets[columnSet].carried)
        let flags: UInt8 = (isFilled ? 4 : 0) | (isCopy ? 8 : 0) | (decides.isEmpty ? 0 : 16)
        sections[index].operations.append(operation.rawValue | flags)
        sections[index].columnSets.appendVarint(UInt64(columnSet))
        sections[index].idTimes.appendSigned(idTime - sections[index].lastIDTime)
        sections[index].lastIDTime = idTime
        sections[index].idRests.append(UInt8(truncatingIfNeeded: id.high >> 8))
        sections[index].idRests.append(UInt8(truncatingIfNeeded: id.high))
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            sections[index].idRests.append(UInt8(truncatingIfNeeded: id.low >> shift))
        }
        sections[index].times.appendSigned(Int64(bitPattern: time.rawValue &- lastTime))
        lastTime = time.rawValue
        sections[index].authors.appendVarint(UInt64(author))
        sections[index].actions.appendSigned(Int64(bitPattern: action &- lastAction))
        lastAction = action
        if !decides.isEmpty { sections[index].decisions.appendDecisions(decides) }
        count += 1
        return index
    }

    /// The body's bytes, before compression.
    package func body() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(sizeBytes + 1024)
        bytes.appendVarint(UInt64(authors.count))
        for author in authors { bytes.appendCounted(author) }
        bytes.appendVarint(UInt64(sets.count))
        for pair in sets {
            bytes.appendVarint(pair.carried.bits)
            bytes.appendVarint(pair.changed.bits)
        }
        bytes.appendVarint(UInt64(sections.count))
        for section in sections {
            bytes.appendVarint(UInt64(section.table))
            bytes.appendVarint(UInt64(section.count))
            bytes.append(contentsOf: section.operations)
            bytes.appendCounted(section.columnSets)
            bytes.appendCounted(section.idTimes)
            bytes.append(contentsOf: section.idRests)
            bytes.appendCounted(section.times)
            bytes.appendCounted(section.authors)
            bytes.appendCounted(section.actions)
            bytes.appendVarint(section.carried.bits)
            for column in section.carried.columns { bytes.appendCounted(section.columns[column]) }
            bytes.appendCounted(section.decisions)
        }
        return bytes
    }

    /// Closes the batch into a signed frame. `header.bodyBytes` and `header.count` are filled in here.
    package func frame(header: BatchHeader, contextBefore: VersionVector?, key: SigningKey) -> Frame {
        let body = body()
        var header = header
        header.bodyBytes = body.count
        header.count = count
        return Frame(.batch, header: header.encoded(after: contextBefore), body: body, key: key)
    }
}

extension [UInt8] {
    mutating func appendDecisions(_ decisions: [NamedConflict]) {
        appendVarint(UInt64(decisions.count))
        for decision in decisions {
            appendID(decision.conflict)
            appendVarint(UInt64(decision.group))
            appendVarint(UInt64(decision.dots.count))
            for dot in decision.dots { appendDot(dot) }
        }
    }
}
