/// A set of a table's columns by position (the first column after `id` is 0). A table has at most 64.
package struct ColumnSet: Hashable, Sendable {
    package private(set) var bits: UInt64

    package init(bits: UInt64 = 0) {
        self.bits = bits
    }

    package init(_ columns: some Sequence<Int>) {
        var bits: UInt64 = 0
        for column in columns where (0..<64).contains(column) { bits |= 1 << UInt64(column) }
        self.init(bits: bits)
    }

    /// The first `count` columns.
    package static func first(_ count: Int) -> ColumnSet {
        ColumnSet(bits: count >= 64 ? .max : (1 << UInt64(max(count, 0))) - 1)
    }

    package var isEmpty: Bool { bits == 0 }
    package var count: Int { bits.nonzeroBitCount }

    package func contains(_ column: Int) -> Bool {
        column >= 0 && column < 64 && bits >> UInt64(column) & 1 == 1
    }

    package mutating func insert(_ column: Int) {
        bits |= 1 << UInt64(column)
    }

    package func isSubset(of other: ColumnSet) -> Bool {
        bits & ~other.bits == 0
    }

    package func union(_ other: ColumnSet) -> ColumnSet {
        ColumnSet(bits: bits | other.bits)
    }

    package func intersection(_ other: ColumnSet) -> ColumnSet {
        ColumnSet(bits: bits & other.bits)
    }

    package func subtracting(_ other: ColumnSet) -> ColumnSet {
        ColumnSet(bits: bits & ~other.bits)
    }

    /// The columns, in the table's order.
    package var columns: [Int] {
        var rest = bits
        var found: [Int] = []
        found.reserveCapacity(count)
        while rest != 0 {
            found.append(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
        return found
    }
}
