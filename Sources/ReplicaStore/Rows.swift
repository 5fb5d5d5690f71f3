import GRDB
import SQLiteAccess
package import SyncCore
import SyncWire
import Texts

/// A row as people see it: its id and its values in the catalog's order, with the marks that sync gives it.
package struct StoredRow: Sendable {
    package let id: RecordID
    package let values: [Value]
    /// Not synced yet.
    package let isPending: Bool
    /// A pull brought something for it that waits for my own change to be merged.
    package let isBehind: Bool
    /// An open conflict is about it whose rule is `manual`.
    package let isContested: Bool
    /// Open conflicts about it.
    package let openConflicts: Int
    /// The columns whose value is provisional until an operator decides.
    package let contestedColumns: [String]
}

/// Who writes, for the batch and the history: what he says, not proof.
package struct Operator: Sendable {
    package let name: String

    /// Names are cut at the limit; an empty one becomes `-`.
    package init(_ name: String) {
        let clean = name.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        var text = ""
        for scalar in clean {
            guard text.utf8.count + 4 <= Limits.authorBytes else { break }
            text.unicodeScalars.append(scalar)
        }
        self.name = text.isEmpty ? "-" : text
    }
}

extension ReplicaStore {
    /// Rows of a table in the order of their ids. `filter` are column and value pairs that must be the same.
    package func rows(
        of table: TableDescription, where filter: [(column: Int, value: Value)] = [], limit: Int = 1_000,
        offset: Int = 0
    ) throws(ReplicaStoreError) -> [StoredRow] {
        let conditions = filter.enumerated().map { "\(TriggerSQL.quoted(table.columns[$1.column].name)) IS ?\($0 + 3)" }
        return try read { database in
            let read = try Self.select(
                database, table: table,
                tail: (conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))")
                    + " ORDER BY t.id LIMIT ?1 OFFSET ?2")
            read.bind(1, limit)
            read.bind(2, offset)
            for (index, condition) in filter.enumerated() { read.bind(index + 3, condition.value) }
            return try Self.collect(read, table)
        }
    }

    package func row(_ id: RecordID, of table: TableDescription) throws(ReplicaStoreError) -> StoredRow? {
        try read { database in
            let read = try Self.select(database, table: table, tail: "WHERE t.id = ?1")
            read.bind(1, idText: id)
            return try Self.collect(read, table).first
        }
    }

    package func count(of table: TableDescription) throws(ReplicaStoreError) -> Int {
        try read { database in
            let read = try RawStatement(database, "SELECT count(*) FROM \(TriggerSQL.quoted(table.name))")
            _ = try read.step()
            return Int(read.integer(0))
        }
    }

    /// The one id that begins with `prefix`. Several or none is an error that says so.
    package func id(startingWith prefix: String, in table: TableDescription) throws(ReplicaStoreError) -> RecordID {
        let found = try ids(startingWith: prefix, in: table)
        switch found.count {
        case 1: return found[0]
        case 0:
            throw ReplicaStoreError(
                .notFound, localized("no row of \(table.name) has an id that begins with \(prefix)"))
        default: throw try ambiguous(prefix, among: [table])
        }
    }

    /// The table and id of the one row anywhere whose id begins with `prefix`.
    package func record(startingWith prefix: String) throws(ReplicaStoreError) -> (
        table: TableDescription, id: RecordID
    ) {
        var found: [(table: TableDescription, id: RecordID)] = []
        for table in catalog.tables {
            for id in try ids(startingWith: prefix, in: table) { found.append((table, id)) }
        }
        guard let first = found.first else {
            throw ReplicaStoreError(.notFound, localized("no row has an id that begins with \(prefix)"))
        }
        guard found.count == 1 else { throw try ambiguous(prefix, among: catalog.tables) }
        return first
    }

    func ids(startingWith prefix: String, in table: TableDescription) throws(ReplicaStoreError) -> [RecordID] {
        try read { try Self.ids($0, startingWith: prefix, in: table) }
    }

    static func ids(_ database: Database, startingWith prefix: String, in table: TableDescription) throws -> [RecordID]
    {
        let isPlausible = prefix.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x66 || $0 == 0x2D }
        guard isPlausible, !prefix.isEmpty else { return [] }
        let read = try RawStatement(
            database,
            "SELECT id FROM \(TriggerSQL.quoted(table.name)) WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 2")
        read.bind(1, text: prefix)
        var found: [RecordID] = []
        while try read.step() { if let id = read.id(0) { found.append(id) } }
        return found
    }

    // MARK: Writing

    /// Adds a row and returns its id: derived from the key in join tables, made by the column's DEFAULT elsewhere,
    /// unless given.
    package func insert(
        into table: TableDescription, _ values: [(column: Int, value: Value)], id given: RecordID? = nil,
        by author: Operator
    ) throws(ReplicaStoreError) -> RecordID {
        try write { database in
            try database.acting(as: author) { try Self.insert(database, into: table, values, id: given) }
        }
    }

    /// Changes columns of a row. Returns false when every value is there already.
    package func update(
        _ id: RecordID, of table: TableDescription, _ values: [(column: Int, value: Value)], by author: Operator
    ) throws(ReplicaStoreError) -> Bool {
        try write { database in
            try database.acting(as: author) { try Self.update(database, id, of: table, values) }
        }
    }

    /// Deletes a row.
    package func delete(_ id: RecordID, of table: TableDescription, by author: Operator) throws(ReplicaStoreError) {
        try write { database in
            try database.acting(as: author) { try Self.delete(database, id, of: table) }
        }
    }

    static func insert(
        _ database: Database, into table: TableDescription, _ values: [(column: Int, value: Value)],
        id given: RecordID?
    ) throws -> RecordID {
        let id = given ?? derivedID(table, values)
        let columns = (id == nil ? [] : ["id"]) + values.map { TriggerSQL.quoted(table.columns[$0.column].name) }
        let places = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        let what = columns.isEmpty ? "DEFAULT VALUES" : "(\(columns.joined(separator: ", "))) VALUES (\(places))"
        let insert = try RawStatement(database, "INSERT INTO \(TriggerSQL.quoted(table.name))\(what) RETURNING id")
        if let id { insert.bind(1, idText: id) }
        for (index, value) in values.enumerated() { insert.bind(index + (id == nil ? 1 : 2), value.value) }
        guard try insert.step(), let made = insert.id(0) else {
            throw ReplicaStoreError(.database, "the row was not inserted")
        }
        while try insert.step() {}
        return made
    }

    static func update(
        _ database: Database, _ id: RecordID, of table: TableDescription, _ values: [(column: Int, value: Value)]
    ) throws -> Bool {
        guard !values.isEmpty else { return false }
        let names = values.map { TriggerSQL.quoted(table.columns[$0.column].name) }
        let set = names.enumerated().map { "\($1) = ?\($0 + 2)" }.joined(separator: ", ")
        let differs = names.enumerated().map { "\($1) IS NOT ?\($0 + 2)" }.joined(separator: " OR ")
        try requireRow(database, id, table)
        let update = try RawStatement(
            database, "UPDATE \(TriggerSQL.quoted(table.name)) SET \(set) WHERE id = ?1 AND (\(differs)) RETURNING id")
        update.bind(1, idText: id)
        for (index, value) in values.enumerated() { update.bind(index + 2, value.value) }
        let changed = try update.step()
        while try changed && update.step() {}
        return changed
    }

    static func delete(_ database: Database, _ id: RecordID, of table: TableDescription) throws {
        try requireRow(database, id, table)
        let delete = try RawStatement(database, "DELETE FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1")
        delete.bind(1, idText: id)
        try delete.run()
    }

    private static func requireRow(_ database: Database, _ id: RecordID, _ table: TableDescription) throws {
        let there = try RawStatement(database, "SELECT 1 FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1")
        there.bind(1, idText: id)
        guard try there.step() else {
            throw ReplicaStoreError(.notFound, localized("there is no row \(id) in \(table.name)"))
        }
    }

    /// Marks a record as on somebody's screen: pins what he has seen, and pulls leave it alone until he writes or
    /// an hour has gone.
    package func touch(_ id: RecordID, of table: TableDescription, now: Int64) throws(ReplicaStoreError) {
        try write { database in
            let touch = try RawStatement(
                database,
                """
                INSERT INTO zona_touch(table_no, id, epoch, touched_at)
                    SELECT ?1, ?2, coalesce((SELECT epoch FROM zona_behind WHERE table_no = ?1 AND id = ?2
                        \(Mutant.isOn(.touchTooLate) ? "AND 0" : "")), epoch), ?3 FROM zona_state WHERE true
                ON CONFLICT(table_no, id) DO UPDATE SET epoch = excluded.epoch, touched_at = excluded.touched_at
                """)
            touch.bind(1, table.number)
            touch.bind(2, idText: id)
            touch.bind(3, now)
            try touch.run()
        }
    }

    /// The form is closed: the record is no longer on screen, and shows what a pull brought meanwhile.
    package func endTouch(_ id: RecordID, of table: TableDescription) throws(ReplicaStoreError) {
        try write { database in
            try database.whileApplying { try SkippedRows.endTouch(database, table: table, id: id) }
        }
    }

    // MARK: Reading rows

    private static func select(_ database: Database, table: TableDescription, tail: String) throws -> RawStatement {
        try RawStatement(
            database, "SELECT \(columnsOfStoredRow(table)) FROM \(TriggerSQL.quoted(table.name)) t \(tail)")
    }

    /// What `storedRow` reads, of the row `t`: five columns, then the table's.
    static func columnsOfStoredRow(_ table: TableDescription) -> String {
        let columns = table.columns.map { ", t.\(TriggerSQL.quoted($0.name))" }.joined()
        return """
            t.id, EXISTS (SELECT 1 FROM zona_pending p WHERE p.table_no = \(table.number) AND p.id = t.id),
                EXISTS (SELECT 1 FROM zona_behind b WHERE b.table_no = \(table.number) AND b.id = t.id),
                (SELECT count(*) FROM zona_conflict c WHERE c.record_id = t.id AND c.state = 'open'),
                (SELECT group_concat(c.columns) FROM zona_conflict c WHERE c.record_id = t.id AND c.state = 'open'
                    AND c.contested = 1)\(columns)
            """
    }

    private static func collect(_ read: RawStatement, _ table: TableDescription) throws -> [StoredRow] {
        var rows: [StoredRow] = []
        while try read.step() { if let row = storedRow(read, table) { rows.append(row) } }
        return rows
    }

    /// The row that a statement stands on; nothing where its id is none.
    static func storedRow(_ read: RawStatement, _ table: TableDescription) -> StoredRow? {
        guard let id = read.id(0) else { return nil }
        let contested = read.isNull(4) ? [] : read.text(4).split(separator: ",").map(String.init)
        return StoredRow(
            id: id, values: table.columns.indices.map { read.value($0 + 5) }, isPending: read.integer(1) == 1,
            isBehind: read.integer(2) == 1, isContested: !read.isNull(4), openConflicts: Int(read.integer(3)),
            contestedColumns: contested.isEmpty ? [] : table.columns.map(\.name).filter(contested.contains))
    }

    private static func derivedID(_ table: TableDescription, _ values: [(column: Int, value: Value)]) -> RecordID? {
        guard !table.idKey.isEmpty else { return nil }
        let key = table.idKey.map { column in
            values.first { $0.column == column }.map { ValueCoding.bytes(of: $0.value) }
                ?? table.columns[column].defaultValue
        }
        return DerivedID.of(table: table.name, key: key.map { $0[...] })
    }
}

extension Database {
    /// Writes as `author`, with the triggers awake.
    ///
    /// - Parameter isOneAction: whether the hub accepts or refuses what is written as a whole; else each change alone.
    func acting<Result>(as author: Operator, isOneAction: Bool = true, _ body: () throws -> Result) throws -> Result {
        guard try notesWrites() else {
            throw ReplicaStoreError(
                .notValid,
                localized(
                    """
                    this file does not note what is written into it: `zona doctor` says why, and \
                    `zona doctor --repair` mends it
                    """))
        }
        let action = isOneAction ? "abs(random() % 4611686018427387904) + 1" : "0"
        let begin = try RawStatement(self, "UPDATE zona_state SET author = ?1, action = \(action)")
        begin.bind(1, text: author.name)
        try begin.run()
        let result = try withTriggersAwake(body)
        try RawStatement(self, "UPDATE zona_state SET author = '-', action = 0").run()
        return result
    }
}
