/// Hybrid logical clock (Kulkarni et al. 2014): 48 bits of Unix milliseconds, 16 bits of counter.
///
/// Decides who is last. Never decides what is concurrent: that is the vectors' work.
package struct HybridTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The earliest stamp of a millisecond. Times before 1970 and after the year 10889 are brought to the edge.
    package init(milliseconds: Int64) {
        rawValue = UInt64(min(max(milliseconds, 0), 0xFFFF_FFFF_FFFF)) << 16
    }

    package static let zero = HybridTime(rawValue: 0)

    package var milliseconds: Int64 {
        Int64(rawValue >> 16)
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The stamp just after this one.
    package var next: HybridTime {
        HybridTime(rawValue: rawValue == .max ? .max : rawValue + 1)
    }

    /// The stamp of a change: its wall clock moved by the known offset, but always after `floor`, the highest stamp
    /// seen. So causality beats time.
    package static func stamp(changedAt: Int64, offset: Int64, floor: HybridTime) -> HybridTime {
        let (moved, overflow) = changedAt.addingReportingOverflow(offset)
        return max(HybridTime(milliseconds: overflow ? 0 : moved), floor.next)
    }

    /// The stamp as the hub accepts it: moved by the correction that its writer's PC measured, then after `floor` and
    /// at most `ceiling`. Where the move takes a stamp out of these bounds that lies inside as it was sent, the PC's
    /// clock was set between the change and the measuring, or the stamp stands at its floor: the correction is not its
    /// own.
    ///
    /// - Parameters:
    ///   - correction: milliseconds.
    ///   - floor: the highest stamp that the writer had seen.
    ///   - ceiling: what no stamp may be above, whatever floor is claimed.
    package func accepted(correction: Int64, floor: HybridTime, ceiling: HybridTime) -> HybridTime {
        let (milliseconds, overflow) = milliseconds.addingReportingOverflow(correction)
        let counter = rawValue & 0xFFFF
        let moved = HybridTime(rawValue: HybridTime(milliseconds: overflow ? 0 : milliseconds).rawValue | counter)
        func isPossible(_ time: HybridTime) -> Bool { floor < time && time <= ceiling }
        let best = isPossible(moved) || !isPossible(self) ? moved : self
        return min(max(best, floor.next), ceiling)
    }

    package var description: String {
        "\(milliseconds)+\(rawValue & 0xFFFF)"
    }
}
