import Foundation
import GRDB
import SQLiteAccess
import Schema
package import SyncCore

/// What the recorded history would have come to under another merge rule.
package struct PolicyTrial: Sendable {
    /// A column of a row, now and then. No value: the row does not show.
    package struct Column: Sendable {
        package let name: String
        package let now: Value?
        package let then: Value?
    }

    package struct RowDifference: Sendable {
        package let table: String
        package let id: RecordID
        package let columns: [Column]
    }

    package struct ConflictDifference: Sendable {
        package let id: RecordID
        package let table: String
        package let record: String
        package let columns: String
        package let kind: String
        /// `open`, `closed` or `decided`, with `, contested` behind it; nothing where it was never listed.
        package let now: String?
        package let then: String?
    }

    package var batches = 0
    package var records = 0
    package var rows: [RowDifference] = []
    package var rowCount = 0
    package var conflicts: [ConflictDifference] = []
    package var conflictCount = 0
    package var listedNow = 0
    package var listedThen = 0

    package var isSame: Bool { rowCount == 0 && conflictCount == 0 }

    static let named = 1_000
}

/// Another rule for a table, or for one column of it.
package struct PolicyChange: Sendable {
    package let table: String
    package let column: String?
    package let rule: MergeRule

    package init(table: String, column: String?, rule: MergeRule) {
        self.table = table
        self.column = column
        self.rule = rule
    }

    /// As a last file of the schema, which changes the catalog. Says why where the rule cannot be there.
    func file(_ catalog: Catalog) throws(HubStoreError) -> Schema.File {
        guard let described = catalog.table(named: table), !table.hasPrefix("zona_") else {
            throw HubStoreError(.notFound, "there is no table \(table) with a rule of its own")
        }
        if rule == .owner, described.ownerColumn == nil {
            throw HubStoreError(.notValid, "\(table) has no owning comune: the rule owner cannot be there")
        }
        let known: [MergeRule] =
            column == nil
            ? [.lastWriterWins, .fields, .manual, .capofila, .owner]
            : [.lastWriterWins, .manual, .capofila, .owner, .ordered]
        guard known.contains(rule) else {
            throw HubStoreError(
                .notValid,
                "a \(column == nil ? "table" : "column") can be tried under "
                    + known.map(\.rawValue).joined(separator: ", ")
            )
        }
        guard ![.appendOnly, .set].contains(described.rule) else {
            throw HubStoreError(.notValid, "rows of \(table) are not changed: no other rule could tell anything")
        }
        func text(_ name: String) -> String { "'\(name.replacing("'", with: "''"))'" }
        guard let column else {
            return Schema.File(
                name: "policy",
                sql: "UPDATE zona_catalog SET rule = \(text(rule.rawValue)) WHERE table_name = \(text(table));")
        }
        guard let place = described.column(named: column) else {
            throw HubStoreError(.notFound, "\(table) has no column \(column)")
        }
        guard rule != .ordered || !described.columns[place].orderedValues.isEmpty else {
            throw HubStoreError(.notValid, "\(table).\(column) declares no order of its values")
        }
        // A declared group is one value: it has one rule.
        return Schema.File(
            name: "policy",
            sql: """
                UPDATE zona_column_rule SET rule = \(text(rule.rawValue)) WHERE table_name = \(text(table))
                  AND (column_name = \(text(column)) OR group_name = (SELECT group_name FROM zona_column_rule
                    WHERE table_name = \(text(table)) AND column_name = \(text(column))));
                """)
    }
}

extension HubStore {
    /// Folds the log again under another rule, into a new file at `path`, and says what would be different: rows that
    /// would show other values, conflicts that would or would not have been listed. Reads one moment of the hub, which
    /// may be serving meanwhile, and changes nothing in it.
    ///
    /// What people did afterwards is played as they did it: a decision about a conflict that would not have been listed
    /// is a plain change then.
    ///
    /// - Parameter checkpoint: where `prune` left its checkpoint; what was folded before it stays as it is there.
    package func tryPolicy(
        _ change: PolicyChange, foldingInto path: String, checkpoint: String = ""
    ) throws(HubStoreError) -> PolicyTrial {
        let altered = files + [try change.file(catalog)]
        return try read { [self] source in
            var report = HubVerification()
            var trial = PolicyTrial()
            guard
                let begun = try beginning(
                    source, checkpoint: checkpoint, into: path, files: altered, &report)
            else { throw HubStoreError(.notValid, Self.why(report)) }
            var scratch = begun.scratch
            defer { try? scratch.close() }
            guard
                try refold(
                    source, after: begun.entry, into: &scratch, at: path, files: altered, isStrict: false, &report)
            else { throw HubStoreError(.notValid, Self.why(report)) }
            let read = try RawStatement(source, "SELECT count(*) FROM log WHERE kind = 'batch' AND entry > ?1")
            read.bind(1, begun.entry)
            _ = try read.step()
            trial.batches = Int(read.integer(0))
            let found = trial
            return try scratch.pool.read { try TrialComparison(now: source, then: $0, catalog: catalog).run(found) }
        }
    }

    private static func why(_ report: HubVerification) -> String {
        "the log cannot be played again: \(report.faults.first ?? "it is empty")"
    }
}

/// The records of two hubs' files side by side.
private struct TrialComparison {
    let now: Database
    let then: Database
    let catalog: Catalog

    private struct Stored {
        let key: RecordKey
        let row: [UInt8]
        let shows: Bool
    }

    func run(_ begun: PolicyTrial) throws -> PolicyTrial {
        var trial = begun
        let (left, right) = (try records(now), try records(then))
        var (here, there) = (try next(left), try next(right))
        while here != nil || there != nil {
            if let one = here, one.key < there?.key ?? RecordKey(table: .max, id: one.key.id) {
                try note(one.key, one, nil, &trial)
                here = try next(left)
            } else if let one = there, one.key < here?.key ?? RecordKey(table: .max, id: one.key.id) {
                try note(one.key, nil, one, &trial)
                there = try next(right)
            } else if let one = here, let other = there {
                try note(one.key, one, other, &trial)
                (here, there) = (try next(left), try next(right))
            }
        }
        return trial
    }

    private func records(_ database: Database) throws -> RawStatement {
        try RawStatement(
            database, "SELECT table_no, id, row, is_deleted OR is_withheld FROM record ORDER BY table_no, id")
    }

    private func next(_ read: RawStatement) throws -> Stored? {
        while try read.step() {
            guard let id = read.id(1) else { continue }
            return Stored(
                key: RecordKey(table: Int(read.integer(0)), id: id), row: read.blob(2), shows: read.integer(3) == 0)
        }
        return nil
    }

    private func note(_ key: RecordKey, _ now: Stored?, _ then: Stored?, _ trial: inout PolicyTrial) throws {
        guard let table = catalog.table(key.table), key.table != ConflictTable.decisions else { return }
        let (here, there) = (try values(now, table), try values(then, table))
        if key.table == ConflictTable.number { return noteConflict(key.id, here, there, &trial) }
        if now != nil { trial.records += 1 }
        guard here != there else { return }
        trial.rowCount += 1
        guard trial.rows.count < PolicyTrial.named else { return }
        let columns = table.columns.indices.filter { here?[$0] != there?[$0] }.map { column in
            PolicyTrial.Column(name: table.columns[column].name, now: here?[column], then: there?[column])
        }
        trial.rows.append(PolicyTrial.RowDifference(table: table.name, id: key.id, columns: columns))
    }

    /// What shows of a record: nothing while it is deleted or withheld.
    private func values(_ stored: Stored?, _ table: TableDescription) throws -> [Value]? {
        guard let stored, stored.shows else { return nil }
        var values = try SyncCore.Row(uncheckedBytes: stored.row).values()
        for column in table.columns.dropFirst(values.count) {
            var fallback = ByteReader(column.defaultValue)
            values.append(try fallback.value())
        }
        return values
    }

    private func noteConflict(_ id: RecordID, _ now: [Value]?, _ then: [Value]?, _ trial: inout PolicyTrial) {
        if now != nil { trial.listedNow += 1 }
        if then != nil { trial.listedThen += 1 }
        let states = (state(now), state(then))
        guard states.0 != states.1, let known = now ?? then else { return }
        trial.conflictCount += 1
        guard trial.conflicts.count < PolicyTrial.named else { return }
        func text(_ column: ConflictColumn) -> String {
            if case .text(let bytes) = known[column.rawValue] { String(decoding: bytes, as: UTF8.self) } else { "" }
        }
        trial.conflicts.append(
            PolicyTrial.ConflictDifference(
                id: id, table: text(.tableName), record: text(.recordID), columns: text(.columns), kind: text(.kind),
                now: states.0, then: states.1))
    }

    private func state(_ values: [Value]?) -> String? {
        guard let values, case .text(let bytes) = values[ConflictColumn.state.rawValue] else { return nil }
        let isContested = values[ConflictColumn.contested.rawValue] == .integer(1)
        return String(decoding: bytes, as: UTF8.self) + (isContested ? ", contested" : "")
    }
}
