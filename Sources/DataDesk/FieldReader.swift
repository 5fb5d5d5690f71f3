import ReplicaStore
package import SyncCore
import SyncWire
import Texts

/// Turns what somebody has written for a field into a value of its column, or says what is wrong with it.
package struct FieldReader {
    /// What a number without a comma stands for where the column holds money.
    package enum Money: String, Sendable, CaseIterable {
        case cents, euro
    }

    private let knowledge: any Knowledge

    package init(_ knowledge: any Knowledge) {
        self.knowledge = knowledge
    }

    /// - Parameter text: not empty.
    package func value(
        _ text: [UInt8], _ column: ColumnDescription, money: Money = .cents
    ) throws -> Result<Value, Fault> {
        guard !text.contains(0) else {
            return .failure(Fault(.notOfType, column, localized("there is a NUL byte in it: write the text anew")))
        }
        guard text.count <= Limits.changeBytes else {
            return .failure(Fault(.tooLarge, column, localized("the text is over 1 MB: shorten it")))
        }
        if let parent = column.parent, let table = knowledge.table(named: parent) {
            return try record(Self.trimmed(text), column, table)
        }
        if let list = column.codeList { return try code(Self.trimmed(text), column, list) }
        if !column.allowed.isEmpty, column.format != .boolean { return allowed(Self.trimmed(text), column) }
        switch column.type {
        case .integer: return integer(Self.trimmed(text), column, money)
        case .real:
            guard let number = NumberText.real(Self.trimmed(text)) else {
                return .failure(Fault(.notOfType, column, localized("“\(Self.shown(text))” is no number: write 12,5")))
            }
            return .success(.real(number))
        case .text, .any: return self.text(text, column)
        case .blob:
            guard let bytes = Hash.bytes(String(decoding: Self.trimmed(text), as: UTF8.self).lowercased()) else {
                return .failure(Fault(.notOfType, column, localized("bytes are written in hexadecimal")))
            }
            return .success(.blob(bytes))
        }
    }

    // MARK: Texts, dates, times

    private func text(_ text: [UInt8], _ column: ColumnDescription) -> Result<Value, Fault> {
        let trimmed = Self.trimmed(text)
        switch column.format {
        case .date: return date(trimmed, column)
        case .time:
            guard let time = DayText.time(trimmed) else {
                return .failure(
                    Fault(.time, column, localized("“\(Self.shown(text))” is no time of a day: write 10:00")))
            }
            return .success(.text(time))
        case .timestamp:
            guard trimmed.count >= 10, CalendarText.isDate(Array(trimmed.prefix(10))) else {
                let message = localized("“\(Self.shown(text))” is no point in time: write 2026-11-29T10:00:00Z")
                return .failure(Fault(.date, column, message))
            }
            return .success(.text(trimmed))
        case .cent, .boolean, .year, .text, nil:
            guard TaxCode.isHeld(in: column) else { return .success(.text(text)) }
            return taxCode(TaxCode.tidy(trimmed), column)
        }
    }

    private func date(_ text: [UInt8], _ column: ColumnDescription) -> Result<Value, Fault> {
        switch DayText.date(text) {
        case .fine(let day): .success(.text(day))
        case .noSuchDay:
            .failure(
                Fault(
                    .date, column,
                    localized("there is no day \(Self.shown(text)): day, month and year are written 29/11/2026")))
        case .shortYear:
            .failure(
                Fault(.date, column, localized("the year of “\(Self.shown(text))” needs four digits: 29/11/2026")))
        case .notADate:
            .failure(
                Fault(
                    .date, column, localized("“\(Self.shown(text))” is no date: write 29/11/2026 or 2026-11-29")))
        }
    }

    private func taxCode(_ code: [UInt8], _ column: ColumnDescription) -> Result<Value, Fault> {
        let message: String
        switch TaxCode.finding(code) {
        case .fine: return .success(.text(code))
        case .length(let count):
            message = localized(
                """
                11 digits or 16 characters are needed, there are \(count): compare it with the document (a \
                spreadsheet may have taken zeros from its beginning)
                """)
        case .form(let place):
            message = localized("character \(place) cannot stand there: compare the code with the document")
        case .check:
            message = localized(
                "its check character does not fit the others, one is mistyped: compare the code with the document")
        }
        return .failure(Fault(.taxCode, column, message))
    }

    // MARK: Numbers

    private func integer(_ text: [UInt8], _ column: ColumnDescription, _ money: Money) -> Result<Value, Fault> {
        switch column.format {
        case .boolean:
            guard let flag = Self.flag(text) else {
                let message = localized("it is si or no, not “\(Self.shown(text))”")
                return .failure(Fault(.notOfType, column, message))
            }
            return .success(.integer(flag ? 1 : 0))
        case .cent: return cents(text, column, money)
        case .date, .time, .timestamp, .year, .text, nil:
            let isHundredths = column.name.hasSuffix("_centesimi") && text.contains(UInt8(ascii: ","))
            guard let number = isHundredths ? NumberText.scaled(text, places: 2) : NumberText.integer(text) else {
                let message = localized("“\(Self.shown(text))” is no whole number: write it in digits")
                return .failure(Fault(.notOfType, column, message))
            }
            return .success(.integer(number))
        }
    }

    /// Yes or no, as people write it.
    package static func flag(_ text: [UInt8]) -> Bool? {
        switch Near.plain(text) {
        case "1", "si", "s", "vero", "true", "x", "yes", "y": true
        case "0", "no", "n", "falso", "false": false
        default: nil
        }
    }

    private func cents(_ text: [UInt8], _ column: ColumnDescription, _ money: Money) -> Result<Value, Fault> {
        var text = text
        if text.starts(with: Array("€".utf8)) { text.removeFirst(3) }
        if text.reversed().starts(with: Array("€".utf8).reversed()) { text.removeLast(3) }
        text = Self.trimmed(text)
        let cents: Int64? =
            switch money {
            case .euro: NumberText.scaled(text, places: 2)
            // `1.250` could be either, and is neither.
            case .cents:
                text.contains(UInt8(ascii: ","))
                    ? NumberText.scaled(text, places: 2) : Int64(String(decoding: text, as: UTF8.self))
            }
        guard let cents else {
            let message =
                money == .euro
                ? localized("“\(Self.shown(text))” is no amount: write euro as 1.250,00")
                : localized(
                    "“\(Self.shown(text))” is no amount: write euro with a comma, 1.250,00, or cents, 125000")
            return .failure(Fault(.amount, column, message))
        }
        return .success(.integer(cents))
    }

    // MARK: Lists and records

    private func allowed(_ text: [UInt8], _ column: ColumnDescription) -> Result<Value, Fault> {
        let values = column.allowed.compactMap(Self.decoded)
        let wanted = Near.plain(text)
        if let value = values.first(where: { Self.bytes($0) == text })
            ?? values.first(where: { !wanted.isEmpty && Near.plain(Self.bytes($0)) == wanted })
        {
            return .success(value)
        }
        let names = values.map { String(decoding: Self.bytes($0), as: UTF8.self) }
        let near = Near.names(to: String(decoding: text, as: UTF8.self), among: names)
        let message =
            near.isEmpty
            ? localized("“\(Self.shown(text))” is not allowed: choose one of \(names.joined(separator: ", "))")
            : localized(
                """
                “\(Self.shown(text))” is not allowed, perhaps \(near.joined(separator: ", ")) is meant: choose one \
                of \(names.joined(separator: ", "))
                """)
        return .failure(Fault(.notAllowed, column, message))
    }

    private func code(_ text: [UInt8], _ column: ColumnDescription, _ list: String) throws -> Result<Value, Fault> {
        switch try knowledge.codes(of: list).find(text) {
        case .found(let code): return .success(.text(code.code))
        case .several(let codes):
            let message = localized(
                "several codes of the list \(list) are called “\(Self.shown(text))”: \(Self.list(codes)): give the code"
            )
            return .failure(Fault(.unknownCode, column, message))
        case .none(let near):
            let message =
                near.isEmpty
                ? localized(
                    """
                    “\(Self.shown(text))” is not in the list \(list): `zona list vocabolario --where tipo=\(list)` \
                    shows its codes
                    """)
                : localized(
                    "“\(Self.shown(text))” is not in the list \(list): perhaps \(Self.list(near)) is meant")
            return .failure(Fault(.unknownCode, column, message))
        }
    }

    private func record(
        _ text: [UInt8], _ column: ColumnDescription, _ table: TableDescription
    ) throws -> Result<Value, Fault> {
        let message: String
        switch try knowledge.record(text, in: table) {
        case .found(let id): return .success(.text(id.description))
        case .several(let ids):
            let some = ids.prefix(3).map(\.description).joined(separator: ", ")
            message = localized(
                "several rows of \(table.name) are called “\(Self.shown(text))”: give the id of one: \(some)")
        case .none(let near):
            message =
                near.isEmpty
                ? localized(
                    """
                    no row of \(table.name) has this name, key or id, “\(Self.shown(text))”: `zona list \
                    \(table.name)` shows them
                    """)
                : localized(
                    """
                    no row of \(table.name) has this name, key or id, “\(Self.shown(text))”: perhaps \
                    \(near.joined(separator: ", ")) is meant
                    """)
        }
        return .failure(Fault(.reference, column, message))
    }

    // MARK: Bytes

    private static func list(_ codes: [DeskSession.Code]) -> String { codes.map(\.text).joined(separator: ", ") }

    static func decoded(_ encoded: [UInt8]) -> Value? {
        var reader = ByteReader(encoded)
        return try? reader.value()
    }

    /// A value of a list as it is typed.
    static func bytes(_ value: Value) -> [UInt8] {
        switch value {
        case .integer(let number): Array(String(number).utf8)
        case .text(let text): text
        case .null, .real, .blob: []
        }
    }

    /// Without spaces at its ends, those of a spreadsheet's cells among them.
    package static func trimmed(_ text: [UInt8]) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 0x09 && byte <= 0x0D }
        var slice = text[...]
        while true {
            if let first = slice.first, isSpace(first) {
                slice.removeFirst()
            } else if slice.starts(with: [0xC2, 0xA0]) {
                slice.removeFirst(2)
            } else if let last = slice.last, isSpace(last) {
                slice.removeLast()
            } else if slice.suffix(2).elementsEqual([0xC2, 0xA0]) {
                slice.removeLast(2)
            } else {
                return slice.count == text.count ? text : Array(slice)
            }
        }
    }

    /// As much of a text as belongs in a message.
    static func shown(_ text: [UInt8]) -> String {
        let string = String(decoding: text.prefix(400), as: UTF8.self)
        return string.count > 40 ? String(string.prefix(39)) + "…" : string
    }
}
