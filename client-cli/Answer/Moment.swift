import Foundation

/// Times for people: Unix milliseconds in words, and as local ISO 8601.
enum Moment {
    /// This PC's clock, Unix milliseconds.
    static func now() -> Int64 {
        Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))
    }

    static func local(_ milliseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(milliseconds / 1000))
        return date.formatted(Date.ISO8601FormatStyle(timeZone: .current))
    }

    /// `3 hours ago (2026-09-03T10:22:11+0200)`.
    static func inWords(_ milliseconds: Int64, now: Int64 = now()) -> String {
        "\(distance(milliseconds, now)) (\(local(milliseconds)))"
    }

    /// `3 hours ago`, `in 5 minutes`.
    static func distance(_ milliseconds: Int64, _ now: Int64) -> String {
        let (difference, overflow) = now.subtractingReportingOverflow(milliseconds)
        guard !overflow, difference != .min else { return "at an impossible time" }
        let seconds = abs(difference) / 1000
        guard seconds >= 60 else { return "just now" }
        return difference > 0 ? "\(length(seconds)) ago" : "in \(length(seconds))"
    }

    /// `3 hours`, the largest unit that fits.
    static func length(_ seconds: Int64) -> String {
        let units: [(size: Int64, name: String)] = [
            (365 * 86_400, "year"), (30 * 86_400, "month"), (86_400, "day"), (3_600, "hour"), (60, "minute"),
        ]
        for unit in units where seconds >= unit.size {
            return Words.count(Int(seconds / unit.size), unit.name)
        }
        return Words.count(Int(seconds), "second")
    }
}
