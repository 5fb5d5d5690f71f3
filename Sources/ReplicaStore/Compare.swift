import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// Compares this file with a restored hub, both ways, while the pull from the beginning is applied: what the hub lacks
/// or has older is given back as a copy, and what it replaces here is kept beside the refused changes.
///
/// Nothing that a user has not done becomes a change: a copy loses against every real change that its context does not
/// cover (`docs/merge-rules.md`, *Copies*).
struct Compare {
    private let database: Database
    private let rescueEpoch: Int64
    private let rescue: VersionVector
    /// The schema under which that was pulled.
    private let rescueVersion: Int
    private let own: VersionVector
    private let now: Int64
    private let isPending: RawStatement
    private let behindEpoch: RawStatement
    private let give: RawStatement
    private let absent: AbsentRecords
    private var contexts: [Int64: VersionVector] = [:]
    private var tables: [Int: ComparedTable] = [:]
    private(set) var given = 0
    private(set) var kept = 0

    init?(_ database: Database, state: ReplicaState, now: Int64) throws {
        guard let epoch = state.rescueEpoch else { return nil }
        self.database = database
        self.now = now
        rescueEpoch = epoch
        (rescue, rescueVersion) = try Self.knowledge(database, epoch)
        own = try Rescue.own(database)
        absent = try AbsentRecords(database)
        isPending = try RawStatement(database, "SELECT 1 FROM zona_pending WHERE table_no = ?1 AND id = ?2")
        behindEpoch = try RawStatement(database, "SELECT epoch FROM zona_behind WHERE table_no = ?1 AND id = ?2")
        give = try RawStatement(
            database,
            """
            INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action, is_copy)
            VALUES (?1, ?2, ?3, 0, '-', 0, 1)
            """)
    }

    private static func knowledge(_ database: Database, _ epoch: Int64) throws -> (vector: VersionVector, version: Int)
    {
        let read = try RawStatement(database, "SELECT vector, schema_version FROM zona_knowledge WHERE epoch = ?1")
        read.bind(1, epoch)
        guard try read.step() else { throw ReplicaStoreError(.database, "what this file knew is gone") }
        var reader = ByteReader(read.blob(0))
        return (try reader.vector(), Int(read.integer(1)))
    }

    // MARK: What the hub has

    /// Looks at one record of the hub, before it is applied.
    mutating func look(at entry: PageEntry, body: [UInt8], in table: TableDescription) throws {
        let compared = try compared(table)
        guard try !pending(entry.key) else { return try keepUntouched(entry, body: body, compared) }
        let local = try compared.row(entry.key.id)
        let hubs = entry.kind == .row ? try compared.normalised(body, entry.row) : nil
        guard let local else {
            if hubs != nil || entry.kind == .withheld { try giveDelete(entry, table) }
            return
        }
        guard entry.kind == .withheld || local != hubs else { return }
        let (epoch, context) = try context(of: entry.key)
        if entry.kind == .withheld || isNewerHere(entry, than: context, table) {
            try give(entry.key, epoch: epoch, compared)
        } else if table.writable != .hub {
            try keep(entry.key, local, table)
        }
    }

    /// Whether whoever wrote the row here had seen what the hub has. Conflicts are the hub's own: there it is right.
    private func isNewerHere(_ entry: PageEntry, than context: VersionVector, _ table: TableDescription) -> Bool {
        guard table.writable != .hub, let dot = entry.dot else { return false }
        return context.covers(dot)
    }

    /// The hub has a record, or some of its columns, that this file knew to be deleted.
    private mutating func giveDelete(_ entry: PageEntry, _ table: TableDescription) throws {
        guard table.losesRecords, !Mutant.isOn(.giveDelete) else { return }
        let known = try absent.kind(of: entry.key)
        guard known == .deleted || known == nil && hadSeen(entry, of: table), try epochBehind(entry.key) == nil else {
            return
        }
        try give(entry.key, epoch: rescueEpoch, nil)
    }

