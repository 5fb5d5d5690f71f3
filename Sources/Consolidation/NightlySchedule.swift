/// When the night's consolidation runs: once per date, at an hour of Europe/Rome, caught up when it was missed.
///
/// Pure: the caller gives the time, and keeps the date that it did last.
package struct NightlySchedule: Sendable, Equatable {
    package enum Turn: Sendable, Equatable {
        /// Run now. Remember `date` as done when the publication is there.
        case due(date: RomeDate)
        /// Wait until this instant, Unix milliseconds, and ask again then: a clock may have been set meanwhile.
        case wait(until: Int64, date: RomeDate)
    }

    package let hour: Int
    package let minute: Int

    /// Reads `HH:MM`, 24 hours; nothing for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        self.hour = hour
        self.minute = minute
    }

    /// What to do at `now` (Unix milliseconds), when the turn of `lastDone` was the last one done.
    ///
    /// Due is the latest turn that has come, today's or yesterday's, if it is later than `lastDone`: older ones are not
    /// made up, as no picture of a past night can be made. Who has never done any is due only when today's hour has
    /// come.
    package func turn(lastDone: RomeDate?, now: Int64) -> Turn {
        let today = RomeDate(at: now)
        let isOver = instant(of: today) <= now
        let latest = isOver ? today : today.previous
        if latest > lastDone ?? today.previous { return .due(date: latest) }
        // A date done ahead of the clock (it was set back) is not done again.
        var next = isOver ? today.next : today
        if let lastDone, next <= lastDone { next = lastDone.next }
        return .wait(until: instant(of: next), date: next)
    }

    /// The run's instant on a date, Unix milliseconds. An hour that the date skips becomes the first minute after the
    /// gap; of one that comes twice it is the first.
    package func instant(of date: RomeDate) -> Int64 {
        date.instant(hour: hour, minute: minute)
    }
}
