import SyncCore
import Testing

@Suite struct HybridTimeTests {
    private let now: Int64 = 1_780_000_000_000

    @Test func `a clock in order gives its own time`() {
        let stamp = HybridTime.stamp(changedAt: now, offset: 0, floor: HybridTime(milliseconds: now - 1))

        #expect(stamp == HybridTime(milliseconds: now))
    }

    @Test func `the known offset moves the clock`() {
        let stamp = HybridTime.stamp(changedAt: now, offset: -3_600_000, floor: .zero)

        #expect(stamp.milliseconds == now - 3_600_000)
    }

    @Test(arguments: [0, 1, 400 * 86_400_000, -400 * 86_400_000, .max, .min] as [Int64])
    func `causality beats time: a stamp is after every stamp that was seen`(_ wrong: Int64) {
        let floor = HybridTime(rawValue: UInt64(now) << 16 | 7)

        let stamp = HybridTime.stamp(changedAt: now &+ wrong, offset: wrong, floor: floor)

        #expect(stamp > floor)
    }

    @Test func `a clock at 1970 only counts on from the floor`() {
        let floor = HybridTime(milliseconds: now)

        let first = HybridTime.stamp(changedAt: 0, offset: 0, floor: floor)
        let second = HybridTime.stamp(changedAt: 1, offset: 0, floor: first)

        #expect(first.rawValue == floor.rawValue + 1)
        #expect(second.rawValue == floor.rawValue + 2)
    }

    @Test func `a clock 400 days ahead is believed here: the hub brings it back`() {
        let ahead = now + 400 * 86_400_000

        let stamp = HybridTime.stamp(changedAt: ahead, offset: 0, floor: HybridTime(milliseconds: now))

        #expect(stamp.milliseconds == ahead)
    }

    @Test func `a sum that overflows counts as no time at all`() {
        let floor = HybridTime(milliseconds: now)

        #expect(HybridTime.stamp(changedAt: .max, offset: .max, floor: floor) == floor.next)
        #expect(HybridTime.stamp(changedAt: .min, offset: -1, floor: floor) == floor.next)
    }

    // MARK: As the hub accepts it

    private static let day: Int64 = 86_400_000
    private var ceiling: HybridTime { HybridTime(milliseconds: now + 60_000) }
    private var weekAgo: HybridTime { HybridTime(milliseconds: now - 7 * Self.day) }

    private func accepted(_ sent: Int64, correction: Int64) -> Int64 {
        HybridTime(milliseconds: sent)
            .accepted(correction: correction, floor: weekAgo, ceiling: ceiling).milliseconds - now
    }

    @Test func `a PC that is wrong all the time is put right`() {
        #expect(accepted(now + 399 * Self.day, correction: -400 * Self.day) == -Self.day)
        #expect(accepted(now - 4 * Self.day, correction: 3 * Self.day) == -Self.day)
        #expect(accepted(now - 1_000, correction: 0) == -1_000)
    }

    @Test func `a clock that was set after the change does not move a stamp that was right`() {
        #expect(accepted(now - Self.day, correction: 3 * Self.day) == -Self.day, "set back meanwhile")
        #expect(accepted(now - Self.day, correction: -400 * Self.day) == -Self.day, "set ahead meanwhile")
    }

    @Test func `a stamp that stands at its floor because the clock was set back is not moved ahead of everybody`() {
        let floor = HybridTime(milliseconds: now - Self.day)

        let stamp = floor.next.accepted(correction: 3 * Self.day, floor: floor, ceiling: ceiling)

        #expect(stamp == floor.next)
    }

    @Test(arguments: [0, 1, -1, 400 * day, -400 * day, .max, .min])
    func `no stamp is above the ceiling, and none at its floor below it`(_ correction: Int64) {
        for sent in [0, 1, UInt64(now) << 16 | 9, .max] {
            let stamp = HybridTime(rawValue: sent).accepted(correction: correction, floor: weekAgo, ceiling: ceiling)
            #expect(stamp > weekAgo && stamp <= ceiling)
        }
        let claimed = HybridTime(rawValue: .max - 1)
        #expect(HybridTime.zero.accepted(correction: correction, floor: claimed, ceiling: ceiling) == ceiling)
    }

    @Test func `times outside 48 bits are brought to the edge`() {
        #expect(HybridTime(milliseconds: -1) == .zero)
        #expect(HybridTime(milliseconds: .max).milliseconds == 0xFFFF_FFFF_FFFF)
    }

    @Test func `the last stamp has no next one`() {
        #expect(HybridTime(rawValue: .max).next == HybridTime(rawValue: .max))
    }

    @Test func `a full counter goes over into the next millisecond`() {
        let last = HybridTime(rawValue: 5 << 16 | 0xFFFF)

        #expect(last.next == HybridTime(milliseconds: 6))
    }
}