    /// Whether this file had the version that the hub has. A founding has one for all its rows, and every hub its own
    /// founding; and of a table that its program lacked then it had none.
    private func hadSeen(_ entry: PageEntry, of table: TableDescription) -> Bool {
        guard let dot = entry.dot, dot.counter > 0 else { return false }
        return rescue.covers(dot) && table.since <= rescueVersion
    }

    /// The user has changed the record here: what he did not change, and the hub has older, goes up with it; what the
    /// hub replaces is kept aside.
    private mutating func keepUntouched(_ entry: PageEntry, body: [UInt8], _ compared: ComparedTable) throws {
        // Where the hub shows nothing it may have nothing to put beside what the user changed.
        if entry.kind == .withheld || entry.kind == .deleted { try fill(entry.key, compared) }
        guard entry.kind != .withheld, let before = try compared.stashed(entry.key.id) else { return }
        let hubs = entry.kind == .row ? try compared.normalised(body, entry.row) : nil
        guard before != hubs else { return }
        let context = try context(of: entry.key).vector
        if isNewerHere(entry, than: context, compared.table), try fill(entry.key, compared) { return }
        if let local = try compared.row(entry.key.id) { try keep(entry.key, local, compared.table) }
    }

    // MARK: What the hub lacks

    /// Looks at the rows that the hub did not deliver. When it has seen all that this file knew, they were deleted and
    /// their tombstones collected: they go here too. Otherwise they are given back.
    mutating func lookAtUndelivered(_ delivered: Delivered, tables all: [TableDescription], hub: VersionVector) throws {
        let wasDeleted = hub.covers(rescue) && hub.covers(own)
        for table in all {
            let compared = try compared(table)
            if table.name == "zona_conflict" { try delivered.removeStateConflicts(in: table) }
            for id in try delivered.missing(in: table) {
                let key = RecordKey(table: table.number, id: id)
                if try pending(key) {
                    try fill(key, compared)
                } else if wasDeleted {
                    try absent.note(key, .deleted)
                    try compared.remove(id)
                } else {
                    try give(key, epoch: try context(of: key).epoch, compared)
                }
            }
            guard !wasDeleted, table.losesRecords, !Mutant.isOn(.giveDelete) else { continue }
            // Somebody may give the record back who has not heard of its delete.
            for id in try absent.undelivered(in: table) {
                let key = RecordKey(table: table.number, id: id)
                if try epochBehind(key) == nil { try give(key, epoch: rescueEpoch, nil) }
            }
        }
    }

    // MARK: Steps

    /// What the user changes here goes up with the rest of its row: that is a copy, as if it had been given back before
    /// he began. False where his change was captured before: then it goes as it is.
    @discardableResult
    private func fill(_ key: RecordKey, _ row: ComparedTable) throws -> Bool {
        let fill = try RawStatement(
            database,
            """
            UPDATE zona_pending SET is_filled = 1, is_copy = is_copy OR counter IS NULL AND ?3
            WHERE table_no = ?1 AND id = ?2 RETURNING is_copy
            """)
        fill.bind(1, key.table)
        fill.bind(2, idText: key.id)
        fill.bind(3, try row.stashed(key.id) == nil ? 0 : 1)
        defer { fill.reset() }
        return try fill.step() && fill.integer(0) == 1
    }

    /// Makes a copy of the row as it is pending, or of its absence.
    private mutating func give(_ key: RecordKey, epoch: Int64, _ row: ComparedTable?) throws {
        if let row, try !fits(key, row) { return }
        try row?.stash(key.id)
        give.bind(1, key.table)
        give.bind(2, idText: key.id)
        give.bind(3, epoch)
        try give.run()
        given += 1
    }

