import DataDesk
import Foundation
import Platform
import ReplicaStore
import SyncCore
import Texts

/// A record that somebody types, field by field or in his editor: what it starts from.
struct TypedEntry {
    /// The operator has left, and nothing was written.
    struct Left: Error {}

    let desk: EntryDesk
    /// Nothing for a new record.
    let id: RecordID?
    let dryRun: Bool
    /// The columns that are his to write, with what stands there, as it is typed.
    let columns: [(column: Int, text: String)]
    /// What the command's words gave.
    let given: [(column: Int, input: FieldInput)]

    var table: TableDescription { desk.table }

    init(_ desk: EntryDesk, _ id: RecordID?, given: [(column: Int, input: FieldInput)], dryRun: Bool) throws {
        self.desk = desk
        self.id = id
        self.given = given
        self.dryRun = dryRun
        let table = desk.table
        // On the screen from now on: pulls leave it alone until it is written.
        if let id { try desk.work.store.touch(id, of: table, now: Moment.now()) }
        columns = try desk.work.store.deskReading { session in
            let knowledge = DeskKnowledge(session, today: Day.today())
            let current = try id.map { try session.row($0, of: table) }
            let check = RowCheck(knowledge)
            var values = current ?? RowDraft(table, given: []).values
            if current == nil, let owner = table.ownerColumn, values[owner] == .null, table.writable != .all {
                values[owner] = .text(Array(knowledge.comune.description.utf8))
            }
            let places = table.columns.indices.filter { check.isWritable($0, of: table, current) }
            return try places.map { ($0, try knowledge.typed(values[$0], table.columns[$0])) }
        }
        guard !columns.isEmpty else {
            if let id { try desk.work.store.endTouch(id, of: table) }
            throw CommandFailure(
                .badValue, "not-valid", localized("no field of \(table.name) is yours to write here: ask who owns it"))
        }
    }

    /// What stands behind a column at first: as the command's words have it, else as it is.
    func text(of column: Int) -> String {
        switch given.first(where: { $0.column == column })?.input {
        case .text(let bytes), .whole(let bytes): String(decoding: bytes, as: UTF8.self)
        case .value: ""
        case nil: columns.first { $0.column == column }?.text ?? ""
        }
    }

    /// `soggetto 0190f3c2: Caritas`, or `soggetto: new`.
    func title() throws -> String {
        guard let id else { return localized("\(table.name): a new record") }
        let name = try desk.work.store.name(of: id, in: table).map { ": " + SafeText.line($0) } ?? ""
        return "\(table.name) \(id)\(name)"
    }

    /// What may be written into a column.
    func hints(_ column: Int, holding text: String = "") throws -> [String] {
        try desk.work.store.deskReading { session in
            try FieldHint.lines(table.columns[column], holding: text, DeskKnowledge(session, today: Day.today()))
        }
    }

    /// A page may lie open for longer than pulls wait for it: what came meanwhile must not be written over unseen.
    func requireAsShown(_ fields: [(column: Int, input: FieldInput)]) throws {
        guard let id else { return }
        try desk.work.store.deskReading { session in
            let knowledge = DeskKnowledge(session, today: Day.today())
            let current = try session.row(id, of: table)
            for (column, shown) in columns where fields.contains(where: { $0.column == column }) {
                let now = try knowledge.typed(current[column], table.columns[column])
                guard now != shown else { continue }
                let name = table.columns[column].name
                throw ReplicaStoreError(
                    .stale,
                    localized(
                        """
                        \(name) has changed while the page was open, it is now “\(SafeText.line(now))”: nothing was \
                        written; open the record again
                        """))
            }
        }
    }

    func write(_ fields: [(column: Int, input: FieldInput)]) throws -> [EntryOutcome] {
        try desk.write([EntryInput(id: id, fields: fields)], keeps: !dryRun)
    }

    /// Runs while the record is on a screen; afterwards nobody looks at it any more, however that went.
    func onScreen(_ body: (TypedEntry) throws -> [EntryOutcome]) throws -> [EntryOutcome] {
        defer { if let id { try? desk.work.store.endTouch(id, of: table) } }
        return try body(self)
    }
}

extension DeskSession {
    fileprivate func row(_ id: RecordID, of table: TableDescription) throws -> [Value] {
        guard let values = try values(of: id, in: table) else {
            throw ReplicaStoreError(.notFound, localized("there is no row \(id) in \(table.name)"))
        }
        return values
    }
}
