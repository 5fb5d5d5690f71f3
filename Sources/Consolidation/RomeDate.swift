import Foundation

/// A day of the calendar in Europe/Rome, where every date of the domain counts. Written `YYYY-MM-DD`.
package struct RomeDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// The day on which an instant falls. `milliseconds` are Unix time; outside the years 1 to 9999 the nearest of them
    /// counts.
    package init(at milliseconds: Int64) {
        let parts = Self.calendar.dateComponents([.year, .month, .day], from: Self.date(at: milliseconds))
        self.init(year: parts.year ?? 1, month: parts.month ?? 1, day: parts.day ?? 1)
    }

    /// Reads `YYYY-MM-DD`; nothing for anything else, or for a day that does not exist.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year > 0
        else { return nil }
        self.init(year: year, month: month, day: day)
        // A day that does not exist comes back as another one.
        guard (1...12).contains(month), RomeDate(at: instant(hour: 12, minute: 0)) == self else { return nil }
    }

    private init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    package var next: RomeDate { moved(days: 1) }
    package var previous: RomeDate { moved(days: -1) }

    /// When the clocks of this day first show hour and minute, Unix milliseconds. In spring an hour is skipped: then it
    /// is the first minute after the gap. In autumn an hour comes twice: then it is the first time.
    package func instant(hour: Int, minute: Int) -> Int64 {
        let calendar = Self.calendar
        let noon = calendar.date(from: DateComponents(year: year, month: month, day: day, hour: 12)) ?? .distantPast
        let justBefore = calendar.startOfDay(for: noon).addingTimeInterval(-1)
        let found = calendar.nextDate(
            after: justBefore, matching: DateComponents(hour: hour, minute: minute), matchingPolicy: .nextTime,
            repeatedTimePolicy: .first)
        return Int64(((found ?? noon).timeIntervalSince1970 * 1000).rounded())
    }

    package var description: String {
        "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private func moved(days: Int64) -> RomeDate {
        // From noon, a day is 23 to 25 hours long, so that 24 always lead into the next.
        RomeDate(at: instant(hour: 12, minute: 0) + days * 86_400_000)
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    static func date(at milliseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(clamped(milliseconds)) / 1000)
    }

    /// The years 1 to 9999: beyond them the calendar is not to be trusted.
    static func clamped(_ milliseconds: Int64) -> Int64 {
        min(max(milliseconds, -62_135_596_800_000), 253_402_200_000_000)
    }

    // Foundation carries the zones of the world with it, so the other branch is never taken.
    static let zone = TimeZone(identifier: "Europe/Rome") ?? .gmt

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }()
}

/// Instants as people and programs read them.
enum InstantText {
    /// `23/11/2026 03:30`, in Europe/Rome: for the clerk.
    static func rome(_ milliseconds: Int64) -> String {
        let parts = components(milliseconds, in: RomeDate.zone)
        let date = [(parts.day, 2), (parts.month, 2), (parts.year, 4)].map { RomeDate.padded($0 ?? 0, $1) }
        let time = [parts.hour, parts.minute].map { RomeDate.padded($0 ?? 0, 2) }
        return "\(date.joined(separator: "/")) \(time.joined(separator: ":"))"
    }

    /// `2026-11-23T02:30:00.000Z`: for programs.
    static func utc(_ milliseconds: Int64) -> String {
        let parts = components(milliseconds, in: .gmt)
        let date = [(parts.year, 4), (parts.month, 2), (parts.day, 2)].map { RomeDate.padded($0 ?? 0, $1) }
        let time = [parts.hour, parts.minute, parts.second].map { RomeDate.padded($0 ?? 0, 2) }
        let thousandths = Int((milliseconds % 1000 + 1000) % 1000)
        return "\(date.joined(separator: "-"))T\(time.joined(separator: ":")).\(RomeDate.padded(thousandths, 3))Z"
    }

    private static func components(_ milliseconds: Int64, in zone: TimeZone) -> DateComponents {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        // Whole seconds, downwards: the calendar must not round a thousandth up into the next minute.
        let seconds = RomeDate.clamped(milliseconds) - (milliseconds % 1000 + 1000) % 1000
        return calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: RomeDate.date(at: seconds))
    }
}
