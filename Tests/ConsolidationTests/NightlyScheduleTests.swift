import Consolidation
import Foundation
import Testing

@Suite
struct NightlyScheduleTests {
    /// An instant by its UTC text, Unix milliseconds.
    private func instant(_ text: String) throws -> Int64 {
        Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970 * 1000)
    }

    private func date(_ text: String) throws -> RomeDate {
        try #require(RomeDate(text))
    }

    @Test(
        arguments: [
            ("03:30", "2026-03-28", "2026-03-28T02:30:00Z"), ("03:30", "2026-03-29", "2026-03-29T01:30:00Z"),
            ("02:30", "2026-03-29", "2026-03-29T01:00:00Z"), ("02:30", "2026-10-25", "2026-10-25T00:30:00Z"),
            ("03:30", "2026-10-25", "2026-10-25T02:30:00Z"), ("00:00", "2026-11-23", "2026-11-22T23:00:00Z"),
        ])
    func `the run's instant follows the clocks of Rome`(time: String, day: String, utc: String) throws {
        let schedule = try #require(NightlySchedule(time))

        #expect(schedule.instant(of: try date(day)) == (try instant(utc)))
    }

    @Test(arguments: ["3:30", "24:00", "12:60", "03.30", "", "03:30:00", "+3:30"])
    func `what is no time of day is refused`(text: String) {
        #expect(NightlySchedule(text) == nil)
    }

    @Test
    func `before the hour it waits, at the hour it is due, and then it waits for tomorrow`() throws {
        let schedule = try #require(NightlySchedule("03:30"))
        let (yesterday, today) = (try date("2026-11-22"), try date("2026-11-23"))
        let hour = try instant("2026-11-23T02:30:00Z")

        #expect(schedule.turn(lastDone: yesterday, now: hour - 1) == .wait(until: hour, date: today))
        #expect(schedule.turn(lastDone: yesterday, now: hour) == .due(date: today))
        #expect(schedule.turn(lastDone: today, now: hour + 1) == .wait(until: hour + 86_400_000, date: today.next))
    }

    @Test
    func `a missed turn is caught up, once, and older ones are not`() throws {
        let schedule = try #require(NightlySchedule("03:30"))
        let today = try date("2026-11-23")
        let beforeTheHour = try instant("2026-11-23T00:00:00Z")
        let afterTheHour = try instant("2026-11-23T09:00:00Z")

        #expect(schedule.turn(lastDone: try date("2026-11-10"), now: afterTheHour) == .due(date: today))
        #expect(schedule.turn(lastDone: try date("2026-11-10"), now: beforeTheHour) == .due(date: today.previous))
        #expect(
            schedule.turn(lastDone: today.previous, now: beforeTheHour)
                == .wait(until: schedule.instant(of: today), date: today))
    }

    @Test
    func `who has never done any begins with today's hour`() throws {
        let schedule = try #require(NightlySchedule("03:30"))
        let today = try date("2026-11-23")

        #expect(schedule.turn(lastDone: nil, now: try instant("2026-11-23T09:00:00Z")) == .due(date: today))
        #expect(
            schedule.turn(lastDone: nil, now: try instant("2026-11-23T00:00:00Z"))
                == .wait(until: schedule.instant(of: today), date: today))
    }

    @Test(arguments: ["2026-03-28", "2026-10-24"])
    func `over the change of the clocks each date is due exactly once`(first: String) throws {
        let schedule = try #require(NightlySchedule("02:30"))
        let begin = try date(first)
        var last = begin.previous
        var done: [RomeDate] = []

        // Ten minutes at a time, over three days.
        for step in 0..<Int64(3 * 24 * 6) {
            let now = begin.instant(hour: 0, minute: 0) + step * 600_000
            if case .due(let date) = schedule.turn(lastDone: last, now: now) {
                done.append(date)
                last = date
            }
        }

        #expect(done == [begin, begin.next, begin.next.next])
    }

    @Test
    func `a clock that is set back does not make a date run again`() throws {
        let schedule = try #require(NightlySchedule("03:30"))
        let today = try date("2026-11-23")

        let turn = schedule.turn(lastDone: today, now: try instant("2026-11-20T09:00:00Z"))

        #expect(turn == .wait(until: schedule.instant(of: today.next), date: today.next))
    }

    @Test
    func `dates are read strictly, and days follow each other over the change of the clocks`() throws {
        #expect(RomeDate("2026-02-29") == nil)
        #expect(RomeDate("2026-2-03") == nil)
        #expect(RomeDate("2026-13-01") == nil)
        #expect(RomeDate("2024-02-29")?.next == RomeDate("2024-03-01"))
        #expect(RomeDate("2026-03-29")?.previous.description == "2026-03-28")
        #expect(RomeDate("2026-10-25")?.next.description == "2026-10-26")
        #expect(RomeDate(at: .max).year == 9999)
        #expect(RomeDate(at: .min).year == 1)
    }
}
