import SyncCore

/// Dates and times as people write them, made into those that files hold.
package enum DayText {
    package enum Finding: Sendable, Equatable {
        case fine([UInt8])
        /// Of the right form, but no such day: `30/02/2026`, or month and day in the American order.
        case noSuchDay
        /// The year has two digits.
        case shortYear
        case notADate
    }

    /// `2026-11-29`, `29/11/2026`, `29-11-2026`, `29.11.2026`; zeros may be left out of the Italian forms.
    package static func date(_ text: [UInt8]) -> Finding {
        if CalendarText.isDate(text) { return .fine(text) }
        for separator in [UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: ".")] {
            let parts = text.split(separator: separator, omittingEmptySubsequences: false).map(Array.init)
            guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(NumberText.isDigit) }) else {
                continue
            }
            if parts[0].count == 4, separator != UInt8(ascii: "/") {
                return parts[1].count == 2 && parts[2].count == 2 ? .noSuchDay : .notADate
            }
            guard parts[0].count <= 2, parts[1].count <= 2 else { return .notADate }
            if parts[2].count == 2 { return .shortYear }
            guard parts[2].count == 4 else { return .notADate }
            let iso = parts[2] + [0x2D] + padded(parts[1]) + [0x2D] + padded(parts[0])
            return CalendarText.isDate(iso) ? .fine(iso) : .noSuchDay
        }
        return .notADate
    }

    /// `10:00`, `9:30`, `10.00`, `10:00:00`; nothing for what is no time of a day.
    package static func time(_ text: [UInt8]) -> [UInt8]? {
        let dotted = text.contains(UInt8(ascii: ":")) ? UInt8(ascii: ":") : UInt8(ascii: ".")
        let parts = text.split(separator: dotted, omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 2 || parts.count == 3 && parts[2] == Array("00".utf8), parts[0].count <= 2,
            !parts[0].isEmpty, parts[1].count == 2
        else { return nil }
        let time = padded(parts[0]) + [UInt8(ascii: ":")] + parts[1]
        return CalendarText.isTime(time) ? time : nil
    }

    private static func padded(_ digits: [UInt8]) -> [UInt8] { digits.count == 1 ? [0x30] + digits : digits }
}
