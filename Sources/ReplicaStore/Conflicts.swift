import GRDB
import SQLiteAccess
package import SyncCore
import SyncWire
import Texts

/// A conflict as this replica knows it: what shows, what lost, who wrote them and when.
package struct Conflict: Sendable {
    package struct Side: Sendable {
        package let author: String
        package let comune: String?
        /// Unix milliseconds, as the hub accepted them.
        package let time: Int64
        /// One value for each of `columns`; empty for existence, and where the record is deleted.
        package let values: [Value]
    }

    package let id: RecordID
    package let table: String
    package let recordID: RecordID
    package let group: Int
    package let columns: [String]
    package let kind: String
    package let rule: String
    /// `open`, `closed` or `decided`.
    package let state: String
    package let isContested: Bool
    package let shown: Side
    package let other: Side
    package let base: [Value]?
    package let listedAt: Int64
    package let closedBy: String?
    package let closedAt: Int64?
    /// A decision taken here that the hub has not confirmed yet.
    package let decidedHere: Bool
    /// Opened again here, which the hub has not confirmed yet.
    package let reopenedHere: Bool
    /// Of duplicates: the records that share the key, the smallest id, which survives a merge, first.
    package let members: [RecordID]
    /// The changes that were on screen when it was read: a decision names them.
    let dots: [UInt8]

    /// It stands for what is there, not for two values: it closes when that is no longer so.
    package var followsState: Bool { Self.stateKinds.contains(kind) }
    private static let stateKinds = ["duplicate", "orphan", "invalid"]
    /// The same kinds, for a list in SQL.
    static let stateKindsSQL = stateKinds.map { "'\($0)'" }.joined(separator: ", ")

    /// Whether somebody must still decide it.
    package var isUndecided: Bool { state == "open" && !decidedHere }
}

/// What the operator chooses.
package enum ConflictChoice: Sendable {
    case shown
    case other
    /// New values for columns of the conflict's group.
    case new([(column: Int, value: Value)])

    var word: String {
        switch self {
        case .shown: "shown"
        case .other: "other"
        case .new: "new"
        }
    }
}

extension ReplicaStore {
    /// Conflicts, the oldest first; all, or only the open ones.
    package func conflicts(onlyOpen: Bool = true) throws(ReplicaStoreError) -> [Conflict] {
        try read { database in
            try Self.conflicts(database, tail: "\(onlyOpen ? "WHERE c.state = 'open'" : "") ORDER BY c.listed_at, c.id")
        }
    }

    /// The open conflicts about one record, the oldest first.
    package func openConflicts(about id: RecordID) throws(ReplicaStoreError) -> [Conflict] {
        try conflicts(about: id).filter { $0.state == "open" }
    }

    /// All conflicts about one record that this replica knows, the oldest first.
    package func conflicts(about id: RecordID) throws(ReplicaStoreError) -> [Conflict] {
        try read { database in
            try Self.conflicts(database, tail: "WHERE c.record_id = '\(id)' ORDER BY c.listed_at, c.id")
        }
    }

    /// The one conflict whose id begins with `prefix`.
    package func conflict(startingWith prefix: String) throws(ReplicaStoreError) -> Conflict {
        let found = try ids(startingWith: prefix, in: table(named: "zona_conflict"))
        guard let first = found.first else {
            throw ReplicaStoreError(
                .notFound,
                localized(
                    """
                    no conflict has an id that begins with \(prefix): `zona conflicts list --all` shows them
                    """))
        }
        guard found.count == 1 else {
            throw ReplicaStoreError(
                .ambiguous,
                localized(
                    """
                    several conflicts have ids that begin with \(prefix), \(first) and \(found[1]) among them: \
                    give more of it
                    """))
        }
        guard let conflict = try conflict(first) else {
            throw ReplicaStoreError(.notFound, localized("there is no conflict \(prefix)"))
        }
        return conflict
    }

    /// A conflict as it is now; nothing when this replica does not know it any more.
    package func conflict(_ id: RecordID) throws(ReplicaStoreError) -> Conflict? {
        try read { try Self.conflicts($0, tail: "WHERE c.id = '\(id)'") }.first
    }

    /// Decides: writes the chosen value into the record and a row of `zona_decision`, as one action, also when the
    /// shown value stays.
    package func resolve(
        _ conflict: Conflict, _ choice: ConflictChoice, note: String, by author: Operator, now: Int64
    ) throws(ReplicaStoreError) {
        try write { database in
            try decide(database, conflict, choice, note: note, by: author, now: now)
        }
    }

