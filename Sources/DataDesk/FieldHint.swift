package import SyncCore
import Texts

/// What may be written into a field, told to whoever fills it in.
package enum FieldHint {
    /// How many codes or names are told at once.
    private static let limit = 15

    /// - Parameter text: of codes and names only those that hold it; all for an empty one.
    package static func lines(
        _ column: ColumnDescription, holding text: String, _ knowledge: DeskKnowledge
    ) throws -> [String] {
        if let list = column.codeList {
            return told(try knowledge.codes(of: list).holding(text).map(\.text))
        }
        if let parent = column.parent.flatMap(knowledge.table(named:)) {
            let plain = Near.plain(text)
            let names = try knowledge.names(of: parent).all.map(\.name).filter {
                plain.isEmpty || Near.plain($0).contains(plain)
            }
            return [localized("a record of \(parent.name), by its name, its key or its id")] + told(names)
        }
        if !column.allowed.isEmpty, column.format != .boolean {
            return told(column.allowed.compactMap(FieldReader.decoded).map { FieldText.of($0, column) })
        }
        return [form(column)].compactMap { $0 }
    }

    /// How such a value is written; nothing for plain text.
    package static func form(_ column: ColumnDescription) -> String? {
        switch (column.type, column.format) {
        case (_, .cent): localized("an amount in euro: 1.250,00")
        case (_, .boolean): localized("si or no")
        case (_, .date): localized("a day: 29/11/2026")
        case (_, .time): localized("a time of the day: 10:00")
        case (_, .timestamp): localized("a point in time: 2026-11-29T10:00:00Z")
        case (_, .year): localized("a year in four digits")
        case (.integer, _): localized("a whole number")
        case (.real, _): localized("a number: 12,5")
        case (.blob, _): localized("bytes in hexadecimal")
        case (.text, _), (.any, _):
            TaxCode.isHeld(in: column) ? localized("11 digits or 16 characters, checked") : nil
        }
    }

    private static func told(_ all: [String]) -> [String] {
        guard all.count > limit else { return all.isEmpty ? [localized("none")] : all }
        let rest = all.count - limit
        return all.prefix(limit) + [localized(rest, one: "and \(rest) more", other: "and \(rest) more")]
    }
}
