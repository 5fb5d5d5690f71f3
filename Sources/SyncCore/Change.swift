/// What was done to a record.
package enum Operation: UInt8, Sendable {
    case insert = 1, update = 2, delete = 3
}

/// A conflict that a change decides: its id, the group it is about, and the dots it names, which the operator had
/// on screen.
package struct NamedConflict: Hashable, Sendable {
    package let conflict: RecordID
    package let group: Int
    package let dots: [Dot]

    package init(conflict: RecordID, group: Int, dots: [Dot]) {
        self.conflict = conflict
        self.group = group
        self.dots = dots
    }
}

/// Insert, update or delete of one record, as it travels.
package struct Change: Sendable {
    package let key: RecordKey
    package let operation: Operation
    package let dot: Dot
    package var time: HybridTime
    /// The operator's name in UTF-8, or `-` for another program.
    package let author: [UInt8]
    /// Changes with the same action, not 0, are accepted or refused together.
    package let action: UInt64
    /// The columns whose values travel.
    package let carried: ColumnSet
    /// The columns that the user changed: a subset of `carried`.
    package let changed: ColumnSet
    /// The carried values, encoded, in column order.
    package let values: [UInt8]
    /// Columns of `carried` that the user did not change and that count as a copy where the hub has nothing better
    /// (`fill`).
    package let isFilled: Bool
    /// Given back from a row after a disaster: not a change, a copy.
    package let isCopy: Bool
    package let decides: [NamedConflict]

    package init(
        key: RecordKey, operation: Operation, dot: Dot, time: HybridTime, author: [UInt8], action: UInt64 = 0,
        carried: ColumnSet, changed: ColumnSet, values: [UInt8], isFilled: Bool = false, isCopy: Bool = false,
        decides: [NamedConflict] = []
    ) {
        self.key = key
        self.operation = operation
        self.dot = dot
        self.time = time
        self.author = author
        self.action = action
        self.carried = carried
        self.changed = changed
        self.values = values
        self.isFilled = isFilled
        self.isCopy = isCopy
        self.decides = decides
    }

    /// The records that go because this one takes their place: duplicates that an operator merged.
    package var merged: [RecordID] {
        decides.isEmpty ? [] : decides.filter { $0.group == ColumnGroup.merged }.map(\.conflict)
    }
}

/// On whose side a writer stands with respect to one record; the rules `capofila` and `owner` look at it.
package struct WriterSide: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let capofila = WriterSide(rawValue: 1)
    package static let owner = WriterSide(rawValue: 2)
}

/// A context by reference: the vector that its writer had on screen, and the number under which the store keeps it;
/// 0 while it keeps it under none.
package struct Context: Sendable {
    package let reference: Int64
    package let vector: VersionVector

    package init(reference: Int64, vector: VersionVector) {
        self.reference = reference
        self.vector = vector
    }

    /// Whether the writer had seen `dot`: in his vector, or among his own earlier changes.
    package func covers(_ dot: Dot, ownDot: Dot) -> Bool {
        dot.number == ownDot.number && dot.counter < ownDot.counter || vector.covers(dot)
    }
}

/// Everything about a written value but the value: when, by whom, knowing what.
package struct Stamp: Sendable {
    package let dot: Dot
    package internal(set) var time: HybridTime
    /// The number under which the store keeps the author's name.
    package let author: Int64
    package internal(set) var context: Context
    package let side: WriterSide
    package internal(set) var isCopy: Bool
    /// Dots that the writer had on screen beside his context, because a decision names them. Of a copy: changes that
    /// the hub has and that its giver had seen, of each number the last.
    package internal(set) var named: [Dot]
    /// The record that the change was written to, where that was merged into the one at which its value stands.
    package private(set) var record: RecordID?

    package init(
        dot: Dot, time: HybridTime, author: Int64, context: Context, side: WriterSide = [], isCopy: Bool = false,
        named: [Dot] = [], record: RecordID? = nil
    ) {
        self.dot = dot
        self.time = time
        self.author = author
        self.context = context
        self.side = side
        self.isCopy = isCopy
        self.named = named
        self.record = record
    }

    /// The same, of a change that was written to a record which was merged into another.
    package func written(to record: RecordID) -> Stamp {
        var stamp = self
        stamp.record = record
        return stamp
    }

    /// Whether this value's writer had seen the value written under `other`.
    package func covers(_ other: Dot) -> Bool {
        context.covers(other, ownDot: dot) || named.contains(other)
    }

    /// Later than the values that its writer replaced with them on screen, whatever his clock said. What he had pulled
    /// is in his floor; an own value that nobody had accepted yet is not, for it may be wrong by years.
    func after(_ replaced: [Stamp]) -> Stamp {
        let seen = replaced.filter { context.covers($0.dot, ownDot: dot) }
        guard let latest = seen.map(\.time).max(), latest >= time else { return self }
        var stamp = self
        stamp.time = latest.next
        return stamp
    }

    /// With what the writers of the values knew that a decision replaced by name: who has a value on screen has, of
    /// that group, seen what its writer had replaced. Contexts hold so much by themselves; names do not. Of existence
    /// the names are enough: what its stamps say that they have seen counts for other records too.
    func knowing(_ replaced: [Stamp], of group: Int) -> Stamp {
        let more = replaced.filter { other in
            !other.isCopy
                && (!context.covers(other.dot, ownDot: dot)
                    || other.named.contains { !context.covers($0, ownDot: dot) })
        }
        guard !more.isEmpty else { return self }
        var vector = context.vector
        var dots = named
        for other in more {
            if group != ColumnGroup.existence {
                vector.formUnion(other.context.vector)
                vector.formUnion(other.dot)
            }
            dots += other.named.filter { !context.covers($0, ownDot: dot) && !dots.contains($0) }
            if !context.covers(other.dot, ownDot: dot), !dots.contains(other.dot) { dots.append(other.dot) }
        }
        var stamp = self
        if vector != context.vector { stamp.context = Context(reference: 0, vector: vector) }
        stamp.named = dots
        return stamp
    }

    /// A copy that takes the place of older values, or was here before them: what it had seen of them it stands for,
    /// and it knows what their writers knew: they may have replaced what its giver's last pull no longer told of.
    func standing(for older: [Stamp], of group: Int) -> Stamp {
        let dots = older.flatMap { $0.isCopy ? $0.named : [$0.dot] }.filter(covers)
        var stamp = self
        if group != ColumnGroup.existence {
            var vector = context.vector
            for other in older where covers(other.dot) { vector.formUnion(other.context.vector) }
            if vector != context.vector { stamp.context = Context(reference: 0, vector: vector) }
        }
        stamp.named = VersionVector(named + dots).entries.map { Dot(number: $0.number, counter: $0.counter) }
        return stamp
    }

    /// Whether this copy stands for a change that the giver of `other` had not seen.
    func standsForMore(than other: Stamp) -> Bool {
        named.contains { !other.covers($0) }
    }
}
