import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// One pending row beside its table's row and the stashed one, and the change that they make.
struct CapturedRow {
    /// What to write into the batch.
    struct Outline {
        let operation: Operation
        let carried: ColumnSet
        let changed: ColumnSet
        /// The columns that the user did not change come along, and count as a copy.
        var isFilled = false
        /// Given back from a row: nobody's change.
        var isCopy = false
    }

    /// Columns of the statement: id, changed_at, author, action, sent, the row's id, the stash's id, was_captured,
    /// is_copy, is_filled; then the row, then the stash.
    static let firstColumn = 10

    let table: TableDescription
    let id: RecordID
    let rows: RawStatement
    let columns: Int
    let decides: [NamedConflict]
    /// Whether every update brings all its columns along: this file has not compared itself with a restored hub yet, or
    /// starts afresh.
    let fillsAll: Bool
    /// Columns of which nothing but their default was here when the context was pulled.
    let unseen: ColumnSet
    /// The stashed row moved forward by what was captured since: encoded values, or nothing if it was deleted then.
    /// Outer nothing: never captured, so the stash itself counts.
    let moved: MovedStash.Image?

    /// The change, or nothing when the row holds none.
    func change() throws -> Outline? {
        let outline = try wholeChange()
        return unseen.isEmpty ? outline : outline.map(withoutUnseen)
    }

    /// Names a column that a later schema version added, and that no pull has brought yet, only where the user wrote
    /// it, or a column of its group.
    private func withoutUnseen(_ outline: Outline) -> Outline {
        var left = unseen
        for group in table.groups where !group.columns.intersection(unseen).isEmpty {
            let isWritten =
                outline.operation == .insert
                ? !group.columns.columns.allSatisfy(isDefault) : !group.columns.intersection(outline.changed).isEmpty
            if isWritten { left = left.subtracting(group.columns) }
        }
        return Outline(
            operation: outline.operation, carried: outline.carried.subtracting(left),
            changed: outline.changed.subtracting(left), isFilled: outline.isFilled, isCopy: outline.isCopy)
    }

    private func isDefault(_ column: Int) -> Bool {
        var value: [UInt8] = []
        rows.appendValue(Self.firstColumn + column, to: &value)
        return value == table.columns[column].defaultValue
    }

    private func wholeChange() throws -> Outline? {
        let isThere = !rows.isNull(5)
        let wasThere = moved.map { $0.row != nil } ?? !rows.isNull(6)
        if rows.integer(8) == 1 { return copy(isThere: isThere, wasThere: wasThere) }
        switch (wasThere, isThere) {
        case (false, false):
            // A decision about a record that is gone: it stays gone, and the decision must travel. And what was
            // captured under a former number may be somewhere.
            let mustTravel = !decides.isEmpty || rows.integer(7) == 1
            return mustTravel ? Outline(operation: .delete, carried: ColumnSet(), changed: ColumnSet()) : nil
        case (true, false):
            return Outline(operation: .delete, carried: ColumnSet(), changed: ColumnSet())
        case (false, true):
            return Outline(operation: .insert, carried: table.allColumns, changed: table.allColumns)
        case (true, true):
            return update()
        }
    }

    /// A row to be given back. The stash holds it as it was; columns that the user changed since are his change, the
    /// others stay a copy.
    private func copy(isThere: Bool, wasThere: Bool) -> Outline {
        switch (wasThere, isThere) {
        case (false, false):
            return Outline(operation: .delete, carried: ColumnSet(), changed: ColumnSet(), isCopy: true)
        case (true, false):
            return Outline(operation: .delete, carried: ColumnSet(), changed: ColumnSet())
        case (false, true):
            return Outline(operation: .insert, carried: table.allColumns, changed: table.allColumns)
        case (true, true):
            let changed = changedColumns()
            // A merge is an update, whatever goes up beside it.
            if isMerge {
                return Outline(operation: .update, carried: table.allColumns, changed: changed, isFilled: true)
            }
            return changed.isEmpty && decides.isEmpty || Mutant.isOn(.copyTouch)
                ? Outline(operation: .insert, carried: table.allColumns, changed: table.allColumns, isCopy: true)
                : Outline(operation: .insert, carried: table.allColumns, changed: changed, isFilled: true)
        }
    }

