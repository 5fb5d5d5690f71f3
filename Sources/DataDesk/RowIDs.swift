import Foundation
package import SyncCore

/// Ids of rows that are made together, each greater than the one before: version 7 of RFC 9562, whose method 3 lets the
/// bits behind the time count on.
package struct RowIDs {
    /// Milliseconds since 1970, and 12 bits that count.
    private var ticks: UInt64

    package init() {
        ticks = UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) << 12
    }

    package mutating func next() -> RecordID {
        ticks += 1
        let high = (ticks >> 12) << 16 | 0x7000 | ticks & 0xFFF
        return RecordID(high: high, low: UInt64.random(in: 0..<1 << 62) | 1 << 63)
    }
}