    /// What is over the limit of one change must not hold back everything else. Of a conflict only the other side is
    /// nobody else's; of a record that grew too large by a merge the row is kept aside.
    private mutating func fits(_ key: RecordKey, _ row: ComparedTable) throws -> Bool {
        func size() throws -> Int { try row.row(key.id)?.count ?? 0 }
        guard try size() > Limits.changeBytes else { return true }
        if row.table.name == "zona_conflict" {
            let shorten = try RawStatement(
                database, "UPDATE zona_conflict SET shown_values = x'', base_values = NULL WHERE id = ?1")
            shorten.bind(1, idText: key.id)
            try shorten.run()
        }
        guard try size() > Limits.changeBytes else { return true }
        if let local = try row.row(key.id) { try keep(key, local, row.table) }
        try row.remove(key.id)
        return false
    }

    private mutating func keep(_ key: RecordKey, _ row: [UInt8], _ table: TableDescription) throws {
        if Mutant.isOn(.keepReplaced) { return }
        try RefusedChanges.keepAside(key, row, table, database, now: now)
        kept += 1
    }

    private func pending(_ key: RecordKey) throws -> Bool {
        isPending.bind(1, key.table)
        isPending.bind(2, idText: key.id)
        defer { isPending.reset() }
        return try isPending.step()
    }

    private func epochBehind(_ key: RecordKey) throws -> Int64? {
        behindEpoch.bind(1, key.table)
        behindEpoch.bind(2, idText: key.id)
        defer { behindEpoch.reset() }
        return try behindEpoch.step() ? behindEpoch.integer(0) : nil
    }

    /// What this file knew when the row came to be as it is here.
    private mutating func context(of key: RecordKey) throws -> (epoch: Int64, vector: VersionVector) {
        guard let epoch = try epochBehind(key) else { return (rescueEpoch, rescue) }
        if contexts[epoch] == nil { contexts[epoch] = try Self.knowledge(database, epoch).vector }
        return (epoch, contexts[epoch] ?? rescue)
    }

    private mutating func compared(_ table: TableDescription) throws -> ComparedTable {
        if let known = tables[table.number] { return known }
        let made = try ComparedTable(database, table)
        tables[table.number] = made
        return made
    }
}

/// The rows of one table as encoded values, to be compared with what the hub sends.
final class ComparedTable {
    let table: TableDescription
    private let read: RawStatement
    private let readStash: RawStatement
    private let writeStash: RawStatement
    private let delete: RawStatement

    init(_ database: Database, _ table: TableDescription) throws {
        self.table = table
        let (name, stash) = (TriggerSQL.quoted(table.name), TriggerSQL.stashName(table))
        let columns = (["id"] + table.columns.map { TriggerSQL.quoted($0.name) }).joined(separator: ", ")
        read = try RawStatement(database, "SELECT \(columns) FROM \(name) WHERE id = ?1")
        readStash = try RawStatement(database, "SELECT \(columns) FROM \(stash) WHERE id = ?1")
        writeStash = try RawStatement(
            database,
            "INSERT OR REPLACE INTO \(stash)(\(columns)) SELECT \(columns) FROM \(name) WHERE id = ?1")
        delete = try RawStatement(database, "DELETE FROM \(name) WHERE id = ?1")
    }

    func row(_ id: RecordID) throws -> [UInt8]? {
        try values(read, id)
    }

    func stashed(_ id: RecordID) throws -> [UInt8]? {
        try values(readStash, id)
    }

    private func values(_ read: RawStatement, _ id: RecordID) throws -> [UInt8]? {
        read.bind(1, idText: id)
        defer { read.reset() }
        guard try read.step() else { return nil }
        var bytes: [UInt8] = []
        for column in table.columns.indices { read.appendValue(column + 1, to: &bytes) }
        return bytes
    }

    func stash(_ id: RecordID) throws {
        writeStash.bind(1, idText: id)
        try writeStash.run()
    }

    func remove(_ id: RecordID) throws {
        delete.bind(1, idText: id)
        try delete.run()
    }

