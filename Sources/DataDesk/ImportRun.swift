import CSVFiles
import ReplicaStore
import SyncCore
import Texts

/// One file taken into one table, row by row, within one session: what is wrong is told with its place, what is fine is
/// written as it comes, if it is to be written at all. Whether it stays is for the caller to say, at the end.
final class ImportRun {
    private let table: TableDescription
    private let session: DeskSession
    private let knowledge: DeskKnowledge
    private let titles: ImportTitles
    private let cells: ImportCells
    private let check: RowCheck
    /// Values that all rows have.
    private let fixed: [(column: Int, value: Value)]
    /// What a row without an id has where the file does not say it.
    private let owner: (column: Int, value: Value)?
    private let writes: Bool

    private var byKey: ImportIndex?
    /// Rows that no key tells apart are there already if all their values are.
    private var byValues: ImportIndex?
    private var linesByID: [RecordID: Int] = [:]
    private let absent: Set<Int>
    private(set) var outcome: ImportOutcome
    /// Required columns that the file lacks, once a new row would need them.
    private(set) var missing: Set<Int> = []
    private var placeholders: UInt64 = 0
    /// In the order of the file, as lists show them.
    private var ids = RowIDs()
    private var made: Set<RecordID> = []

    init(
        _ table: TableDescription, _ titles: ImportTitles, fixed: [(column: Int, value: Value)], _ session: DeskSession,
        _ knowledge: DeskKnowledge, writes: Bool, _ outcome: ImportOutcome
    ) throws {
        self.table = table
        self.titles = titles
        self.fixed = fixed
        self.session = session
        self.knowledge = knowledge
        self.writes = writes
        self.outcome = outcome
        cells = ImportCells(table, titles, FieldReader(knowledge))
        check = RowCheck(knowledge)
        let told = Set(titles.columns + fixed.map(\.column))
        owner = knowledge.onlyOwner(of: table).flatMap { told.contains($0.column) ? nil : $0 }
        absent = Set(table.columns.indices).subtracting(told)
        if !table.naturalKey.isEmpty {
            byKey = try ImportIndex(table.naturalKey, nullsAreEqual: table.nullsAreEqual, of: table, session)
        }
    }

    // MARK: One row

    /// What is known of a row while it is read.
    private struct Row {
        let line: Int
        let number: Int
        /// The stored row that it is about, and its values.
        var id: RecordID?
        var current: [Value]?
        var given: [(column: Int, value: Value)]
        var read: Set<Int> = []
        var unreadable: Set<Int> = []
        var faults: [ImportFault] = []
    }

    /// Takes a row, and returns its faults and warnings.
    func take(_ read: CSVRow, _ reader: CSVReader) throws -> [ImportFault] {
        outcome.rows += 1
        var row = Row(line: read.line, number: read.number, given: fixed)
        let texts = read.cells.map { $0.isEmpty ? nil : reader.bytes(of: $0) }
        for broken in read.faults {
            row.faults.append(ImportFault(broken, row: read.number, title: broken.cell.flatMap(title)))
            if let column = broken.cell.flatMap(column) { row.unreadable.insert(column) }
        }
        for (cell, text) in texts.enumerated() {
            guard let text, let fault = Self.fault(titles.meanings[cell], text) else { continue }
            row.faults.append(self.fault(row, cell, fault))
        }
        guard try identify(&row, texts) else { return settle(row) }
        try take(titles.columns.filter { !row.read.contains($0) }, of: texts, into: &row)
        let draft = RowDraft(table, current: row.current, given: row.given, unreadable: row.unreadable)
        if try claim(&row, draft) { return settle(row) }
        try judge(&row, draft)
        if row.current == nil, let warning = try namesake(draft) { row.faults.append(fault(row, nil, warning)) }
        if row.faults.allSatisfy(\.fault.isWarning) { try write(&row, draft) }
        if row.current == nil { knowledge.add(row.id ?? placeholder(), draft.values, to: table) }
        return settle(row)
    }

