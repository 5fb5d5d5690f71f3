import Foundation

/// A generator that gives the same numbers for the same seed, everywhere (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    /// The seeds of a run: one, or the one that `SEED=17 swift test` names.
    static let seeds = [ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? 2026]

    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

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
