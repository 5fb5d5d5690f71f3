package import ReplicaStore
package import SyncCore
import Texts

/// What somebody gives for one field.
package enum FieldInput: Sendable, Equatable {
    /// As typed: read by the column's type, format and lists. Empty is no value, or empty text where the column needs
    /// some.
    case text([UInt8])
    /// A whole text, of a file: never looked into.
    case whole([UInt8])
    /// A value that is one already.
    case value(Value)
}

/// One record to be written: a new one, or changes of one that is there.
package struct EntryInput: Sendable {
    package let id: RecordID?
    package var fields: [(column: Int, input: FieldInput)]

    package init(id: RecordID? = nil, fields: [(column: Int, input: FieldInput)]) {
        self.id = id
        self.fields = fields
    }
}

/// What was written of one record.
package struct EntryOutcome: Sendable {
    package let id: RecordID
    /// The columns that were given (new record) or that have another value now; nothing before in a new record.
    package let changes: [(column: Int, before: Value?, now: Value)]
    package let warnings: [Fault]
}

/// Why nothing was written: the faults of each record that has some.
package struct EntryRefusal: Error, Sendable {
    package let faults: [(place: Int, faults: [Fault])]
    /// How many records were given.
    package let count: Int

    package init(faults: [(place: Int, faults: [Fault])], count: Int) {
        self.faults = faults
        self.count = count
    }
}

/// Records taken in one by one, or several as one action: read, checked, written, all of them or none.
package enum Entry {
    /// - Parameters:
    ///   - today: `YYYY-MM-DD`, in Italy.
    ///   - keeps: false for a trial, which leaves nothing.
    package static func write(
        _ inputs: [EntryInput], to table: TableDescription, of store: ReplicaStore, by author: Operator, today: [UInt8],
        keeps: Bool = true
    ) throws -> [EntryOutcome] {
        try store.desk(by: author) { session in
            let knowledge = DeskKnowledge(session, today: today)
            var outcomes: [EntryOutcome] = []
            var made: [RecordID: Int] = [:]
            var refused: [(place: Int, faults: [Fault])] = []
            for (place, input) in inputs.enumerated() {
                let (draft, faults) = try check(input, to: table, session, knowledge, made: made)
                let errors = faults.filter { !$0.isWarning }
                guard errors.isEmpty else {
                    refused.append((place, errors))
                    continue
                }
                // A record that stands on one which was refused may be fine: it is only looked at.
                guard refused.isEmpty else { continue }
                let outcome = try write(draft, input.id, session, knowledge, warnings: faults)
                if input.id == nil { made[outcome.id] = place }
                outcomes.append(outcome)
            }
            guard refused.isEmpty else { throw EntryRefusal(faults: refused, count: inputs.count) }
            return (outcomes, keeps ? .keeps : .takesBack)
        }
    }

    /// Reads and checks one record without writing it.
    ///
    /// - Parameter made: records added before in the same action, by their places.
    package static func check(
        _ input: EntryInput, to table: TableDescription, _ session: DeskSession, _ knowledge: DeskKnowledge,
        made: [RecordID: Int] = [:]
    ) throws -> (draft: RowDraft, faults: [Fault]) {
        var current: [Value]?
        if let id = input.id {
            guard let values = try session.values(of: id, in: table) else {
                throw ReplicaStoreError(.notFound, localized("there is no row \(id) in \(table.name)"))
            }
            current = values
        }
        var (given, unreadable, faults) = try read(input.fields, table, FieldReader(knowledge))
        if current == nil, let owner = knowledge.onlyOwner(of: table),
            !input.fields.contains(where: { $0.column == owner.column })
        {
            given.append(owner)
        }
        let draft = RowDraft(table, current: current, given: given, unreadable: unreadable)
        return (draft, faults + (try RowCheck(knowledge, made: made).faults(draft)))
    }

    /// The values of some fields; what cannot be read is told.
    package static func read(
        _ fields: [(column: Int, input: FieldInput)], _ table: TableDescription, _ reader: FieldReader
    ) throws -> (given: [(column: Int, value: Value)], unreadable: Set<Int>, faults: [Fault]) {
        var given: [(column: Int, value: Value)] = []
        var unreadable: Set<Int> = []
        var faults: [Fault] = []
        for field in fields {
            switch try value(of: field.input, table.columns[field.column], reader) {
            case .success(let value): given.append((field.column, value))
            case .failure(let fault):
                unreadable.insert(field.column)
                faults.append(fault)
            }
        }
        return (given, unreadable, faults)
    }

    private static func value(
        of input: FieldInput, _ column: ColumnDescription, _ reader: FieldReader
    ) throws -> Result<Value, Fault> {
        switch input {
        case .value(let value): return .success(value)
        case .whole(let text):
            guard column.type == .text || column.type == .any else {
                let message = localized("it is no text: give the value itself, as \(column.name)=…")
                return .failure(Fault(.notOfType, column, message))
            }
            return .success(.text(text))
        case .text(let text):
            guard text.isEmpty else { return try reader.value(text, column) }
            return .success(column.isRequired && column.isFree ? .text([]) : .null)
        }
    }

    private static func write(
        _ draft: RowDraft, _ id: RecordID?, _ session: DeskSession, _ knowledge: DeskKnowledge, warnings: [Fault]
    ) throws -> EntryOutcome {
        let values = draft.values
        guard let id, let current = draft.current else {
            let made = try session.insert(into: draft.table, draft.given)
            knowledge.add(made, values, to: draft.table)
            return EntryOutcome(
                id: made, changes: draft.given.map { ($0.column, nil, $0.value) }, warnings: warnings)
        }
        let changed = draft.changed
        _ = try session.update(id, of: draft.table, changed.map { ($0, values[$0]) })
        return EntryOutcome(
            id: id, changes: changed.map { ($0, current[$0], values[$0]) }, warnings: warnings)
    }
}

extension ColumnDescription {
    /// Whether any text will do.
    fileprivate var isFree: Bool {
        type == .text && parent == nil && codeList == nil && allowed.isEmpty && (format == nil || format == .text)
    }
}
