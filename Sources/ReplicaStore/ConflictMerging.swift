import GRDB
import SQLiteAccess
import Texts
package import SyncCore

extension ReplicaStore {
    /// Makes one record of duplicates: the smallest id survives with the values that the operator chooses, the others
    /// go when the hub has it, and what points to them points to the survivor. One action, offline.
    ///
    /// - Parameters:
    ///   - member: the place in `conflict.members` of the record whose values stay.
    ///   - values: chosen beside them.
    /// - Returns: the survivor.
    package func merge(
        _ conflict: Conflict, keeping member: Int, _ values: [(column: Int, value: Value)], note: String,
        by author: Operator, now: Int64
    ) throws(ReplicaStoreError) -> RecordID {
        try write { database in
            try merge(database, conflict, keeping: member, values, note: note, by: author, now: now)
        }
    }

    /// The same, inside a transaction.
    func merge(
        _ database: Database, _ conflict: Conflict, keeping member: Int, _ values: [(column: Int, value: Value)],
        note: String, by author: Operator, now: Int64
    ) throws -> RecordID {
        let table = try table(named: conflict.table)
        guard conflict.kind == "duplicate", let survivor = conflict.members.first else {
            throw ReplicaStoreError(
                .notValid, localized("this conflict is not about duplicates: `zona conflicts resolve` decides it"))
        }
        guard !catalog.isOwner(table) else {
            throw ReplicaStoreError(
                .notValid,
                localized(
                    "records belong to those of \(table.name): they are not merged; delete the one that nobody uses")
            )
        }
        guard conflict.members.indices.contains(member) else {
            throw ReplicaStoreError(
                .notValid, localized("there are \(conflict.members.count) records: `zona conflicts show` names them"))
        }
        let (dots, scope) = try Self.openConflict(database, conflict)
        let chosen = try Self.chosen(database, conflict, member, values, table)
        try database.acting(as: author) {
            _ = try Self.update(database, survivor, of: table, chosen)
            let word = values.isEmpty ? (member == 0 ? "shown" : "other") : "new"
            try Self.note(database, conflict, word, scope: scope, note: note, author: author, now: now)
            let record = RecordKey(table: table.number, id: survivor)
            try Self.deciding(database, conflict.id, record, group: ColumnGroup.existence, dots: dots)
            for loser in conflict.members.dropFirst() {
                let seen = SyncCore.Row(try StoredValues.read(database, loser, table))
                try Self.deciding(database, loser, record, group: ColumnGroup.merged, dots: [0], seen: seen)
            }
            try Self.pend(database, table: table, id: survivor)
            try Self.lowerContext(of: survivor, to: conflict.members, table, database)
        }
        return survivor
    }

    /// Who merges records has seen of each what he had on screen: where a pull skipped one of them, no more than that.
    private static func lowerContext(
        of survivor: RecordID, to members: [RecordID], _ table: TableDescription, _ database: Database
    ) throws {
        let lower = try RawStatement(
            database,
            """
            UPDATE zona_pending SET epoch = min(epoch,
                coalesce((SELECT epoch FROM zona_behind WHERE table_no = ?1 AND id = ?3), epoch))
            WHERE table_no = ?1 AND id = ?2
            """)
        lower.bind(1, table.number)
        lower.bind(2, idText: survivor)
        for member in members {
            lower.bind(3, idText: member)
            try lower.run()
        }
    }

    /// The survivor's new values.
    private static func chosen(
        _ database: Database, _ conflict: Conflict, _ member: Int, _ values: [(column: Int, value: Value)],
        _ table: TableDescription
    ) throws -> [(column: Int, value: Value)] {
        for id in conflict.members {
            try requireRights(database, table, id)
            let open = try RawStatement(
                database,
                """
                SELECT 1 FROM zona_conflict c WHERE c.record_id = ?1 AND c.id <> ?2 AND c.state = 'open'
                    AND c.kind NOT IN (\(Conflict.stateKindsSQL))
                    AND NOT EXISTS (SELECT 1 FROM zona_deciding d WHERE d.conflict_id = c.id)
                """)
            open.bind(1, idText: id)
            open.bind(2, idText: conflict.id)
            guard try !open.step() else {
                throw ReplicaStoreError(.notValid, localized("a value of \(id) is in conflict: decide that first"))
            }
        }
        let source = try StoredValues.read(database, conflict.members[member], table)
        for id in conflict.members { _ = try StoredValues.read(database, id, table) }
        guard table.rule != .appendOnly else {
            guard values.isEmpty && member == 0 else {
                throw ReplicaStoreError(
                    .notValid, localized("rows of \(table.name) are not changed: only the first can stay"))
            }
            return []
        }
        var chosen: [(column: Int, value: Value)] = []
        for (column, described) in table.columns.enumerated() {
            if let given = values.first(where: { $0.column == column }) {
                chosen.append(given)
            } else if member != 0 {
                let isPlain = described.writable == nil
                guard try isPlain || mayWrite(database, table, conflict.members[0], column) else { continue }
                chosen.append((column, source[column]))
            }
        }
        return chosen
    }