    /// Finds the stored row that this one is about: by its id, else by its key. Returns false when it names one that is
    /// not there.
    private func identify(_ row: inout Row, _ texts: [[UInt8]?]) throws -> Bool {
        if let cell = titles.id, cell < texts.count, let text = texts[cell] {
            let id = RecordID(String(decoding: FieldReader.trimmed(text), as: UTF8.self).lowercased())
            guard let id, let current = try session.values(of: id, in: table) else {
                let message = localized(
                    """
                    there is no row with the id “\(FieldReader.shown(text))” here: leave the cell empty where the row \
                    is a new one
                    """)
                row.faults.append(fault(row, cell, Fault(.reference, nil, message)))
                return false
            }
            if let line = linesByID.updateValue(row.line, forKey: id) {
                let message = localized("line \(line) has the same id: delete one of the two, or tell them apart")
                row.faults.append(fault(row, cell, Fault(.duplicate, nil, message)))
                return false
            }
            row.id = id
            row.current = current
            return true
        }
        if let owner { row.given.append(owner) }
        if let byKey {
            try take(titles.columns.filter(table.naturalKey.contains), of: texts, into: &row)
            guard !table.naturalKey.contains(where: row.unreadable.contains),
                let key = byKey.key(of: RowDraft(table, given: row.given).values)
            else { return true }
            switch byKey[key] {
            case .stored(let id), .line(_, let id?): row.id = id
            case .line(_, nil), nil: break
            }
            row.current = try row.id.flatMap { try session.values(of: $0, in: table) }
        }
        return true
    }

    private func take(_ columns: [Int], of texts: [[UInt8]?], into row: inout Row) throws {
        for column in columns where !row.unreadable.contains(column) {
            row.read.insert(column)
            guard let cell = titles.cell(of: column) else { continue }
            let text = cell < texts.count ? texts[cell] : nil
            switch try cells.read(text, cell: cell, column: column, current: row.current?[column]) {
            case .nothing: continue
            case .value(let value): row.given.append((column, value))
            case .fault(let fault):
                row.unreadable.insert(column)
                row.faults.append(self.fault(row, cell, fault))
            }
        }
    }

    /// Notes that the row is this line's, and tells another one that is the same. Returns true when nothing more is to
    /// be done: a row that no key tells apart is there already.
    private func claim(_ row: inout Row, _ draft: RowDraft) throws -> Bool {
        let values = draft.values
        if !table.naturalKey.contains(where: row.unreadable.contains), let key = byKey?.key(of: values) {
            switch byKey?[key] {
            case .line(let line, _): row.faults.append(fault(row, nil, keyTwin(line)))
            case .stored(let id) where id != row.id:
                let message = localized(
                    "another row has this key already, \(id): a change of the key must not make two rows the same")
                row.faults.append(fault(row, nil, Fault(.duplicate, nil, message)))
            case .stored, nil: break
            }
            if let current = row.current, let old = byKey?.key(of: current), old != key { byKey?[old] = nil }
            byKey?[key] = .line(row.line, row.id)
            return false
        }
        guard row.current == nil, row.unreadable.isEmpty else { return false }
        if byValues == nil {
            let columns = (titles.columns + fixed.map(\.column) + [owner?.column].compactMap { $0 }).sorted()
            byValues = try ImportIndex(columns, nullsAreEqual: true, of: table, session)
        }
        guard let key = byValues?.key(of: values) else { return false }
        let place = byValues?[key]
        switch place {
        case .line(let line, _): row.faults.append(fault(row, nil, Self.twin(line)))
        case .stored(let id):
            row.id = id
            row.current = try session.values(of: id, in: table)
        case nil: break
        }
        byValues?[key] = .line(row.line, row.id)
        return row.current != nil
    }

    private func judge(_ row: inout Row, _ draft: RowDraft) throws {
        guard row.current == nil || !draft.changed.isEmpty || !row.unreadable.isEmpty else { return }
        for fault in try check.faults(draft, looksForTwins: false) {
            let column = fault.column.flatMap(table.column(named:))
            // Told once, of the titles.
            if fault.kind == .required, row.current == nil, let column, absent.contains(column) {
                missing.insert(column)
                continue
            }
            row.faults.append(self.fault(row, column.flatMap(titles.cell), fault))
        }
    }

