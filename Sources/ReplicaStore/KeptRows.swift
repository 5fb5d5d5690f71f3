import GRDB
import SQLiteAccess
import SyncCore

extension Conflict {
    /// It is about a record that was deleted while others gave it back: the whole row stands in the list, as the other
    /// side, and can be put back.
    package var keepsRow: Bool { group == ColumnGroup.existence && !columns.isEmpty && !followsState }

    /// At the hub the record is deleted. It may show all the same: put back here, or held by what belongs to it.
    package var isGone: Bool { keepsRow && shown.values.isEmpty }
}

extension ReplicaStore {
    /// Brings a record to what was chosen about its existence, where the list keeps its row.
    static func writeKept(
        _ database: Database, _ conflict: Conflict, _ choice: ConflictChoice, _ table: TableDescription
    ) throws {
        let isThere = try StoredValues.isThere(database, conflict.recordID, table)
        switch choice {
        case .shown:
            // Put back before, or held by children: then the delete says what has to go first.
            if conflict.isGone, isThere { try delete(database, conflict.recordID, of: table) }
        case .other:
            try putBack(database, conflict, isThere: isThere, table)
        case .new(let values):
            try requireColumns(of: conflict, in: values, table)
            if conflict.isGone { try putBack(database, conflict, isThere: isThere, table) }
            _ = try update(database, conflict.recordID, of: table, values)
        }
    }

    /// The row stands again as it was kept. Its columns are what they were, so that no right over single columns is
    /// asked for: only whether the record is the operator's to write, as the hub does.
    private static func putBack(
        _ database: Database, _ conflict: Conflict, isThere: Bool, _ table: TableDescription
    ) throws {
        let row = try kept(conflict, table)
        guard !isThere else {
            _ = try update(database, conflict.recordID, of: table, row)
            return
        }
        try pend(database, table: table, id: conflict.recordID)
        var whole = table.columns.map { $0.defaultValue[...] }
        for entry in row { whole[entry.column] = ValueCoding.bytes(of: entry.value)[...] }
        try database.whileApplying {
            try RowWriter(database, table: table).write(conflict.recordID, SyncCore.Row(encodedValues: whole))
        }
        try requireRights(database, table, conflict.recordID)
    }
}
