import CSVFiles
import SyncCore
import Texts

/// Turns the cells of a row into values of their columns, or says what is wrong with them.
final class ImportCells {
    private let table: TableDescription
    private let titles: ImportTitles
    private let reader: FieldReader
    /// What was read in columns with few different texts: codes, words of a list, names of records.
    private var known: [Int: [[UInt8]: Result<Value, Fault>]] = [:]
    private static let knownMaximum = 20_000

    init(_ table: TableDescription, _ titles: ImportTitles, _ reader: FieldReader) {
        self.table = table
        self.titles = titles
        self.reader = reader
    }

    enum Reading {
        /// The row keeps what it has, or its default.
        case nothing
        case value(Value)
        case fault(Fault)
    }

    /// - Parameters:
    ///   - text: of the cell; nothing for an empty one.
    ///   - current: what stands in the column now, in a row that is there.
    func read(_ text: [UInt8]?, cell: Int, column: Int, current: Value?) throws -> Reading {
        let described = table.columns[column]
        guard let text, titles.isExact || !FieldReader.trimmed(text).isEmpty else {
            return empty(text, described, current: current)
        }
        if text.isEmpty { return empty(text, described, current: current) }
        if let current, text == written(current, described) { return .nothing }
        if !titles.isExact, let fault = Self.formula(text, described) { return .fault(fault) }
        let plain = titles.isExact ? text : FormulaGuard.unguarded(text)
        switch try value(plain, described, cell: cell, column: column) {
        case .success(let value): return .value(value)
        case .failure(let fault): return .fault(fault)
        }
    }

    /// A cell without a text: a row that is there loses its value, a new one has its default.
    private func empty(_ text: [UInt8]?, _ column: ColumnDescription, current: Value?) -> Reading {
        // Two quotes are an empty text where they were written as one; other programs put quotes around all cells.
        if titles.isExact, text != nil, column.type == .text || column.type == .any {
            return current == .text([]) ? .nothing : .value(.text([]))
        }
        let standing = FieldReader.decoded(column.defaultValue) ?? .null
        guard let current else { return column.isRequired || standing == .null ? .nothing : .value(.null) }
        if current == .null || current == .text([]) { return .nothing }
        return .value(column.isRequired ? standing : .null)
    }

    private func value(
        _ text: [UInt8], _ described: ColumnDescription, cell: Int, column: Int
    ) throws -> Result<Value, Fault> {
        // A table may point to itself, and gets names while the file is read.
        let hasFew =
            described.codeList != nil || !described.allowed.isEmpty
            || described.parent != nil && described.parent != table.name
        guard hasFew else { return try reader.value(text, described, money: titles.money[cell]) }
        if let found = known[column]?[text] { return found }
        let found = try reader.value(text, described, money: titles.money[cell])
        if known[column, default: [:]].count >= Self.knownMaximum { known[column] = [:] }
        known[column, default: [:]][text] = found
        return found
    }

    /// A value as an export writes it, without names of other records: such a cell is left alone, so that a file that
    /// comes back as it was changes nothing, whatever stands in it.
    private func written(_ value: Value, _ column: ColumnDescription) -> [UInt8]? {
        switch titles.isExact ? value : PeopleCSV.cell(value, column, name: nil) {
        case .text(let text): text
        case .integer(let number): Array(String(number).utf8)
        case .real(let number): Array(String(number).utf8)
        case .null, .blob: nil
        }
    }

    // MARK: Formulas

    private static let errors: Set = [
        "#RIF!", "#REF!", "#N/D", "#N/A", "#VALORE!", "#VALUE!", "#DIV/0!", "#NOME?", "#NAME?", "#NUM!", "#NULLO!",
        "#NULL!",
    ]

    /// What a spreadsheet wrote in the place of a value.
    private static func formula(_ text: [UInt8], _ column: ColumnDescription) -> Fault? {
        if text.first == UInt8(ascii: "=") {
            let message = localized(
                """
                “\(FieldReader.shown(text))” is a formula, not its value: copy the cells and paste them as values (a \
                text that begins with = has an apostrophe before it)
                """)
            return Fault(.formula, column, message)
        }
        guard text.first == UInt8(ascii: "#") else { return nil }
        let isNarrow = text.count >= 3 && text.allSatisfy { $0 == UInt8(ascii: "#") }
        guard isNarrow || errors.contains(String(decoding: text, as: UTF8.self)) else { return nil }
        let message =
            isNarrow
            ? localized("the column of the spreadsheet was too narrow for the value: make it wider and save it anew")
            : localized(
                "“\(FieldReader.shown(text))” is an error of the spreadsheet: mend the formula, or write the value")
        return Fault(.formula, column, message)
    }
}
