/// Looks at one value and the catalog only, never at other records, so that refusals do not depend on order.
extension ColumnDescription {
    /// Why the encoded `value` cannot stand in this column, or nothing.
    package func fault(in value: ArraySlice<UInt8>) -> Refusal? {
        guard let kind = value.first.map({ $0 & 7 }) else { return Refusal(.notValid, name) }
        if kind == RawValue.Kind.null.rawValue {
            return isRequired ? Refusal(.notValid, name) : nil
        }
        let isText = kind == RawValue.Kind.text.rawValue || kind == RawValue.Kind.uuid.rawValue
        let isInteger = kind == RawValue.Kind.integer.rawValue || kind == RawValue.Kind.wideInteger.rawValue
        let fits: Bool =
            switch type {
            case .integer: isInteger
            case .real: kind == RawValue.Kind.real.rawValue
            case .text: isText
            case .blob: kind == RawValue.Kind.blob.rawValue
            case .any: true
            }
        guard fits else { return Refusal(.notValid, name) }
        if !allowed.isEmpty && !allowed.contains(where: value.elementsEqual) { return Refusal(.notValid, name) }
        if minimum != nil || maximum != nil || format != nil { return rangeFault(in: value) }
        return nil
    }

    private func rangeFault(in value: ArraySlice<UInt8>) -> Refusal? {
        var reader = ByteReader(Array(value))
        guard let read = try? reader.value() else { return Refusal(.notValid, name) }
        switch read {
        case .integer(let number):
            let low = minimum ?? (format == .boolean ? 0 : format == .year ? 1900 : .min)
            let high = maximum ?? (format == .boolean ? 1 : format == .year ? 2999 : .max)
            return number >= low && number <= high ? nil : Refusal(.notValid, name)
        case .text(let text):
            let isFine: Bool =
                switch format {
                case .date: CalendarText.isDate(text)
                case .time: CalendarText.isTime(text)
                case .timestamp, .cent, .boolean, .year, .text, nil: true
                }
            return isFine ? nil : Refusal(.notValid, name)
        case .null, .real, .blob:
            return nil
        }
    }
}

/// Dates and times as files hold them: ISO 8601, proleptic Gregorian calendar.
package enum CalendarText {
    /// `YYYY-MM-DD`, a day that exists.
    package static func isDate(_ text: [UInt8]) -> Bool {
        guard text.count == 10, text[4] == 0x2D, text[7] == 0x2D, let year = number(text[0..<4]),
            let month = number(text[5..<7]), let day = number(text[8..<10])
        else { return false }
        return month >= 1 && month <= 12 && day >= 1 && day <= days(in: month, of: year)
    }

    /// `HH:MM`, 00:00 to 23:59.
    package static func isTime(_ text: [UInt8]) -> Bool {
        guard text.count == 5, text[2] == 0x3A, let hour = number(text[0..<2]), let minute = number(text[3..<5]) else {
            return false
        }
        return hour < 24 && minute < 60
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard digit >= 0x30 && digit <= 0x39 else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
}
