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

    /// The conflict that a row of `zona_decision` opens again; nothing for another choice.
    private func reopened(by change: Change) throws -> RecordID? {
        guard change.key.table == ConflictTable.decisions, change.operation == .insert, !change.isCopy,
            let table = catalog.table(ConflictTable.decisions)
        else { return nil }
        let slices = try table.slices(of: change)
        guard slices.count == table.columns.count,
            slices[DecisionColumn.choice.rawValue].elementsEqual(ValueCoding.bytes(of: .text("reopen")))
        else { return nil }
        return TablePlan.id(in: slices[DecisionColumn.conflict.rawValue])
    }

    /// Opens a conflict again when a decision says so that no later decision had seen.
    mutating func reopen(_ change: Change, context: Context) throws {
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

/// The columns of `zona_decision` that the hub looks at (`schema/replica/R002_conflict.sql`).
enum DecisionColumn: Int {
    case scope, conflict, choice
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

    init(_ database: Database, contexts: ContextTable) {
        self.contexts = contexts
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
