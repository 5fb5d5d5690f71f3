import GRDB
import SQLiteAccess
import Texts
package import SyncCore

/// What writing a refused change again did.
package struct Resubmitted: Sendable {
    package let dot: Dot
    package let table: TableDescription
    /// The record that was written: the change's own, or a new one where the id itself was refused.
    package let id: RecordID
    package let operation: Operation
}

/// A refused change may be mended, written again as a change of its own, or let go.
extension ReplicaStore {
    /// Puts other values in the place of those that were refused. They count as changed.
    package func editRefused(_ dot: Dot, _ values: [(column: Int, value: Value)]) throws(ReplicaStoreError) {
        let catalog = catalog
        try write { database in
            let kept = try KeptChange(database, dot, catalog)
            guard kept.operation != .delete else {
                throw ReplicaStoreError(.notValid, localized("a delete has no values: write it again, or drop it"))
            }
            var (carried, changed) = (kept.carried, kept.changed)
            var all = kept.values
            for (column, value) in values {
                carried.insert(column)
                changed.insert(column)
                all[column] = value
            }
            var bytes: [UInt8] = []
            for column in carried.columns { bytes.append(contentsOf: ValueCoding.bytes(of: all[column] ?? .null)) }
            guard bytes.count <= Limits.changeBytes else {
                throw ReplicaStoreError(.tooLarge, localized("the values are over 1 MB together: shorten them"))
            }
            let edit = try RawStatement(
                database,
                """
                UPDATE zona_refused SET carried = ?3, changed = ?4, "values" = ?5 WHERE number = ?1 AND counter = ?2
                """)
            edit.bind(1, Int64(bitPattern: dot.number.rawValue))
            edit.bind(2, Int64(bitPattern: dot.counter))
            edit.bind(3, Int64(bitPattern: carried.bits))
            edit.bind(4, Int64(bitPattern: changed.bits))
            edit.bind(5, blob: bytes)
            try edit.run()
        }
    }

    /// Writes refused changes again, all or none, as one action of `author`, and lets the refused ones go. The checks
    /// of the tables hold as for everything that is written.
    ///
    /// - Parameter now: Unix milliseconds.
    package func resubmit(
        _ dots: [Dot], by author: Operator, now: Int64
    ) throws(ReplicaStoreError) -> [Resubmitted] {
        let catalog = catalog
        return try write { database in
            try database.acting(as: author) {
                try dots.map { dot in
                    let kept = try KeptChange(database, dot, catalog)
                    let id = try kept.writeAgain(database)
                    _ = try RefusedChanges.letGo(dot, database, now: now)
                    return Resubmitted(dot: dot, table: kept.table, id: id, operation: kept.operation)
                }
            }
        }
    }

    /// The operator has read it and lets it go, with its values.
    ///
    /// - Returns: whether it was there.
    package func dropRefused(_ dot: Dot, now: Int64) throws(ReplicaStoreError) -> Bool {
        try write { database in try RefusedChanges.letGo(dot, database, now: now) }
    }
}

extension RefusedChanges {
    /// Rows that were kept aside go altogether; what the hub refused is remembered, so that it is not told twice.
    static func letGo(_ dot: Dot, _ database: Database, now: Int64) throws -> Bool {
        let isAside = dot.number.rawValue == 0
        let go = try RawStatement(
            database,
            isAside
                ? "DELETE FROM zona_refused WHERE number = ?1 AND counter = ?2"
                : """
                UPDATE zona_refused SET dropped_at = ?3, carried = 0, changed = 0, "values" = x''
                WHERE number = ?1 AND counter = ?2 AND dropped_at IS NULL
                """)
        go.bind(1, Int64(bitPattern: dot.number.rawValue))
        go.bind(2, Int64(bitPattern: dot.counter))
        if !isAside { go.bind(3, now) }
        try go.run()
        return database.changesCount > 0
    }
}

/// A refused change as it is kept, to be written again.
private struct KeptChange {
    let table: TableDescription
    let id: RecordID
    let operation: SyncCore.Operation
    let carried: ColumnSet
    let changed: ColumnSet
    let reason: RefusalReason
    /// The carried values, by column.
    private(set) var values: [Int: Value] = [:]

    init(_ database: Database, _ dot: Dot, _ catalog: Catalog) throws {
        let read = try RawStatement(
            database,
            """
            SELECT table_no, id, operation, carried, changed, "values", reason FROM zona_refused
            WHERE number = ?1 AND counter = ?2 AND dropped_at IS NULL
            """)
        read.bind(1, Int64(bitPattern: dot.number.rawValue))
        read.bind(2, Int64(bitPattern: dot.counter))
        guard try read.step(), let id = read.id(1),
            let operation = SyncCore.Operation(rawValue: UInt8(truncatingIfNeeded: read.integer(2)))
        else { throw ReplicaStoreError(.notFound, localized("there is no refused change \(dot)")) }
        guard let table = catalog.table(Int(read.integer(0))) else {
            throw ReplicaStoreError(
                .unknownTable, localized("the refused change \(dot) is of a table that this file lacks"))
        }
        self.table = table
        self.id = id
        self.operation = operation
        carried = ColumnSet(bits: UInt64(bitPattern: read.integer(3)))
        changed = ColumnSet(bits: UInt64(bitPattern: read.integer(4)))
        reason = RefusalReason(rawValue: UInt8(truncatingIfNeeded: read.integer(6))) ?? .notValid
        var reader = ByteReader(read.blob(5))
        for column in carried.columns {
            guard column < table.columns.count else {
                throw ReplicaStoreError(
                    .unknownColumn, localized("the refused change \(dot) has a column that this file lacks"))
            }
            values[column] = try reader.value()
        }
        guard operation == .delete || !values.isEmpty else {
            throw ReplicaStoreError(
                .notFound,
                localized(
                    """
                    the values of the refused change \(dot) are not here: write them with `zona add` or `edit`
                    """))
        }
    }

    /// - Returns: the record that was written.
    func writeAgain(_ database: Database) throws -> RecordID {
        let there = try RawStatement(database, "SELECT 1 FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1")
        there.bind(1, idText: id)
        let isHere = try there.step()
        there.reset()
        switch (operation, isHere) {
        case (.delete, true): try ReplicaStore.delete(database, id, of: table)
        case (.delete, false): break
        case (_, true):
            let meant = operation == .update && !changed.isEmpty ? changed.intersection(carried) : carried
            _ = try ReplicaStore.update(database, id, of: table, assignments(meant))
        case (_, false):
            guard operation == .insert || carried == table.allColumns else {
                throw ReplicaStoreError(
                    .notFound,
                    localized(
                        """
                        the record \(table.name) \(id) is not here, and the refused change holds only a part of \
                        it: give it all its values with `zona refused edit`, or add it anew with `zona add`
                        """))
            }
            let isIDRefused = reason == .outOfScope || reason == .wrongID || !table.idKey.isEmpty
            return try ReplicaStore.insert(
                database, into: table, assignments(carried), id: isIDRefused ? nil : id)
        }
        return id
    }

    private func assignments(_ columns: ColumnSet) -> [(column: Int, value: Value)] {
        columns.columns.compactMap { column in values[column].map { (column, $0) } }
    }
}