    private func update() -> Outline? {
        let changed = changedColumns()
        guard !changed.isEmpty || !decides.isEmpty else { return nil }
        guard !fillsAll && rows.integer(9) == 0 else {
            return Outline(operation: .update, carried: table.allColumns, changed: changed, isFilled: true)
        }
        var carried = changed
        for group in table.groups {
            let touches = !group.columns.intersection(changed).isEmpty
            if touches || group.index == ColumnGroup.wholeRow { carried = carried.union(group.columns) }
        }
        return Outline(operation: .update, carried: carried, changed: changed)
    }

    private var isMerge: Bool { decides.contains { $0.group == ColumnGroup.merged } }

    private func changedColumns() -> ColumnSet {
        var changed = ColumnSet()
        for column in 0..<columns where !isSame(column) { changed.insert(column) }
        for decision in decides {
            if let group = table.group(decision.group) { changed = changed.union(group.columns) }
        }
        // Who merges records has chosen all that he may write, also what stays as it was.
        if isMerge {
            changed = changed.union(ColumnSet(table.columns.indices.filter { table.columns[$0].writable == nil }))
        }
        return changed
    }

    private func isSame(_ column: Int) -> Bool {
        guard let moved else { return rows.areSame(Self.firstColumn + column, Self.firstColumn + columns + column) }
        guard let row = moved.row, column < row.count else { return false }
        var value: [UInt8] = []
        rows.appendValue(Self.firstColumn + column, to: &value)
        return value.elementsEqual(row[column])
    }
}

/// The stashed rows moved forward by the captured changes that wait in the outbox. Read once a table, only when a
/// row needs it.
struct MovedStash {
    struct Image {
        /// Encoded values, one slice a column; nothing when the record was deleted.
        let row: [ArraySlice<UInt8>]?
    }

    private let table: TableDescription
    private var images: [RecordID: Image]?

    init(table: TableDescription) {
        self.table = table
    }

    /// The record as it was last captured.
    mutating func values(of id: RecordID, _ database: Database) throws -> Image? {
        if images == nil { images = try read(database) }
        return images?[id]
    }

    private func read(_ database: Database) throws -> [RecordID: Image] {
        var images: [RecordID: Image] = [:]
        let wanted = try RawStatement(
            database,
            "SELECT id FROM zona_pending WHERE table_no = \(table.number) AND counter IS NULL AND sent IS NOT NULL")
        while try wanted.step() {
            guard let id = wanted.id(0) else { continue }
            images[id] = Image(row: try StashedRow.read(database, table: table, id: id))
        }
        let state = try ReplicaState(database)
        try Outbox.forEachChange(database, number: state.number, after: state.acknowledgedCounter, through: .max) {
            change in
            guard change.key.table == table.number, let image = images[change.key.id] else { return }
            images[change.key.id] = Image(row: try image.row.moved(by: change, in: table))
        }
        return images
    }
}

extension [ArraySlice<UInt8>]? {
    /// The row after one more change: nothing after a delete.
    func moved(by change: Change, in table: TableDescription) throws -> [ArraySlice<UInt8>]? {
        guard change.operation != .delete else { return nil }
        var row = self ?? table.columns.map { $0.defaultValue[...] }
        let carried = try table.slices(of: change)
        for (position, column) in change.carried.columns.enumerated() where column < row.count {
            row[column] = carried[position]
        }
        return row
    }
}

/// One row of a stash table.
enum StashedRow {
    static func read(_ database: Database, table: TableDescription, id: RecordID) throws -> [ArraySlice<UInt8>]? {
        let columns = table.columns.map { TriggerSQL.quoted($0.name) }.joined(separator: ", ")
        let read = try RawStatement(database, "SELECT \(columns) FROM \(TriggerSQL.stashName(table)) WHERE id = ?1")
        read.bind(1, idText: id)
        guard try read.step() else { return nil }
        return table.columns.indices.map { column in
            var value: [UInt8] = []
            read.appendValue(column, to: &value)
            return value[...]
        }
    }

    /// Writes the row as last acknowledged, or removes it.
    static func write(_ database: Database, table: TableDescription, id: RecordID, row: [ArraySlice<UInt8>]?) throws {
        guard let row else {
            let delete = try RawStatement(database, "DELETE FROM \(TriggerSQL.stashName(table)) WHERE id = ?1")
            delete.bind(1, idText: id)
            return try delete.run()
        }
        let writer = try RowWriter(database, table: table, target: TriggerSQL.stashName(table))
        try writer.write(id, SyncCore.Row(encodedValues: row))
    }
}
