import ArgumentParser

/// `500kB`, `2MB`, `1.5MB`, `4096`: bytes as people type them, units of 1000.
struct ByteAmount: ExpressibleByArgument {
    let bytes: Int64

    init?(argument: String) {
        guard
            let bytes = Amount.number(
                argument, units: [("gb", 1_000_000_000), ("mb", 1_000_000), ("kb", 1_000), ("b", 1), ("", 1)])
        else { return nil }
        self.bytes = bytes
    }
}

/// `90s`, `5m`, `1h`, `2d`: a length of time as people type it.
struct TimeAmount: ExpressibleByArgument {
    let seconds: Int64

    init?(argument: String) {
        guard let seconds = Amount.number(argument, units: [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]) else {
            return nil
        }
        self.seconds = seconds
    }
}

enum Amount {
    /// A number above 0 with one of the units, rounded; nothing when it is none, or too large to be meant.
    static func number(_ text: String, units: [(name: String, size: Int64)]) -> Int64? {
        let text = text.lowercased()
        guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
        let digits = text.dropLast(unit.name.count)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }),
            let number = Double(digits), number > 0, number * Double(unit.size) < 1e15
        else { return nil }
        return max(1, Int64((number * Double(unit.size)).rounded()))
    }
}
