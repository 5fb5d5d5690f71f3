/// A map number -> highest counter seen: the vector clock.
///
/// Kept sorted by number, so that equal vectors have equal bytes. Holds no zero counters.
package struct VersionVector: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let number: ReplicaNumber
        package var counter: UInt64
    }

    package private(set) var entries: [Entry] = []

    package init() {}

    /// The vector that covers exactly what these dots' counters name.
    package init(_ dots: some Sequence<Dot>) {
        for dot in dots { formUnion(dot) }
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// The highest counter of `number` that this vector covers; 0 when none.
    package subscript(number: ReplicaNumber) -> UInt64 {
        let index = position(of: number)
        return index < entries.count && entries[index].number == number ? entries[index].counter : 0
    }

    /// Whether whoever knows this vector has seen the change `dot`.
    package func covers(_ dot: Dot) -> Bool {
        self[dot.number] >= dot.counter
    }

    /// Whether everything that `other` covers is covered.
    package func covers(_ other: VersionVector) -> Bool {
        other.entries.allSatisfy { self[$0.number] >= $0.counter }
    }

    /// Covers `dot` and all changes of its number before it.
    package mutating func formUnion(_ dot: Dot) {
        guard dot.counter > 0 else { return }
        let index = position(of: dot.number)
        if index < entries.count && entries[index].number == dot.number {
            entries[index].counter = max(entries[index].counter, dot.counter)
        } else {
            entries.insert(Entry(number: dot.number, counter: dot.counter), at: index)
        }
    }

    /// Covers what either covers.
    package mutating func formUnion(_ other: VersionVector) {
        for entry in other.entries { formUnion(Dot(number: entry.number, counter: entry.counter)) }
    }

    package func union(_ other: VersionVector) -> VersionVector {
        var joined = self
        joined.formUnion(other)
        return joined
    }

    /// How two vectors stand to each other. There is no order `<`: causality is partial.
    package enum Relation: Sendable { case equal, before, after, concurrent }

    package func relation(to other: VersionVector) -> Relation {
        switch (covers(other), other.covers(self)) {
        case (true, true): .equal
        case (false, true): .before
        case (true, false): .after
        case (false, false): .concurrent
        }
    }

    private func position(of number: ReplicaNumber) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension VersionVector: CustomStringConvertible {
    /// A short text form for tests and logs: `a:3 b:1`.
    package var description: String {
        entries.map { "\($0.number):\($0.counter)" }.joined(separator: " ")
    }
}
