import SyncCore

/// Short forms for changes of one record, as a replica would capture them.
struct Write {
    let change: Change
    let stamp: Stamp

    private init(
        _ operation: Operation, _ dot: Dot, at time: UInt64, knowing vector: VersionVector, side: WriterSide,
        carried: ColumnSet, changed: ColumnSet, values: [UInt8], isFilled: Bool = false, isCopy: Bool = false,
        decides: [NamedConflict] = []
    ) {
        change = Change(
            key: RecordKey(table: 1, id: RecordID(high: 1, low: 2)), operation: operation, dot: dot,
            time: HybridTime(rawValue: time), author: Array("anna".utf8), carried: carried, changed: changed,
            values: values, isFilled: isFilled, isCopy: isCopy, decides: decides)
        stamp = Stamp(
            dot: dot, time: change.time, author: 1, context: Context(reference: 0, vector: vector), side: side,
            isCopy: isCopy)
    }

    static func insert(
        _ dot: Dot, at time: UInt64, knowing vector: VersionVector = VersionVector(), side: WriterSide = [],
        _ values: [Int64], changed: [Int]? = nil, isFilled: Bool = false, isCopy: Bool = false,
        decides: [NamedConflict] = []
    ) -> Write {
        let all = ColumnSet.first(values.count)
        return Write(
            .insert, dot, at: time, knowing: vector, side: side, carried: all,
            changed: changed.map { ColumnSet($0) } ?? all,
            values: ValueCoding.bytes(of: values.map { .integer($0) }), isFilled: isFilled, isCopy: isCopy,
            decides: decides)
    }

    /// An update that carries the values of `carried`, of which `changed` (all of them unless said) were changed.
    static func update(
        _ dot: Dot, at time: UInt64, knowing vector: VersionVector, side: WriterSide = [], _ carried: [Int: Int64],
        changed: [Int]? = nil, isFilled: Bool = false, isCopy: Bool = false, decides: [NamedConflict] = []
    ) -> Write {
        Write(
            .update, dot, at: time, knowing: vector, side: side, carried: ColumnSet(carried.keys),
            changed: changed.map { ColumnSet($0) } ?? ColumnSet(carried.keys),
            values: ValueCoding.bytes(of: carried.sorted { $0.key < $1.key }.map { .integer($0.value) }),
            isFilled: isFilled, isCopy: isCopy, decides: decides)
    }

    static func delete(
        _ dot: Dot, at time: UInt64, knowing vector: VersionVector, side: WriterSide = [], decides: [NamedConflict] = []
    ) -> Write {
        Write(
            .delete, dot, at: time, knowing: vector, side: side, carried: ColumnSet(), changed: ColumnSet(), values: [],
            decides: decides)
    }
}

extension HubWorld {
    init(_ table: TableDescription, _ writes: Write...) throws {
        self.init(table)
        for write in writes { try deliver(write) }
    }

    mutating func deliver(_ write: Write) throws {
        try deliver(write.change, stamp: write.stamp)
    }

    /// The shown values; nothing while the record is deleted or unknown.
    var shown: [Int64]? {
        guard let state, isShown, let values = try? state.row.values() else { return nil }
        return values.compactMap { value in
            guard case .integer(let number) = value else { return nil }
            return number
        }
    }

    /// The losers that stand open, by dot.
    var losers: [Dot] { listed.map(\.conflict.loser).sorted() }
}