    /// A new row that no key tells apart may be one that is there, with something changed.
    private func namesake(_ draft: RowDraft) throws -> Fault? {
        guard table.rule != .appendOnly, table.rule != .set, byKey?.key(of: draft.values) == nil,
            let telling = table.tellingColumn, table.columns[telling].format != .date,
            !draft.unreadable.contains(telling), case .text(let name) = draft.values[telling]
        else { return nil }
        let shown = FieldReader.shown(name)
        let id: RecordID
        switch try knowledge.names(of: table).find(String(decoding: name, as: UTF8.self)) {
        case .found(let found): id = found
        case .several(let found): id = found[0]
        case .some(.none), nil: return nil
        }
        // A row of this file is no such record.
        guard id.high != .max, !made.contains(id) else { return nil }
        let message = localized(
            "“\(shown)” is there already, \(id): if it is the same, give the file a column id and put this into it")
        return Fault(.namesake, table.columns[telling], message)
    }

    // MARK: What becomes of it

    private func write(_ row: inout Row, _ draft: RowDraft) throws {
        let goesOn = writes && outcome.faultCount == 0 && missing.isEmpty
        guard let current = row.current, let id = row.id else {
            let given = draft.given.sorted { $0.column < $1.column }
            if goesOn {
                let id = try session.insert(into: table, given, id: table.idKey.isEmpty ? ids.next() : nil)
                row.id = id
                made.insert(id)
            }
            outcome.add(
                .init(line: row.line, id: row.id, changes: given.map { ($0.column, nil, $0.value) }), isNew: true)
            return
        }
        let values = draft.values
        let changed = draft.changed.sorted()
        guard !changed.isEmpty else { return }
        if goesOn { _ = try session.update(id, of: table, changed.map { ($0, values[$0]) }) }
        outcome.emptied += changed.count { values[$0] == .null || values[$0] == .text([]) }
        outcome.add(
            .init(line: row.line, id: id, changes: changed.map { ($0, current[$0], values[$0]) }), isNew: false)
    }

    private func settle(_ row: Row) -> [ImportFault] {
        // As they stand in the row; what is about all of it comes last.
        let faults = row.faults.sorted { $0.cell ?? .max < $1.cell ?? .max }
        for fault in faults { outcome.add(fault) }
        if faults.contains(where: { !$0.fault.isWarning }) { outcome.faulty += 1 }
        return faults
    }

    // MARK: Faults

    private func fault(_ row: Row, _ cell: Int?, _ fault: Fault) -> ImportFault {
        ImportFault(line: row.line, row: row.number, cell: cell, title: cell.flatMap(title), fault)
    }

    /// What is wrong with a cell that holds no value of a column.
    private static func fault(_ meaning: ImportTitles.Meaning, _ text: [UInt8]) -> Fault? {
        switch meaning {
        case .nothing:
            Fault(.title, nil, localized("the cell has no title above it: give the column one, or empty it"))
        case .remarks where text.starts(with: ImportTitles.brokenMark.utf8):
            Fault(
                .syntax, nil,
                localized("this row was broken when the report was written: set it right, then empty the cell"))
        case .remarks, .id, .column: nil
        }
    }

    private func keyTwin(_ line: Int) -> Fault {
        let key = table.naturalKey.map { localizedLabel(table.columns[$0].label) }.joined(separator: ", ")
        return Fault(
            .duplicate, nil,
            localized("line \(line) has the same key (\(key)): delete one of the two, or tell them apart"))
    }

    private static func twin(_ line: Int) -> Fault {
        Fault(.duplicate, nil, localized("line \(line) is the same row: delete one of the two, or tell them apart"))
    }

    private func title(_ cell: Int) -> String? { cell < outcome.titles.count ? outcome.titles[cell] : nil }

    private func column(_ cell: Int) -> Int? {
        guard cell < titles.meanings.count, case .column(let column) = titles.meanings[cell] else { return nil }
        return column
    }

    /// An id for a row that is not written: others of the file may point to it.
    private func placeholder() -> RecordID {
        placeholders += 1
        return RecordID(high: .max, low: placeholders)
    }
}
