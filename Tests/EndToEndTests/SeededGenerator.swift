import Foundation
import Seeded

extension SeededGenerator {
    /// The seeds of a run: one, or the one that `SEED=17 swift test` names.
    static let seeds = [ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? 2026]

    /// A UUID of version 7 in canonical text form.
    mutating func id() -> String {
        var digits = Array(String(next(), radix: 16)) + Array(String(next(), radix: 16))
        while digits.count < 32 { digits.append("0") }
        digits[12] = "7"
        digits[16] = "a"
        let text = String(digits)
        var parts: [Substring] = []
        var rest = text[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}
