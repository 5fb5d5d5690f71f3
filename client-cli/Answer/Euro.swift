/// Money: integer cents in files and JSON, euro as Italians write it for people.
enum Euro {
    /// `1.250,00 €`.
    static func text(cents: Int64) -> String {
        let digits = String(cents.magnitude / 100)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { grouped += "." }
            grouped.append(digit)
        }
        let rest = cents.magnitude % 100
        return "\(cents < 0 ? "-" : "")\(grouped),\(rest < 10 ? "0" : "")\(rest) €"
    }

    /// Reads `125000` as cents, and `1.250,00` or `1250,00` as euro. Nothing for what is neither: `1.250` could be
    /// both.
    static func cents(_ text: String) -> Int64? {
        guard let comma = text.utf8.firstIndex(of: 0x2C) else { return Int64(text) }
        let whole = text[..<comma]
        let cents = text[text.index(after: comma)...]
        let isNegative = whole.hasPrefix("-")
        let groups = (isNegative ? whole.dropFirst() : whole).split(separator: ".", omittingEmptySubsequences: false)
        let isGrouped = groups.count > 1
        guard cents.utf8.count == 2, cents.utf8.allSatisfy(isDigit), let first = groups.first, !first.isEmpty,
            groups.allSatisfy({ $0.utf8.allSatisfy(isDigit) }), !isGrouped || first.utf8.count <= 3,
            groups.dropFirst().allSatisfy({ $0.utf8.count == 3 })
        else { return nil }
        return Int64((isNegative ? "-" : "") + groups.joined() + cents)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39
    }
}