    /// The values of a row of a page, one for each column of the table here.
    func normalised(_ body: [UInt8], _ range: Range<Int>) throws -> [UInt8] {
        var reader = ByteReader(body, from: range.lowerBound, to: range.upperBound)
        let count = try reader.count(limit: Limits.columns, of: "columns")
        let start = reader.position
        for _ in 0..<min(count, table.columns.count) { try reader.skipValue() }
        var bytes = Array(body[start..<reader.position])
        for column in table.columns.dropFirst(count) { bytes.append(contentsOf: column.defaultValue) }
        return bytes
    }
}

/// The records that a pull from the beginning has delivered, so that what it did not deliver can be found.
final class Delivered {
    private let database: Database
    private let insert: RawStatement

    init(_ database: Database) throws {
        self.database = database
        try database.execute(
            sql: """
                CREATE TEMP TABLE IF NOT EXISTS zona_delivered(
                  table_no INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY(table_no, id)
                ) WITHOUT ROWID;
                DELETE FROM temp.zona_delivered;
                """)
        insert = try RawStatement(database, "INSERT OR IGNORE INTO temp.zona_delivered(table_no, id) VALUES (?1, ?2)")
    }

    func note(_ key: RecordKey) throws {
        insert.bind(1, key.table)
        insert.bind(2, idText: key.id)
        try insert.run()
    }

    /// Records that are here, or are pending, and were not delivered, in the order of their ids.
    func missing(in table: TableDescription) throws -> [RecordID] {
        let read = try RawStatement(
            database,
            """
            SELECT id FROM (SELECT id FROM \(TriggerSQL.quoted(table.name))
                UNION SELECT id FROM zona_pending WHERE table_no = \(table.number))
            WHERE id NOT IN (SELECT id FROM temp.zona_delivered WHERE table_no = \(table.number)) ORDER BY id
            """)
        var found: [RecordID] = []
        while try read.step() { if let id = read.id(0) { found.append(id) } }
        return found
    }

    /// Conflicts that are functions of the state: the hub lists them itself as soon as they are there again.
    func removeStateConflicts(in table: TableDescription) throws {
        try database.execute(
            sql: """
                DELETE FROM \(TriggerSQL.quoted(table.name)) WHERE kind IN (\(Conflict.stateKindsSQL))
                AND id NOT IN (SELECT id FROM temp.zona_delivered WHERE table_no = \(table.number))
                """)
    }

    /// Rows that are here, that nothing waits for and that were not delivered, kept beside the refused changes.
    func keepMissing(in tables: [TableDescription], now: Int64) throws -> Int {
        let waits = try RawStatement(database, "SELECT 1 FROM zona_pending WHERE table_no = ?1 AND id = ?2")
        var kept = 0
        for table in tables where table.writable != .hub {
            let here = try ComparedTable(database, table)
            for id in try missing(in: table) {
                waits.bind(1, table.number)
                waits.bind(2, idText: id)
                defer { waits.reset() }
                guard try !waits.step(), let row = try here.row(id) else { continue }
                try RefusedChanges.keepAside(RecordKey(table: table.number, id: id), row, table, database, now: now)
                kept += 1
            }
        }
        return kept
    }

    /// A fresh pull: what is here, not pending, and was not delivered, is gone. Nothing stays behind for it.
    func removeMissing(in tables: [TableDescription], noting absent: AbsentRecords) throws -> Int {
        var removed = 0
        for table in tables {
            let isClean = """
                id NOT IN (SELECT id FROM temp.zona_delivered WHERE table_no = \(table.number))
                AND id NOT IN (SELECT id FROM zona_pending WHERE table_no = \(table.number))
                """
            let name = TriggerSQL.quoted(table.name)
            if table.losesRecords { try absent.noteAll(of: table, in: name, where: isClean, .deleted) }
            try RawStatement(database, "DELETE FROM \(name) WHERE \(isClean)").run()
            removed += database.changesCount
            try RawStatement(
                database, "DELETE FROM zona_behind WHERE table_no = \(table.number) AND \(isClean)"
            ).run()
        }
        return removed
    }

    func clear() throws {
        try database.execute(sql: "DELETE FROM temp.zona_delivered")
    }
}
