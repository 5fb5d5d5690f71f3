import DataDesk

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

    /// Reads `125000` as cents, and `1.250,00` or `1250,5` as euro. Nothing for what is neither: `1.250` could be
    /// both.
    static func cents(_ text: String) -> Int64? {
        text.utf8.contains(0x2C) ? NumberText.scaled(Array(text.utf8), places: 2) : Int64(text)
    }
}
