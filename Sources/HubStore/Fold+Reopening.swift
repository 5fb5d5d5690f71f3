import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

extension Fold {
    /// Whether the sender may open a conflict again: he who may write the record it is about.
    func permitReopening(_ change: Change) throws {
        guard let id = try reopened(by: change), let about = try conflicts.record(of: id),
            let table = catalog.table(about.table), let record = try records.record(about)
        else { return }
        let slices = try record.state.row.slices()
        guard isReadable(table.scope(of: slices)) else { throw Refusal(.outOfScope) }
        let owner = table.ownerColumn.map { upkeep.plan(table).value($0, slices) }
        guard mayWrite(table, id, owner: owner) else { throw Refusal(.notYours) }
    }

    private func mayWrite(_ table: TableDescription, _ conflict: RecordID, owner: ArraySlice<UInt8>?) -> Bool {
        let group = (try? conflicts.group(of: conflict)) ?? ColumnGroup.existence
        let accesses = (table.group(group)?.columns.columns ?? []).map { table.columns[$0].writable ?? table.writable }
        return (accesses.isEmpty ? [table.writable] : accesses).allSatisfy { table.allows(writer, $0, owner: owner) }
    }

    /// The conflict that a row of `zona_decision` opens again; nothing for another choice, and for a copy of one.
    private func reopened(by change: Change) throws -> RecordID? {
        guard !change.isCopy, let row = try decision(in: change), row.isReopening else { return nil }
        return row.conflict
    }

    /// What a change says that makes a row of `zona_decision`.
    func decision(in change: Change) throws -> DecisionRow? {
        guard change.key.table == ConflictTable.decisions, change.operation == .insert,
            let table = catalog.table(ConflictTable.decisions)
        else { return nil }
        return DecisionRow(try table.slices(of: change))
    }

    /// Opens a conflict again when a decision says so that no later decision had seen.
    mutating func reopen(_ change: Change, context: Context) throws {
        if let row = try decision(in: change) {
            decisions.note(row)
            try settleKnowing(row, change, context)
        }
        guard let id = try reopened(by: change), let about = try conflicts.record(of: id),
            let table = catalog.table(about.table), let record = try records.record(about)
        else { return }
        let mark = DecisionMark(
            dot: change.dot, time: change.time, author: change.author, context: context, isReopening: true)
        guard try decisions.add(mark, to: id).isOpen else { return }
        // The record goes out again under a dot that nobody has seen, and with it what is open about it.
        let dot = hub.freshDot()
        try records.bump(about, seq: hub.nextSeq(), dot: dot)
        let scope = try table.scope(of: record.state.row.slices())
        let conflicts = conflicts
        try conflicts.reopen(id, about, table, record.state, scope: scope) { key, row, scope in
            try writeOwn(key, row, scope)
        }
    }
}

extension Fold {
    /// A decision knows what its taker knew: its record may have been behind, and the record's change say less.
    private mutating func settleKnowing(_ row: DecisionRow, _ change: Change, _ context: Context) throws {
        let mark = DecisionMark(
            dot: change.dot, time: change.time, author: change.author, context: context, isReopening: false)
        guard !row.isReopening, !change.isCopy, try decisions.hasSeenReopening(mark, of: row.conflict),
            try !decisions.add(mark, to: row.conflict).isOpen
        else { return }
        try conflicts.markDecided(
            row.conflict, by: change.author, now: now, { key, row, scope in try writeOwn(key, row, scope) })
    }
}

/// The columns of `zona_decision` that the hub looks at (`schema/replica/R002_conflict.sql`).
enum DecisionColumn: Int {
    case scope, conflict, choice, author
}

/// A row of `zona_decision`, as far as it says what is open.
struct DecisionRow {
    let conflict: RecordID
    let isReopening: Bool
    /// What showed was to stay; else a change came with the decision.
    let keepsShown: Bool
    let author: [UInt8]

    init?(_ slices: [ArraySlice<UInt8>]) {
        guard slices.count > DecisionColumn.author.rawValue,
            let conflict = TablePlan.id(in: slices[DecisionColumn.conflict.rawValue])
        else { return nil }
        self.conflict = conflict
        func isChoice(_ word: String) -> Bool {
            slices[DecisionColumn.choice.rawValue].elementsEqual(ValueCoding.bytes(of: .text(Array(word.utf8))))
        }
        isReopening = isChoice("reopen")
        keepsShown = isChoice("shown")
        var reader = ByteReader(Array(slices[DecisionColumn.author.rawValue]))
        guard case .text(let name)? = try? reader.value() else { return nil }
        author = name
    }
}

/// A decision about a conflict: that it is decided, or that it is open again.
struct DecisionMark {
    let dot: Dot
    let time: HybridTime
    let author: [UInt8]
    let context: Context
    let isReopening: Bool

