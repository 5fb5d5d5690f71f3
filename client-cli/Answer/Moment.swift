import Foundation
import Texts

/// Times for people: Unix milliseconds in words, and as the language writes a date and a time.
enum Moment {
    /// This PC's clock, Unix milliseconds.
    static func now() -> Int64 {
        Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))
    }

    /// Local ISO 8601, `2026-09-03T10:22:11+0200`; in Italian `03/09/2026 10:22`.
    static func local(_ milliseconds: Int64) -> String {
        guard Language.current == .italian else { return iso(milliseconds) }
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return iso(milliseconds) }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(two(parts.tm_mday))/\(two(parts.tm_mon + 1))/\(Int(parts.tm_year) + 1900)"
        return "\(date) \(two(parts.tm_hour)):\(two(parts.tm_min))"
    }

    /// Local ISO 8601 in any language, for what is sorted or read by programs, too.
    static func iso(_ milliseconds: Int64) -> String {
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
        guard !overflow, difference != .min else { return localized("at an impossible time") }
        let seconds = abs(difference) / 1000
        guard seconds >= 60 else { return localized("just now") }
        return difference > 0 ? localized("\(length(seconds)) ago") : localized("in \(length(seconds))")
    }

    /// `3 hours`, the largest unit that fits.
    static func length(_ seconds: Int64) -> String {
        let days = seconds / 86_400
        switch seconds {
        case (365 * 86_400)...:
            return localized(Int(days / 365), one: "\(days / 365) year", other: "\(days / 365) years")
        case (30 * 86_400)...:
            return localized(Int(days / 30), one: "\(days / 30) month", other: "\(days / 30) months")
        case 86_400...: return localized(Int(days), one: "\(days) day", other: "\(days) days")
        case 3_600...:
            let hours = seconds / 3_600
            return localized(Int(hours), one: "\(hours) hour", other: "\(hours) hours")
        case 60...:
            let minutes = seconds / 60
            return localized(Int(minutes), one: "\(minutes) minute", other: "\(minutes) minutes")
        default: return localized(Int(seconds), one: "\(seconds) second", other: "\(seconds) seconds")
        }
    }
}