    /// The same, inside a transaction.
    func decide(
        _ database: Database, _ conflict: Conflict, _ choice: ConflictChoice, note: String, by author: Operator,
        now: Int64
    ) throws {
        let table = try table(named: conflict.table)
        guard conflict.kind != "duplicate" else {
            throw ReplicaStoreError(
                .notValid, localized("these are duplicates: `zona conflicts merge` makes one of them"))
        }
        if conflict.kind == "orphan" {
            return try resolveOrphan(database, conflict, choice, table, note: note, by: author, now: now)
        }
        if conflict.kind == "invalid", case .new = choice {
        } else if conflict.kind == "invalid" {
            throw ReplicaStoreError(
                .notValid,
                localized(
                    """
                    nothing was kept aside: give new values for \(conflict.columns.joined(separator: ", "))
                    """))
        }
        let (dots, scope) = try Self.openConflict(database, conflict)
        // What stays goes up as a change of the record all the same.
        if case .shown = choice, try StoredValues.isThere(database, conflict.recordID, table) {
            try Self.requireRights(
                database, table, conflict.recordID,
                columns: conflict.group == ColumnGroup.existence
                    ? [] : table.group(conflict.group)?.columns.columns ?? [])
        }
        guard try !Self.isDecided(database, conflict, choice, table, note: note, by: author) else { return }
        try database.acting(as: author) {
            do {
                try writeChoice(database, conflict, choice, table)
            } catch let error as ReplicaStoreError where error.code == .notFound {
                throw ReplicaStoreError(
                    .notFound,
                    localized(
                        """
                        the record was deleted meanwhile: choosing what is shown leaves it deleted and closes \
                        the conflict
                        """)
                )
            }
            try Self.note(database, conflict, choice.word, scope: scope, note: note, author: author, now: now)
            try Self.deciding(
                database, conflict.id, RecordKey(table: table.number, id: conflict.recordID),
                group: conflict.group, dots: dots)
            try Self.pend(database, table: table, id: conflict.recordID)
        }
    }

    /// The dots and the scope of a conflict that is still open, and is what its reader has seen: a sync may have
    /// brought another value while he looked at it, which a decision must not replace unseen.
    static func openConflict(_ database: Database, _ conflict: Conflict) throws -> (dots: [UInt8], scope: String) {
        let known = try RawStatement(database, "SELECT state, dots, scope FROM zona_conflict WHERE id = ?1")
        known.bind(1, idText: conflict.id)
        guard try known.step(), known.text(0) == "open" else {
            throw ReplicaStoreError(
                .stale, localized("this conflict is not open any more: `zona conflicts list` shows what is"))
        }
        guard known.blob(1) == conflict.dots else {
            throw ReplicaStoreError(
                .stale,
                localized(
                    """
                    a sync has brought another value into this conflict: `zona conflicts show` shows it as it is \
                    now
                    """))
        }
        return (conflict.dots, known.text(2))
    }

    /// Brings the record to the chosen value.
    private func writeChoice(
        _ database: Database, _ conflict: Conflict, _ choice: ConflictChoice, _ table: TableDescription
    ) throws {
        guard conflict.group != ColumnGroup.existence || conflict.kind == "invalid" else {
            if conflict.keepsRow { return try Self.writeKept(database, conflict, choice, table) }
            switch choice {
            case .shown: return
            case .other: return try Self.delete(database, conflict.recordID, of: table)
            case .new(let values): _ = try Self.update(database, conflict.recordID, of: table, values)
            }
            return
        }
        switch choice {
        case .shown: try catchUp(database, conflict, table)
        case .other:
            _ = try Self.update(database, conflict.recordID, of: table, try Self.kept(conflict, table))
        case .new(let values):
            try Self.requireColumns(of: conflict, in: values, table)
            try catchUp(database, conflict, table)
            _ = try Self.update(database, conflict.recordID, of: table, values)
        }
    }

    /// A record that a pull skipped is older here than the list. What the list shows is what its reader leaves as it
    /// is, unless he has written to it himself.
    private func catchUp(_ database: Database, _ conflict: Conflict, _ table: TableDescription) throws {
        let behind = try RawStatement(database, "SELECT 1 FROM zona_behind WHERE table_no = ?1 AND id = ?2")
        behind.bind(1, table.number)
        behind.bind(2, idText: conflict.recordID)
        let columns = conflict.columns.compactMap(table.column(named:))
        guard try behind.step(), columns.count == conflict.shown.values.count,
            try StoredValues.isThere(database, conflict.recordID, table)
        else { return }
        var isOwn = false
        try Self.forEachUnsynced(database, table, catalog, id: conflict.recordID) { change in
            if change.columns.contains(where: columns.contains) { isOwn = true }
        }
        guard !isOwn else { return }
        let shown = zip(columns, conflict.shown.values).map { (column: $0, value: $1) }
        _ = try Self.update(database, conflict.recordID, of: table, shown)
    }