    func covers(_ other: DecisionMark) -> Bool {
        context.covers(other.dot, ownDot: dot)
    }
}

/// The decisions about each conflict that no later one had seen. A conflict is open again while one of them reopens it:
/// who decided without knowing that decides once more.
final class DecisionTable {
    private let contexts: ContextTable
    private let read: LazyStatement
    private let insert: LazyStatement
    private let delete: LazyStatement
    private let readRows: LazyStatement
    /// By conflict: who decided it by a row of `zona_decision`, and which one reopens. Read when it is first asked for.
    private var rows: (deciders: [RecordID: DecisionRow], reopened: Set<RecordID>)?

    init(_ database: Database, contexts: ContextTable) {
        self.contexts = contexts
        readRows = LazyStatement(
            database,
            "SELECT row FROM record WHERE table_no = \(ConflictTable.decisions) AND is_deleted = 0 ORDER BY id")
        read = LazyStatement(
            database,
            """
            SELECT number, counter, is_reopening, time, author, context FROM decision_mark
            WHERE conflict = ?1 ORDER BY number, counter
            """)
        insert = LazyStatement(
            database,
            """
            INSERT OR REPLACE INTO decision_mark(conflict, number, counter, is_reopening, time, author, context)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        delete = LazyStatement(
            database, "DELETE FROM decision_mark WHERE conflict = ?1 AND number = ?2 AND counter = ?3")
    }

    /// Adds a decision. Says whether the conflict is open now, and otherwise whose decision counts: the latest.
    func add(_ mark: DecisionMark, to conflict: RecordID) throws -> (isOpen: Bool, author: [UInt8]) {
        let known = try marks(conflict)
        var standing = known
        if !known.contains(where: { $0.covers(mark) || $0.dot == mark.dot }) {
            for old in known where mark.covers(old) {
                try change(delete(), conflict, old)
                standing.removeAll { $0.dot == old.dot }
            }
            let insert = try insert()
            insert.bind(4, mark.isReopening ? 1 : 0)
            insert.bind(5, Int64(bitPattern: mark.time.rawValue))
            insert.bind(6, blob: mark.author)
            insert.bind(7, mark.context.reference)
            try change(insert, conflict, mark)
            standing.append(mark)
        }
        let last = standing.max { ($0.time, $0.dot) < ($1.time, $1.dot) }
        return (standing.contains(where: \.isReopening), last?.author ?? mark.author)
    }

    /// Whether a decision whose change was taken had seen a reopening that stands.
    func hasSeenReopening(_ mark: DecisionMark, of conflict: RecordID) throws -> Bool {
        let known = try marks(conflict)
        return known.contains { !$0.isReopening && $0.dot.number == mark.dot.number }
            && known.contains { $0.isReopening && mark.covers($0) }
    }

    func isReopened(_ conflict: RecordID) throws -> Bool {
        try marks(conflict).contains(where: \.isReopening)
    }

    /// Who decided a conflict, as the rows say that are here, given back or not; nothing when one of them reopens it:
    /// which of the two was later is not known of what was given back.
    func decider(of conflict: RecordID) throws -> DecisionRow? {
        if rows == nil {
            rows = ([:], [])
            let read = try readRows()
            defer { read.reset() }
            while try read.step() {
                if let row = DecisionRow(try SyncCore.Row(uncheckedBytes: read.blob(0)).slices()) { note(row) }
            }
        }
        guard let rows, !rows.reopened.contains(conflict), try !isReopened(conflict) else { return nil }
        return rows.deciders[conflict]
    }

    /// A row that came while this table was open.
    func note(_ row: DecisionRow) {
        if row.isReopening { rows?.reopened.insert(row.conflict) } else { rows?.deciders[row.conflict] = row }
    }

    private func marks(_ conflict: RecordID) throws -> [DecisionMark] {
        let read = try read()
        read.bind(1, idBytes: conflict)
        defer { read.reset() }
        var found: [DecisionMark] = []
        while try read.step() {
            let dot = Dot(
                number: ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(0))),
                counter: UInt64(bitPattern: read.integer(1)))
            found.append(
                DecisionMark(
                    dot: dot, time: HybridTime(rawValue: UInt64(bitPattern: read.integer(3))), author: read.blob(4),
                    context: try contexts.context(read.integer(5)), isReopening: read.integer(2) == 1))
        }
        return found
    }

    private func change(_ statement: RawStatement, _ conflict: RecordID, _ mark: DecisionMark) throws {
        statement.bind(1, idBytes: conflict)
        statement.bind(2, Int64(bitPattern: mark.dot.number.rawValue))
        statement.bind(3, Int64(bitPattern: mark.dot.counter))
        try statement.run()
    }
}
