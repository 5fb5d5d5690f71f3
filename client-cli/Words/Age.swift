import Foundation
import Texts

/// A point in time as people type it: `7d`, `12h`, `2w` before now, or a date, `2026-11-26`, its first moment here.
struct Age {
    /// Unix milliseconds.
    let moment: Int64

    /// - Parameter option: the option's name, for the message.
    static func read(_ text: String, _ option: String, now: Int64) throws -> Age {
        if let age = age(text) { return Age(moment: now - age) }
        if let date = date(text) { return Age(moment: date) }
        throw CommandFailure(
            .usage, "usage",
            localized("\(option) takes an age, as 12h, 7d or 2w, or a date, as 2026-11-26; not \(text)"))
    }

    private static func age(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000]
        guard let last = text.last, let unit = units[last], let count = UInt32(text.dropLast()), count <= 100_000 else {
            return nil
        }
        return Int64(count) * unit
    }

    private static func date(_ text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? Int(part) : nil
        }
        guard text.utf8.count == 10, parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            year > 1970
        else { return nil }
        let wanted = DateComponents(calendar: .current, timeZone: .current, year: year, month: month, day: day)
        guard wanted.isValidDate, let date = wanted.date else { return nil }
        return Int64(date.timeIntervalSince1970 * 1_000)
    }
}
