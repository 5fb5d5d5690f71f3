import Consolidation
import DataDesk
import ReplicaStore
import SyncCore
import Texts

/// Records given to `add` and `edit`, in whatever way, written and told.
struct EntryDesk {
    let work: Workplace
    let table: TableDescription

    /// The fields of a command's words. All of them are looked at: what is wrong is told at once.
    static func fields(
        _ words: [String], of table: TableDescription
    ) throws -> [(column: Int, input: FieldInput)] {
        var given: Set<Int> = []
        return try CommandFailure.collect(words) { word in
            guard let assignment = Assignment(word) else {
                throw CommandFailure(
                    .usage, "usage",
                    localized("\(word) is not understood: write column=value, column:null or column@FILE"))
            }
            let column = try Names.column(assignment.column, of: table)
            guard given.insert(column).inserted else {
                throw CommandFailure(.usage, "usage", localized("\(assignment.column) is given twice"))
            }
            let input: FieldInput =
                switch assignment.source {
                case .null: .value(.null)
                case .text(let text): .text(Array(text.utf8))
                case .file(let path): .whole(Array(try InputFile.text(path).utf8))
                }
            return (column, input)
        }
    }

    func write(_ inputs: [EntryInput], keeps: Bool) throws -> [EntryOutcome] {
        let outcomes = try Entry.write(
            inputs, to: table, of: work.store, by: work.author, today: Day.today(), keeps: keeps)
        for outcome in outcomes { for warning in outcome.warnings { work.answer.warn(warning.text) } }
        return outcomes
    }

    /// What writing one record would do; nothing of it stays.
    func trial(_ id: RecordID?, _ fields: [(column: Int, input: FieldInput)]) throws -> EntryOutcome {
        try Entry.write(
            [EntryInput(id: id, fields: fields)], to: table, of: work.store, by: work.author, today: Day.today(),
            keeps: false)[0]
    }

    /// What is wrong with a record so far.
    func faults(_ id: RecordID?, _ fields: [(column: Int, input: FieldInput)]) throws -> [Fault] {
        try work.store.deskReading { session in
            try Entry.check(
                EntryInput(id: id, fields: fields), to: table, session, DeskKnowledge(session, today: Day.today())
            ).faults
        }
    }

    // MARK: Telling

    func lines(_ outcome: EntryOutcome) throws -> [String] {
        try ChangeText(table, work.store).lines(outcome.changes)
    }

    func json(_ outcome: EntryOutcome) -> [String: JSONValue] {
        return [
            "table": .text(table.name), "id": .text(outcome.id.description),
            "changes": ChangeText(table, work.store).json(outcome.changes),
            "warnings": .array(outcome.warnings.map(\.json)),
        ]
    }
}

extension Fault {
    var json: JSONValue {
        .object([
            "kind": .text(kind.rawValue), "column": .optional(column), "label": .optional(label),
            "message": .text(message),
        ])
    }
}

extension CommandFailure {
    /// Every fault of every record, a line each.
    init(_ refusal: EntryRefusal) {
        let all = refusal.faults.flatMap(\.faults)
        let isLost = !all.isEmpty && all.allSatisfy { $0.kind == .reference }
        let rules: Set<Fault.Kind> = [.check, .rights, .duplicate, .unchangeable]
        let isRule = !all.isEmpty && all.allSatisfy { rules.contains($0.kind) }
        var lines: [String] = []
        for (place, faults) in refusal.faults {
            let prefix = refusal.count > 1 ? localized("record \(place + 1): ") : ""
            lines += faults.map { prefix + SafeText.line($0.text) }
        }
        self.init(
            isLost ? .notFound : .badValue, isLost ? "not-found" : isRule ? "not-valid" : "bad-value",
            Self.lines(lines))
        faults = refusal.faults.flatMap { place, faults in
            faults.map { fault in
                guard refusal.count > 1, case .object(var members) = fault.json else { return fault.json }
                members["record"] = .integer(place + 1)
                return .object(members)
            }
        }
    }
}

/// Days as the ambito counts them.
enum Day {
    /// Today in Italy, `YYYY-MM-DD`.
    static func today() -> [UInt8] { Array(RomeDate(at: Moment.now()).description.utf8) }
}
