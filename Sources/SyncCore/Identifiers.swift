/// The name of one life of a replica file, or of a hub: 63 random bits, drawn by itself.
///
/// Never counted, never reused, never taken from a backup. Ordered as an integer, which only ties use.
package struct ReplicaNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }

    package var description: String {
        String(rawValue, radix: 36)
    }
}

/// The name of one life of a hub, 63 random bits. A hub that was restored draws a new one.
package struct Incarnation: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package var description: String {
        String(rawValue, radix: 36)
    }

    /// Its 8 bytes as in a batch's header.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendFixed(rawValue)
        return bytes
    }
}

/// The unique name of one change: who made it, and its place among his. Counters of a number have no holes and
/// start at 1.
///
/// The order (number, then counter, as integers) has no causal meaning: it breaks ties of the clock.
package struct Dot: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: ReplicaNumber
    package let counter: UInt64

    package init(number: ReplicaNumber, counter: UInt64) {
        self.number = number
        self.counter = counter
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.number == right.number ? left.counter < right.counter : left.number < right.number
    }

    package var description: String {
        "\(number):\(counter)"
    }
}

/// One row of a synced table: the table's number in the catalog and the row's id.
package struct RecordKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let table: Int
    package let id: RecordID

    package init(table: Int, id: RecordID) {
        self.table = table
        self.id = id
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.table == right.table ? left.id < right.id : left.table < right.table
    }

    package var description: String {
        "\(table)/\(id)"
    }
}
