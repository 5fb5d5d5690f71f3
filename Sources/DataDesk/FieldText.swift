import CSVFiles
package import SyncCore
import SyncWire

/// A value as it is typed: `FieldReader` makes the same value of it.
package enum FieldText {
    /// - Parameter name: by what the record that the column points to is found again, if by more than its id.
    package static func of(_ value: Value, _ column: ColumnDescription, name: String? = nil) -> String {
        if let name { return name }
        switch (value, column.format) {
        case (.null, _): return ""
        case (.integer(let cents), .cent): return PeopleCSV.euro(cents)
        case (.integer(let flag), .boolean) where flag == 0 || flag == 1: return flag == 1 ? "si" : "no"
        case (.integer(let number), _): return String(number)
        case (.real(let number), _): return number.description.replacing(".", with: ",")
        case (.text(let text), .date): return String(decoding: PeopleCSV.day(text) ?? text, as: UTF8.self)
        case (.text(let text), _): return String(decoding: text, as: UTF8.self)
        case (.blob(let bytes), _): return Hash.text(bytes)
        }
    }
}

extension DeskKnowledge {
    /// A value as it is typed, a record that it points to by its name where that is enough.
    package func typed(_ value: Value, _ column: ColumnDescription) throws -> String {
        guard let parent = column.parent.flatMap(table(named:)), case .text(let bytes) = value,
            let id = RecordID(String(decoding: bytes, as: UTF8.self)), let name = try names(of: parent).name(of: id),
            try record(Array(name.utf8), in: parent) == .found(id), !name.contains("\n")
        else { return FieldText.of(value, column) }
        return name
    }
}
