import CSVFiles
package import ReplicaStore
package import SyncCore
import Texts

/// A CSV file taken into one table: all of its rows, or none.
///
/// A row is about the stored row whose id it has; without an id, about that with the same natural key; where the table
/// has no key, or a part of it is empty and empty parts differ, about one that has the same values in all columns of
/// the file. So a file that is imported again changes nothing. A column that the file lacks stays as it is, and has its
/// default in a new row.
package struct Import: Sendable {
    private let table: TableDescription
    /// Values that all rows have, as the command gives them.
    private let fixed: [(column: Int, input: FieldInput)]
    /// `YYYY-MM-DD`, in Italy.
    private let today: [UInt8]

    package init(into table: TableDescription, fixed: [(column: Int, input: FieldInput)], today: [UInt8]) {
        self.table = table
        self.fixed = fixed
        self.today = today
    }

    /// Who wants to know how it goes. An error of theirs ends the import, and nothing of it stays.
    package struct Listener {
        /// The titles, before the rows.
        package var onTitles: ([String]) throws -> Void = { _ in }
        /// A row with the texts of its cells, nothing for an empty one, and what is wrong with it.
        package var onRow: ([[UInt8]?], [ImportFault]) throws -> Void = { _, _ in }

        package init() {}
    }

    /// Says what would become of a file, and writes nothing.
    package func look(
        _ file: [UInt8], in store: ReplicaStore, _ listener: Listener
    ) throws -> ImportOutcome {
        try store.deskReading { try run(CSVReader(file), $0, writes: false, listener) }
    }

    /// Writes what is new and changed, in one transaction and as one action, unless the file has a fault.
    package func write(
        _ file: [UInt8], to store: ReplicaStore, by author: Operator, _ listener: Listener
    ) throws -> ImportOutcome {
        let reader = CSVReader(file)
        return try store.desk(by: author, isLong: true) { session in
            var outcome = try run(reader, session, writes: true, listener)
            outcome.isWritten = outcome.faultCount == 0 && outcome.new + outcome.changed > 0
            return (outcome, outcome.isWritten ? .keeps : .takesBack)
        }
    }

    private func run(
        _ file: CSVReader, _ session: DeskSession, writes: Bool, _ listener: Listener
    ) throws -> ImportOutcome {
        var reader = file
        var outcome = ImportOutcome(reader)
        for fault in reader.faults { outcome.add(ImportFault(fault, row: nil)) }
        let knowledge = DeskKnowledge(session, today: today)
        let (given, _, refused) = try Entry.read(fixed, table, FieldReader(knowledge))
        guard refused.isEmpty else { throw EntryRefusal(faults: [(0, refused)], count: 1) }
        guard let first = reader.next() else {
            if outcome.faultCount == 0 {
                let message = localized("the file is empty: its first line holds the titles of the columns")
                outcome.add(ImportFault(line: 1, row: 1, Fault(.title, nil, message)))
            }
            return outcome
        }
        guard let titles = readTitles(first, reader, &outcome) else { return outcome }
        try listener.onTitles(outcome.titles)
        let run = try ImportRun(table, titles, fixed: given, session, knowledge, writes: writes, outcome)
        while let row = reader.next() {
            let faults = try run.take(row, reader)
            try listener.onRow(row.cells.map { $0.isEmpty ? nil : reader.bytes(of: $0) }, faults)
        }
        outcome = run.outcome
        for column in run.missing.sorted() {
            let column = table.columns[column]
            let message = localized(
                """
                new rows need a value, and the file has no column “\(localizedLabel(column.label))”: add it, or give \
                one value for all rows with --set \(column.name)=…
                """)
            outcome.add(ImportFault(line: first.line, row: first.number, Fault(.required, column, message)))
        }
        outcome.sortFaults()
        return outcome
    }

    /// The titles; nothing when rows cannot be read under them.
    private func readTitles(_ row: CSVRow, _ reader: CSVReader, _ outcome: inout ImportOutcome) -> ImportTitles? {
        for fault in row.faults { outcome.add(ImportFault(fault, row: row.number)) }
        outcome.titles = row.cells.map {
            String(decoding: FieldReader.trimmed(reader.bytes(of: $0)), as: UTF8.self)
        }
        guard row.faults.isEmpty else { return nil }
        let titles = ImportTitles(outcome.titles, of: table, fixed: Set(fixed.map(\.column)))
        for (cell, fault) in titles.faults {
            outcome.add(
                ImportFault(line: row.line, row: row.number, cell: cell, title: outcome.titles[cell], fault))
        }
        return titles.faults.isEmpty ? titles : nil
    }
}