    private static func mayWrite(
        _ database: Database, _ table: TableDescription, _ id: RecordID, _ column: Int
    ) throws -> Bool {
        do {
            try requireRights(database, table, id, columns: [column])
            return true
        } catch let error as ReplicaStoreError where error.code == .notValid {
            return false
        }
    }

    /// A child whose parent is gone: `shown` keeps the parent, which came back; `other` deletes the child; a new value
    /// gives it another parent.
    func resolveOrphan(
        _ database: Database, _ conflict: Conflict, _ choice: ConflictChoice, _ table: TableDescription, note: String,
        by author: Operator, now: Int64
    ) throws {
        guard let name = conflict.columns.first, let column = table.column(named: name),
            let parent = table.columns[column].parent.flatMap(catalog.table(named:))
        else {
            throw ReplicaStoreError(.badBytes, localized("the conflict does not match its table: upgrade this program"))
        }
        let (dots, scope) = try Self.openConflict(database, conflict)
        try database.acting(as: author) {
            var record = RecordKey(table: table.number, id: conflict.recordID)
            switch choice {
            case .shown:
                guard let value = conflict.shown.values.first, case .text(let text) = value,
                    let id = RecordID(String(decoding: text, as: UTF8.self)),
                    try StoredValues.isThere(database, id, parent)
                else {
                    throw ReplicaStoreError(
                        .notFound, localized("there is no row of \(parent.name) to keep: give another with \(name)=…"))
                }
                try Self.requireRights(database, parent, id)
                record = RecordKey(table: parent.number, id: id)
            case .other: try Self.delete(database, conflict.recordID, of: table)
            case .new(let values):
                guard values.count == 1, values[0].column == column else {
                    throw ReplicaStoreError(.unknownColumn, localized("this conflict is about \(name) alone"))
                }
                _ = try Self.update(database, conflict.recordID, of: table, values)
            }
            try Self.note(database, conflict, choice.word, scope: scope, note: note, author: author, now: now)
            let about = record.table == table.number ? table : parent
            try Self.deciding(database, conflict.id, record, group: ColumnGroup.existence, dots: dots)
            try Self.pend(database, table: about, id: record.id)
        }
    }

    /// Opens a conflict again that was closed or decided: a decision, too. The hub does it, with the next sync.
    package func reopen(
        _ conflict: Conflict, note: String, by author: Operator, now: Int64
    ) throws(ReplicaStoreError) {
        let table = try table(named: conflict.table)
        guard !conflict.followsState else {
            throw ReplicaStoreError(
                .notValid, localized("this conflict follows the data: it is open while the data are so"))
        }
        try write { database in
            let known = try RawStatement(database, "SELECT state, scope FROM zona_conflict WHERE id = ?1")
            known.bind(1, idText: conflict.id)
            guard try known.step() else {
                throw ReplicaStoreError(.notFound, localized("there is no conflict \(conflict.id)"))
            }
            guard known.text(0) != "open" else {
                throw ReplicaStoreError(.stale, localized("this conflict is open: `zona conflicts resolve` decides it"))
            }
            let scope = known.text(1)
            known.reset()
            if try StoredValues.isThere(database, conflict.recordID, table) {
                let columns = conflict.columns.compactMap(table.column(named:))
                try Self.requireRights(database, table, conflict.recordID, columns: columns)
            }
            try database.acting(as: author) {
                try Self.note(database, conflict, "reopen", scope: scope, note: note, author: author, now: now)
            }
        }
    }
}

/// One row's values, inside a transaction.
enum StoredValues {
    static func read(_ database: Database, _ id: RecordID, _ table: TableDescription) throws -> [Value] {
        let columns = table.columns.map { TriggerSQL.quoted($0.name) }.joined(separator: ", ")
        let read = try RawStatement(
            database, "SELECT \(columns) FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1")
        read.bind(1, idText: id)
        guard try read.step() else {
            throw ReplicaStoreError(
                .stale, localized("\(table.name) \(id) is not here any more: `zona sync`, and look again"))
        }
        return table.columns.indices.map { read.value($0) }
    }

    static func isThere(_ database: Database, _ id: RecordID, _ table: TableDescription) throws -> Bool {
        let read = try RawStatement(database, "SELECT 1 FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1")
        read.bind(1, idText: id)
        return try read.step()
    }
}
