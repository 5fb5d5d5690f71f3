import ReplicaStore
package import SyncCore
import Texts

/// A row as somebody wants it: new, or with some values of a row that is there changed.
package struct RowDraft: Sendable {
    package let table: TableDescription
    /// The values as they stand; nothing for a new row.
    package let current: [Value]?
    package let given: [(column: Int, value: Value)]
    /// Columns whose text could not be read: nothing more is said of them.
    package let unreadable: Set<Int>
    /// All values as they would stand.
    package let values: [Value]
    /// The given columns whose value would be another one.
    package let changed: [Int]

    package init(
        _ table: TableDescription, current: [Value]? = nil, given: [(column: Int, value: Value)],
        unreadable: Set<Int> = []
    ) {
        self.table = table
        self.current = current
        self.given = given
        self.unreadable = unreadable
        var values = current ?? table.columns.map { FieldReader.decoded($0.defaultValue) ?? .null }
        for pair in given { values[pair.column] = pair.value }
        self.values = values
        changed = given.map(\.column).filter { column in current.map { values[column] != $0[column] } ?? true }
    }
}

/// Everything that is wrong with a row, before the database says no to the first of it.
package struct RowCheck {
    private let knowledge: any Knowledge
    /// Records that were added in the same action, by their places in it: nobody else knows them yet.
    private let made: [RecordID: Int]

    package init(_ knowledge: any Knowledge, made: [RecordID: Int] = [:]) {
        self.knowledge = knowledge
        self.made = made
    }

    /// - Parameter looksForTwins: whether a row with the same natural key is a fault.
    package func faults(_ draft: RowDraft, looksForTwins: Bool = true) throws -> [Fault] {
        let table = draft.table
        let values = draft.values
        let changed = Set(draft.changed)
        var faults = rights(draft, values, changed)
        var bad = draft.unreadable
        for (place, column) in table.columns.enumerated() where !draft.unreadable.contains(place) {
            guard draft.current == nil || changed.contains(place), let fault = fault(values[place], column) else {
                continue
            }
            faults.append(fault)
            bad.insert(place)
        }
        for check in table.checks {
            let columns = check.columns.columns
            guard draft.current == nil || columns.contains(where: changed.contains),
                !columns.contains(where: bad.contains), try !knowledge.isFine(values, under: check, of: table)
            else { continue }
            faults.append(Fault(.check, columns.count == 1 ? table.columns[columns[0]] : nil, check.message))
        }
        if looksForTwins, !table.naturalKey.contains(where: bad.contains),
            draft.current == nil || table.naturalKey.contains(where: changed.contains),
            let twin = try knowledge.twins(of: values, in: table).first
        {
            let names = table.naturalKey.map { table.columns[$0].name }.joined(separator: ", ")
            let message =
                made[twin].map {
                    localized("record \($0 + 1) has the same key (\(names)): give it once, or tell the two apart")
                }
                ?? localized(
                    """
                    there is a row with the same key already (\(names)): change that one, `zona edit \(table.name) \
                    \(twin)`
                    """)
            faults.append(Fault(.duplicate, nil, message))
        }
        if let fault = size(values, table) { faults.append(fault) }
        return faults + (try warnings(draft, values, changed, bad))
    }

    // MARK: One value

    private func fault(_ value: Value, _ column: ColumnDescription) -> Fault? {
        if column.isRequired {
            switch value {
            case .null: return Fault(.required, column, localized("a value is needed: write one"))
            case .text(let text)
            where column.defaultValue == ValueCoding.null && FieldReader.trimmed(text).isEmpty:
                return Fault(.required, column, localized("a value is needed: write one"))
            default: break
            }
        }
        guard case .integer(let number) = value else { return nil }
        let low = column.minimum ?? (column.format == .boolean ? 0 : column.format == .year ? 1900 : nil)
        let high = column.maximum ?? (column.format == .boolean ? 1 : column.format == .year ? 2999 : nil)
        if let low, number < low {
            return Fault(.range, column, localized("\(number) is too small: at least \(low) is allowed"))
        }
        if let high, number > high {
            return Fault(.range, column, localized("\(number) is too large: at most \(high) is allowed"))
        }
        return nil
    }

    private func size(_ values: [Value], _ table: TableDescription) -> Fault? {
        let bytes = values.reduce(0) { $0 + ($1.byteCount) }
        guard bytes > Limits.changeBytes - Limits.columns * 10 else { return nil }
        return Fault(.tooLarge, nil, localized("the row is over 1 MB: shorten its texts"))
    }

    // MARK: Rights

    private func rights(_ draft: RowDraft, _ values: [Value], _ changed: Set<Int>) -> [Fault] {
        let table = draft.table
        if draft.current != nil, table.rule == .appendOnly || table.rule == .set, !changed.isEmpty {
            let message =
                table.rule == .set
                ? localized("rows of \(table.name) are never changed: delete this one and add another")
                : localized("rows of \(table.name) are never changed: correct it by a new row")
            return [Fault(.unchangeable, nil, message)]
        }
        if let owner = table.ownerColumn, draft.unreadable.contains(owner) { return [] }
        var faults: [Fault] = []
        if let owner = table.ownerColumn, draft.current != nil, changed.contains(owner) {
            faults.append(
                Fault(.rights, table.columns[owner], localized("to whom a row belongs never changes: add another row")))
        }
        let owner = table.ownerColumn.map { (draft.current ?? values)[$0] }
        let plain = table.columns.indices.filter { table.columns[$0].writable == nil && changed.contains($0) }
        // A new row without an owner where one is needed lacks a value, and is told that.
        let lacksOwner = owner == .null && table.ownerColumn.map { table.columns[$0].isRequired } == true
        if draft.current == nil || !plain.isEmpty, !lacksOwner, !isAllowed(table.writable, owner) {
            faults.append(Fault(.rights, table.ownerColumn.map { table.columns[$0] }, Self.refusal(table.writable)))
        }
        for place in changed.sorted() {
            guard let access = table.columns[place].writable, !lacksOwner, !isAllowed(access, owner) else { continue }
            let standing = draft.current?[place] ?? FieldReader.decoded(table.columns[place].defaultValue) ?? .null
            guard values[place] != standing else { continue }
            faults.append(Fault(.rights, table.columns[place], Self.refusal(access)))
        }
        return faults
    }

    /// Whether a column may be given: of a row that is there, or of a new one of our own.
    package func isWritable(_ place: Int, of table: TableDescription, _ current: [Value]?) -> Bool {
        let access = table.columns[place].writable ?? table.writable
        guard let owner = table.ownerColumn else { return isAllowed(access, nil) }
        guard let current else { return isAllowed(access, .text(knowledge.comune.description)) }
        return place != owner && isAllowed(access, current[owner])
    }

    private func isAllowed(_ access: WriteAccess, _ owner: Value?) -> Bool {
        switch access {
        case .all: return true
        case .hub: return false
        case .capofila: return knowledge.isCapofila
        case .owner, .ownerAndCapofila:
            guard let owner else { return true }
            if owner == .null { return knowledge.isCapofila }
            return owner == .text(knowledge.comune.description) || access == .ownerAndCapofila && knowledge.isCapofila
        }
    }

    private static func refusal(_ access: WriteAccess) -> String {
        switch access {
        case .capofila: localized("only the capofila writes it: leave it out, or ask the capofila")
        case .owner: localized("only the comune to which the row belongs writes it: leave it out, or ask that comune")
        case .ownerAndCapofila:
            localized("only the comune to which the row belongs and the capofila write it: leave it out, or ask them")
        case .all, .hub: localized("only the system writes it: leave it out")
        }
    }

    // MARK: Warnings

    private func warnings(
        _ draft: RowDraft, _ values: [Value], _ changed: Set<Int>, _ bad: Set<Int>
    ) throws -> [Fault] {
        let table = draft.table
        guard draft.current == nil || !changed.isEmpty else { return [] }
        var warnings: [Fault] = []
        let day = Self.day(of: values, table) ?? knowledge.today
        for place in changed.sorted() where !bad.contains(place) {
            guard let list = table.columns[place].codeList, case .text(let text) = values[place],
                let code = try knowledge.codes(of: list).code(text), !code.isValid(on: day)
            else { continue }
            let until = code.validTo.map { String(decoding: $0, as: UTF8.self) } ?? "…"
            let from = code.validFrom.map { String(decoding: $0, as: UTF8.self) } ?? "…"
            let message = localized(
                """
                the code \(code.text) is valid from \(from) to \(until), not on \
                \(String(decoding: day, as: UTF8.self)): check whether another one is meant
                """)
            warnings.append(Fault(.closedCode, table.columns[place], message))
        }
        if let warning = try reported(values, table) { warnings.append(warning) }
        return warnings
    }

    /// The day that a row is about.
    private static func day(of values: [Value], _ table: TableDescription) -> [UInt8]? {
        for (place, column) in table.columns.enumerated() where column.format == .date && column.isRequired {
            if case .text(let day) = values[place] { return day }
        }
        return nil
    }

    /// What is written for a year that its comune has reported is not in what was sent.
    private func reported(_ values: [Value], _ table: TableDescription) throws -> Fault? {
        guard table.writable == .owner, let owner = table.ownerColumn, case .text(let text) = values[owner],
            let comune = RecordID(String(decoding: text, as: UTF8.self))
        else { return nil }
        var years: [RecordID] = []
        var named: ColumnDescription?
        if let place = table.column(named: "annualita_id"), case .text(let year) = values[place] {
            named = table.columns[place]
            years = [RecordID(String(decoding: year, as: UTF8.self))].compactMap { $0 }
        } else if let place = table.column(named: "anno"), case .integer(let year) = values[place] {
            named = table.columns[place]
            years = try knowledge.annualita(of: year)
        }
        for year in years {
            guard let state = try knowledge.closedReporting(of: comune, annualita: year) else { continue }
            let message = localized(
                """
                this year was reported already (\(state)), and what was sent does not hold this: ask the capofila to \
                open the reporting again
                """)
            return Fault(.reported, named, message)
        }
        return nil
    }
}

extension Value {
    /// Bytes of a text or BLOB.
    fileprivate var byteCount: Int {
        switch self {
        case .text(let bytes), .blob(let bytes): bytes.count
        case .null, .integer, .real: 0
        }
    }
}
