import ReplicaStore
import SyncCore
import Texts

/// Rows printed as they come: as a table, or record by record, where no meaning depends on what stands below what.
final class RowListing {
    /// Rows of a table that are laid out together: beyond, the first ones decide the widths.
    private static let part = 1_000
    /// A table narrower than this would say little.
    private static let narrowest = 60
    private let table: TableDescription
    private let columns: [Int]
    private let width: Int
    private let isPlain: Bool
    private let hasWholeIDs: Bool
    private var held: [NamedRow] = []
    private var text: TextTable
    private var isEmpty = true

    /// - Parameter hasWholeIDs: whether so many rows may come that short ids could mean several.
    init(_ table: TableDescription, columns: [Int], isPlain: Bool, hasWholeIDs: Bool, width: Int) {
        self.table = table
        self.columns = columns
        self.width = width
        self.isPlain = isPlain || width < Self.narrowest
        self.hasWholeIDs = hasWholeIDs
        text = TextTable(
            [.init("", isWhole: true), .init("id", isWhole: true)]
                + columns.map { .init(table.columns[$0].name, isRight: ValueText.isRight(table.columns[$0])) })
    }

    func append(_ row: NamedRow) {
        guard !isPlain else { return printBlock(row) }
        held.append(row)
        if held.count == Self.part { flush() }
    }

    func end() {
        guard !isPlain else { return }
        flush()
        for line in text.note { print(line) }
    }

    private func flush() {
        let ids = ShortIDs(held.map(\.row.id))
        for row in held {
            let cells = columns.map { SafeText.line(row.cell($0, table)) + row.row.mark(of: table.columns[$0]) }
            text.append([row.row.marks, hasWholeIDs ? row.row.id.description : ids.text(row.row.id)] + cells)
        }
        held.removeAll(keepingCapacity: true)
        print(text.part(width: width).joined(separator: "\n"))
    }

    /// One record: its name, then a line a field that has a value.
    private func printBlock(_ row: NamedRow) {
        if !isEmpty { print("") }
        isEmpty = false
        let heading = row.name.map { SafeText.line($0) } ?? row.row.id.description
        print(heading)
        print("id: \(row.row.id)")
        if !row.row.markWords.isEmpty { print(localized("marks: \(row.row.markWords.joined(separator: ", "))")) }
        for column in columns where row.row.values[column] != .null {
            let value = SafeText.line(row.cell(column, table))
            let contested = row.row.mark(of: table.columns[column]).isEmpty ? "" : localized(" (contested)")
            print("\(SafeText.line(table.columns[column].shownLabel)): \(value)\(contested)")
        }
    }
}
