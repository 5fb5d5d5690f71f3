/// Numbers as Italians write them: a decimal comma, dots between thousands.
package enum NumberText {
    /// `1.250,50` with `places` 2 is 125050: a whole number of hundredths. Dots only between groups of three digits, at
    /// most `places` digits behind the comma. Nothing for what is no such number or too large.
    package static func scaled(_ text: [UInt8], places: Int) -> Int64? {
        var rest = text[...]
        var isNegative = false
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
            isNegative = rest.removeFirst() == UInt8(ascii: "-")
        }
        let parts = rest.split(separator: UInt8(ascii: ","), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = digits(parts[0]) else { return nil }
        let decimals = parts.count == 2 ? Array(parts[1]) : []
        guard parts.count == 1 || !decimals.isEmpty, decimals.count <= places, decimals.allSatisfy(isDigit) else {
            return nil
        }
        var number: Int64 = 0
        for digit in whole + decimals + Array(repeating: 0x30, count: places - decimals.count) {
            let (larger, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = larger.addingReportingOverflow(Int64(digit - 0x30))
            guard !overflow, !isOver else { return nil }
            number = sum
        }
        return isNegative ? -number : number
    }

    /// A whole number, plain or with dots between its thousands.
    package static func integer(_ text: [UInt8]) -> Int64? {
        // The smallest number has no positive twin.
        scaled(text, places: 0) ?? Int64(String(decoding: text, as: UTF8.self))
    }

    package static func real(_ text: [UInt8]) -> Double? {
        guard !text.isEmpty, text.allSatisfy({ isDigit($0) || [0x2B, 0x2D, 0x2C, 0x2E, 0x45, 0x65].contains($0) })
        else {
            return nil
        }
        let string = String(decoding: text, as: UTF8.self)
        let number = string.contains(".") ? Double(string) : Double(string.replacing(",", with: "."))
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The digits of a whole number whose dots, if any, stand where thousands end.
    private static func digits(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let groups = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let first = groups.first, !first.isEmpty, groups.count == 1 || first.count <= 3,
            groups.dropFirst().allSatisfy({ $0.count == 3 }), groups.allSatisfy({ $0.allSatisfy(isDigit) })
        else { return nil }
        return groups.flatMap { Array($0) }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
