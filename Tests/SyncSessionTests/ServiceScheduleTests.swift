import SyncSession
import Testing

/// When the background service does what.
@Suite struct ServiceScheduleTests {
    private let pace = ServiceSchedule.Pace()

    /// A schedule that has captured and synced once, at 0.
    private func settled(hasWork: Bool = false) -> ServiceSchedule {
        var schedule = ServiceSchedule(now: 0)
        schedule.captured(hasWork: hasWork, now: 0)
        schedule.synced(now: 0, chance: 0)
        return schedule
    }

    @Test func `it begins with a capture and a sync`() {
        var schedule = ServiceSchedule(now: 7)
        #expect(schedule.next(now: 7) == .capture)
        schedule.captured(hasWork: false, now: 7)
        #expect(schedule.next(now: 7) == .sync)
        schedule.synced(now: 8, chance: 0)
        #expect(schedule.next(now: 8) == .wait(until: 7 + pace.capture))
    }

    @Test func `it captures every minute and, when nothing is written, asks for the others' work now and then`() {
        var schedule = settled()
        var captures = 0
        var now: Int64 = 0
        while now < pace.poll {
            guard case .wait(let until) = schedule.next(now: now) else { break }
            now = until
            if schedule.next(now: now) == .capture {
                captures += 1
                schedule.captured(hasWork: false, now: now)
            }
        }
        #expect(now == pace.poll)
        #expect(captures == 15)
        #expect(schedule.next(now: now) == .sync)
    }

    @Test func `what is written is sent as soon as it is captured`() {
        var schedule = settled()
        schedule.captured(hasWork: true, now: 60_000)
        #expect(schedule.next(now: 60_000) == .sync)
    }

    @Test func `while something waits it tries again within half a minute, for ever`() {
        var schedule = settled()
        schedule.captured(hasWork: true, now: 0)
        for _ in 0..<1_000 {
            schedule.failed(.line, began: 0, now: 0, chance: 0)
            schedule.captured(hasWork: true, now: 0)
            guard case .wait(let until) = schedule.next(now: 0) else { break }
            #expect(until <= pace.retryMost)
        }
        schedule.failed(.line, began: 0, now: 0, chance: 0)
        #expect(schedule.next(now: pace.retryMost) == .sync)
    }

    @Test func `an attempt into the void takes its time from the pause that follows`() {
        var schedule = settled(hasWork: true)
        var now: Int64 = 0
        for _ in 0..<10 {
            let began = now
            now += 25_000
            schedule.failed(.line, began: began, now: now, chance: 0)
            schedule.captured(hasWork: true, now: now)
            #expect(schedule.next(now: now) == .wait(until: now + pace.retryFirst))
            now += pace.retryFirst
        }
    }

    @Test func `it backs off from what refuses, and never stops`() {
        var schedule = settled()
        var times: [Int64] = []
        for _ in 0..<40 {
            schedule.failed(.refused, began: 0, now: 0, chance: 0)
            var now: Int64 = 0
            while schedule.next(now: now) != .sync {
                guard case .wait(let until) = schedule.next(now: now) else {
                    schedule.captured(hasWork: false, now: now)
                    continue
                }
                now = until
            }
            times.append(now)
            schedule.captured(hasWork: false, now: 0)
        }
        #expect(times.first == pace.retryFirst)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(times.last == pace.refusedMost)
    }

    @Test func `a failed sync with nothing to send does not cost attempts all day`() {
        var schedule = settled()
        for _ in 0..<30 { schedule.failed(.line, began: 0, now: 0, chance: 0) }
        schedule.captured(hasWork: false, now: pace.poll - 1)
        #expect(schedule.next(now: pace.poll - 1) == .wait(until: pace.poll))
    }

    @Test func `new work while the line is down does not wait for the next poll`() {
        var schedule = settled()
        for _ in 0..<30 { schedule.failed(.line, began: 0, now: 0, chance: 0) }
        schedule.captured(hasWork: true, now: 60_000)
        #expect(schedule.next(now: 60_000 + pace.retryMost) == .sync)
    }

    @Test func `another network is a reason to try at once, but only for what failed`() {
        var schedule = settled()
        schedule.networkChanged(now: 1, chance: 0)
        #expect(schedule.next(now: 1) == .wait(until: pace.capture))
        for _ in 0..<30 { schedule.failed(.refused, began: 0, now: 0, chance: 0) }
        schedule.networkChanged(now: 1, chance: 0)
        #expect(schedule.next(now: 1 + pace.retryFirst) == .sync)
    }

    @Test func `a sync of somebody else is waited for and counts as no failure`() {
        var schedule = settled()
        schedule.failed(.busy, began: 0, now: 0, chance: 0)
        #expect(!schedule.isFailing)
        #expect(schedule.next(now: pace.retryFirst) == .sync)
    }

    @Test func `chance spreads the replicas over a quarter of the time`() {
        var (first, last) = (settled(), settled())
        first.synced(now: 0, chance: 0.999_999)
        last.synced(now: 0, chance: 0)
        for minute in 1...20 {
            first.captured(hasWork: false, now: Int64(minute) * 60_000)
            last.captured(hasWork: false, now: Int64(minute) * 60_000)
        }
        #expect(first.next(now: pace.poll * 3 / 4) != .sync)
        #expect(first.next(now: pace.poll * 3 / 4 + 1) == .sync)
        #expect(last.next(now: pace.poll - 1) != .sync)
        #expect(last.next(now: pace.poll) == .sync)
    }
}
