package import SyncCore

/// The check of an Italian codice fiscale: 16 characters of a person, or 11 digits of an organisation, which are formed
/// as a partita IVA.
///
/// After the Decreto del Ministro delle finanze of 23 December 1976, *Sistemi di codificazione dei soggetti da
/// iscrivere all'anagrafe tributaria*. Of 16 characters the last is computed from the others: those in odd places count
/// by a table of their own, those in even places their digit or their place in the alphabet, the sum modulo 26 is the
/// letter. Where two persons would have the same code, digits are replaced by letters from the right (omocodia: L for
/// 0, M, N, P, Q, R, S, T, U, V for 9), and the check letter is computed from these. Of 11 digits the last makes the
/// sum a multiple of ten, where digits in even places count double, less 9 above 9.
package enum TaxCode {
    package enum Finding: Sendable, Equatable {
        case fine
        /// Neither 11 nor 16 characters; how many.
        case length(Int)
        /// The character of this place, from 1, cannot stand there.
        case form(Int)
        /// The check character does not fit the others.
        case check
    }

    /// Whether a column holds such codes. The catalog knows no format for them: the name says it.
    package static func isHeld(in column: ColumnDescription) -> Bool {
        ["codice_fiscale", "partita_iva"].contains { column.name == $0 || column.name.hasSuffix("_\($0)") }
    }

    /// The code without spaces, in capitals, as it is stored.
    package static func tidy(_ text: [UInt8]) -> [UInt8] {
        text.filter { $0 != UInt8(ascii: " ") }.map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 0x20 : $0 }
    }

    /// - Parameter code: as `tidy` leaves it.
    package static func finding(_ code: [UInt8]) -> Finding {
        switch code.count {
        case 11: organisation(code)
        case 16: person(code)
        default: .length(String(decoding: code, as: UTF8.self).count)
        }
    }

    private static func organisation(_ code: [UInt8]) -> Finding {
        var sum = 0
        for (index, byte) in code.enumerated() {
            guard isDigit(byte) else { return .form(index + 1) }
            let digit = Int(byte - 0x30)
            let weight = index % 2 == 0 ? digit : digit * 2
            sum += weight > 9 ? weight - 9 : weight
        }
        // Eleven zeros would fit, and are nobody's.
        return sum % 10 == 0 && code.contains { $0 != UInt8(ascii: "0") } ? .fine : .check
    }

    private static let shape = Array("LLLLLLDDMDDLDDDL".utf8)
    private static let months = Array("ABCDEHLMPRST".utf8)
    private static let standIns = Array("LMNPQRSTUV".utf8)
    private static let odd = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ]

    private static func person(_ code: [UInt8]) -> Finding {
        var sum = 0
        for (index, byte) in code.enumerated() {
            let isLetter = byte >= 0x41 && byte <= 0x5A
            let isFine =
                switch shape[index] {
                case UInt8(ascii: "L"): isLetter
                case UInt8(ascii: "M"): months.contains(byte)
                default: isDigit(byte) || standIns.contains(byte)
                }
            guard isFine else { return .form(index + 1) }
            guard index < 15 else { break }
            let number = Int(isLetter ? byte - 0x41 : byte - 0x30)
            sum += index % 2 == 0 ? odd[number] : number
        }
        return Int(code[15] - 0x41) == sum % 26 ? .fine : .check
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
