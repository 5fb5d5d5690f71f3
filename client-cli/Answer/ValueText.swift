import CSVFiles
import SyncCore
import SyncWire
import Texts

/// One value of a record, as people read it and as JSON holds it.
enum ValueText {
    /// For people, not yet made safe for a terminal: money in euro, days as the language writes them, `-` for no value.
    static func human(_ value: Value, _ column: ColumnDescription?) -> String {
        switch value {
        case .null: "-"
        case .integer(let number):
            switch column?.format {
            case .cent: Euro.text(cents: number)
            case .boolean where number == 0 || number == 1: number == 1 ? localized("yes") : localized("no")
            default: String(number)
            }
        case .real(let number): number.description
        case .text(let bytes):
            String(decoding: column?.format == .date ? day(bytes) : bytes, as: UTF8.self)
        case .blob(let bytes): "x'\(Hash.text(bytes))'"
        }
    }

    /// A day of the file as the language writes it: `26/11/2026` in Italian. What is no day stays as it is.
    private static func day(_ bytes: [UInt8]) -> [UInt8] {
        Language.current == .italian ? PeopleCSV.day(bytes) ?? bytes : bytes
    }

    /// By type: exact numbers, text, null; a BLOB in hexadecimal.
    static func json(_ value: Value) -> JSONValue {
        switch value {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let bytes): .text(String(decoding: bytes, as: UTF8.self))
        case .blob(let bytes): .text(Hash.text(bytes))
        }
    }

    /// Whether people expect the column's values at the right edge.
    static func isRight(_ column: ColumnDescription) -> Bool {
        (column.type == .integer || column.type == .real) && column.format != .boolean
    }
}