    static func requireColumns(
        of conflict: Conflict, in values: [(column: Int, value: Value)], _ table: TableDescription
    ) throws {
        let columns = conflict.columns.compactMap(table.column(named:))
        guard let strange = values.first(where: { !columns.contains($0.column) }) else { return }
        throw ReplicaStoreError(
            .unknownColumn,
            localized(
                """
                \(table.columns[strange.column].name) is not part of this conflict: it is about \
                \(conflict.columns.joined(separator: ", "))
                """))
    }

    /// What was kept aside, by column.
    static func kept(
        _ conflict: Conflict, _ table: TableDescription
    ) throws -> [(column: Int, value: Value)] {
        let columns = conflict.columns.compactMap(table.column(named:))
        guard columns.count == conflict.columns.count, columns.count == conflict.other.values.count else {
            throw ReplicaStoreError(
                .badBytes, localized("the conflict's values do not match its columns: upgrade this program"))
        }
        return zip(columns, conflict.other.values).map { ($0, $1) }
    }

    static func conflicts(_ database: Database, tail: String) throws -> [Conflict] {
        let read = try RawStatement(
            database,
            """
            SELECT c.id, c.table_name, c.record_id, c.group_no, c.columns, c.kind, c.rule, c.state, c.contested,
                c.other_values, c.shown_values, c.base_values, c.other_author, c.other_time, c.shown_author,
                c.shown_time, c.listed_at, c.closed_by, c.closed_at,
                (SELECT denominazione FROM comune WHERE id = c.other_comune),
                (SELECT denominazione FROM comune WHERE id = c.shown_comune),
                EXISTS (SELECT 1 FROM zona_deciding d WHERE d.conflict_id = c.id),
                EXISTS (SELECT 1 FROM zona_decision d JOIN zona_pending p ON p.table_no = \(Self.decisionNumber)
                    AND p.id = d.id WHERE d.conflict_id = c.id AND d.choice = 'reopen'),
                c.dots
            FROM zona_conflict c \(tail)
            """)
        var found: [Conflict] = []
        while try read.step() {
            guard let id = read.id(0), let recordID = read.id(2) else { continue }
            let columns = read.text(4).split(separator: ",").map(String.init)
            func side(_ author: Int, _ comune: Int, _ time: Int, _ values: Int) throws -> Conflict.Side {
                Conflict.Side(
                    author: read.text(author), comune: read.isNull(comune) ? nil : read.text(comune),
                    time: read.integer(time),
                    values: try Self.values(read.blob(values), count: columns.count))
            }
            // Of duplicates the column holds ids, not what was there before.
            let isClass = read.text(5) == "duplicate"
            found.append(
                Conflict(
                    id: id, table: read.text(1), recordID: recordID, group: Int(read.integer(3)), columns: columns,
                    kind: read.text(5), rule: read.text(6), state: read.text(7), isContested: read.integer(8) == 1,
                    shown: try side(14, 20, 15, 10), other: try side(12, 19, 13, 9),
                    base: read.isNull(11) || isClass ? nil : try Self.values(read.blob(11), count: columns.count),
                    listedAt: read.integer(16), closedBy: read.isNull(17) ? nil : read.text(17),
                    closedAt: read.isNull(18) ? nil : read.integer(18), decidedHere: read.integer(21) == 1,
                    reopenedHere: read.integer(22) == 1, members: isClass ? try Self.members(read.blob(11)) : [],
                    dots: read.blob(23)))
        }
        return found
    }

    private static func members(_ bytes: [UInt8]) throws -> [RecordID] {
        var reader = ByteReader(bytes)
        var members: [RecordID] = []
        while !reader.isAtEnd {
            if case .text(let text) = try reader.value(), let id = RecordID(String(decoding: text, as: UTF8.self)) {
                members.append(id)
            }
        }
        return members
    }

    private static func values(_ bytes: [UInt8], count: Int) throws -> [Value] {
        guard count > 0 else { return [] }
        var reader = ByteReader(bytes)
        var values: [Value] = []
        for _ in 0..<count where !reader.isAtEnd { values.append(try reader.value()) }
        return values
    }
}
