import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// Rows of join tables that came without the id of their key, or with another's, get it, and what points to them
/// follows.
enum DerivedIDs {
    static func replace(_ database: Database, catalog: Catalog) throws {
        for table in catalog.tables where !table.idKey.isEmpty {
            let key = table.idKey.map { "t." + TriggerSQL.quoted(table.columns[$0].name) }.joined(separator: ", ")
            let rows = try RawStatement(
                database,
                """
                SELECT t.id, \(key) FROM zona_pending p JOIN \(TriggerSQL.quoted(table.name)) t ON t.id = p.id
                WHERE p.table_no = \(table.number) AND p.counter IS NULL AND p.sent IS NULL ORDER BY t.id
                """)
            var moves: [(old: RecordID, new: RecordID)] = []
            while try rows.step() {
                guard let old = rows.id(0) else { continue }
                var values: [ArraySlice<UInt8>] = []
                for position in table.idKey.indices {
                    var value: [UInt8] = []
                    rows.appendValue(position + 1, to: &value)
                    values.append(value[...])
                }
                let new = DerivedID.of(table: table.name, key: values)
                if old != new { moves.append((old, new)) }
            }
            rows.reset()
            // Rows that hold one another's id make room first.
            let taken = Set(moves.map(\.old))
            for index in moves.indices where taken.contains(moves[index].new) {
                var key: [UInt8] = []
                key.appendID(moves[index].old)
                let aside = DerivedID.of(table: "\(table.name) aside", key: [key[...]])
                try rename(moves[index].old, to: aside, in: table, database, catalog: catalog)
                moves[index].old = aside
            }
            for move in moves { try rename(move.old, to: move.new, in: table, database, catalog: catalog) }
        }
    }

    private static func rename(
        _ old: RecordID, to new: RecordID, in table: TableDescription, _ database: Database, catalog: Catalog
    ) throws {
        func run(_ sql: String) throws {
            let statement = try RawStatement(database, sql)
            statement.bind(1, idText: old)
            statement.bind(2, idText: new)
            try statement.run()
        }
        let name = TriggerSQL.quoted(table.name)
        // A pull may have brought this very row meanwhile: who has it on screen has seen it.
        try run(
            """
            UPDATE zona_pending SET epoch = coalesce(
                (SELECT epoch FROM zona_behind WHERE table_no = \(table.number) AND id = ?2),
                (SELECT epoch FROM zona_state))
            WHERE table_no = \(table.number) AND id = ?1 AND EXISTS (SELECT 1 FROM \(name) WHERE id = ?2)
            """)
        try run("UPDATE OR IGNORE \(name) SET id = ?2 WHERE id = ?1")
        try run("DELETE FROM \(name) WHERE id = ?1 AND ?2 <> ''")
        // The record may be pending under its own id already, deleted here a moment ago: then it is written once more.
        try run(
            """
            UPDATE zona_pending SET (changed_at, author, action) =
                (SELECT changed_at, author, action FROM zona_pending WHERE table_no = \(table.number) AND id = ?1),
                sent = coalesce(counter, sent), counter = NULL WHERE table_no = \(table.number) AND id = ?2
            """)
        // What stood there before was deleted, and stays to be told.
        let wasThere = "EXISTS (SELECT 1 FROM \(TriggerSQL.stashName(table)) WHERE id = ?1)"
        try run(
            """
            INSERT OR IGNORE INTO zona_pending(table_no, id, epoch, changed_at, author, action)
                SELECT table_no, ?2, epoch, changed_at, author, action FROM zona_pending
                WHERE table_no = \(table.number) AND id = ?1 AND \(wasThere)
            """)
        try run(
            "UPDATE OR IGNORE zona_pending SET id = ?2 WHERE table_no = \(table.number) AND id = ?1 AND NOT \(wasThere)"
        )
        try run(
            "DELETE FROM zona_pending WHERE table_no = \(table.number) AND id = ?1 AND ?2 <> '' AND NOT \(wasThere)")
        for child in ReplicaStore.children(of: table, in: catalog) {
            try run(
                """
                UPDATE \(TriggerSQL.quoted(child.table)) SET \(TriggerSQL.quoted(child.column)) = ?2
                WHERE \(TriggerSQL.quoted(child.column)) = ?1
                """)
        }
    }
}

/// Stashed rows that no pending row names: an insert that SQLite then ignored left them.
enum StaleStash {
    static func clear(_ database: Database, catalog: Catalog) throws {
        for table in catalog.tables {
            let stash = TriggerSQL.stashName(table)
            let any = try RawStatement(database, "SELECT 1 FROM \(stash) LIMIT 1")
            guard try any.step() else { continue }
            any.reset()
            try RawStatement(
                database,
                """
                DELETE FROM \(stash) WHERE NOT EXISTS
                    (SELECT 1 FROM zona_pending p WHERE p.table_no = \(table.number) AND p.id = \(stash).id)
                """
            ).run()
        }
    }
}

/// In which order what is pending is captured where records were merged: a merge gives up what its operator had on
/// screen, so all that was written before it comes before it, and what was written to a record that goes afterwards
/// comes after it, whatever the epochs.
struct MergeOrder {
    /// What waits in each pass over the epochs.
    let passes: [Set<RecordKey>]

    init(_ database: Database, _ deciding: [RecordKey: [NamedConflict]], catalog: Catalog) throws {
        var survivors: Set<RecordKey> = []
        var later: Set<RecordKey> = []
        for (key, named) in deciding {
            guard let table = catalog.table(key.table) else { continue }
            for gone in named where gone.group == ColumnGroup.merged {
                survivors.insert(key)
                if try !isAsMerged(database, gone.conflict, table) {
                    later.insert(RecordKey(table: key.table, id: gone.conflict))
                }
            }
        }
        passes = survivors.isEmpty ? [[]] : [survivors.union(later), later, []]
    }
}

/// Whether a record that goes is as it was when it was merged.
private func isAsMerged(_ database: Database, _ id: RecordID, _ table: TableDescription) throws -> Bool {
    let read = try RawStatement(database, "SELECT seen_row FROM zona_deciding WHERE conflict_id = ?1")
    read.bind(1, idText: id)
    guard try read.step(), !read.isNull(0), try StoredValues.isThere(database, id, table) else { return false }
    return read.blob(0) == SyncCore.Row(try StoredValues.read(database, id, table)).bytes
}

/// Decisions that wait for their record's capture.
enum Deciding {
    static func all(_ database: Database) throws -> [RecordKey: [NamedConflict]] {
        let read = try RawStatement(
            database,
            """
            SELECT conflict_id, table_no, id, group_no, dots FROM zona_deciding WHERE counter IS NULL
            ORDER BY conflict_id
            """)
        var deciding: [RecordKey: [NamedConflict]] = [:]
        while try read.step() {
            guard let conflict = read.id(0), let id = read.id(2) else { continue }
            let named = NamedConflict(conflict: conflict, group: Int(read.integer(3)), dots: try dots(read.blob(4)))
            deciding[RecordKey(table: Int(read.integer(1)), id: id), default: []].append(named)
        }
        return deciding
    }

    static func markCaptured(_ database: Database, before counter: UInt64) throws {
        let mark = try RawStatement(database, "UPDATE zona_deciding SET counter = ?1 WHERE counter IS NULL")
        mark.bind(1, Int64(counter) - 1)
        try mark.run()
    }

    /// The dots that a conflict names: a count, then each.
    static func dots(_ bytes: [UInt8]) throws -> [Dot] {
        var reader = ByteReader(bytes)
        var dots: [Dot] = []
        for _ in 0..<(try reader.count(limit: Limits.decisionDots, of: "dots")) { dots.append(try reader.dot()) }
        return dots
    }
}

/// Rows that a pull had to skip because the user was at work on the record.
enum SkippedRows {
    /// What the unit from counter `first` on carries is newer than any row that was skipped before it was written.
    static func forget(_ database: Database, capturedFrom first: UInt64) throws {
        if Mutant.isOn(.oldSkippedRow) { return }
        let forget = try RawStatement(
            database,
            """
            UPDATE zona_behind SET skipped_kind = NULL, skipped_row = NULL WHERE skipped_kind IS NOT NULL
                AND EXISTS (SELECT 1 FROM zona_pending p
                    WHERE p.table_no = zona_behind.table_no AND p.id = zona_behind.id AND p.counter >= ?1)
            """)
        forget.bind(1, Int64(first))
        try forget.run()
    }

    /// Nobody has the record on screen any more.
    static func endTouch(_ database: Database, table: TableDescription, id: RecordID) throws {
        let end = try RawStatement(database, "DELETE FROM zona_touch WHERE table_no = ?1 AND id = ?2")
        end.bind(1, table.number)
        end.bind(2, idText: id)
        try end.run()
        let waits = try RawStatement(database, "SELECT 1 FROM zona_pending WHERE table_no = ?1 AND id = ?2")
        waits.bind(1, table.number)
        waits.bind(2, idText: id)
        if try !waits.step(), !Mutant.isOn(.formStaysStale) { try takePlace(database, table: table, id: id) }
    }

    /// Forms that were left open: their touches end an hour after they began. One from the future was made before the
    /// clock was set right, and would hold its record back until then.
    static func endTouches(_ database: Database, catalog: Catalog, now: Int64) throws {
        let old = try RawStatement(
            database, "SELECT table_no, id FROM zona_touch WHERE touched_at <= ?1 OR touched_at > ?2")
        old.bind(1, now - Limits.touchMilliseconds)
        old.bind(2, now + Limits.touchMilliseconds)
        var ended: [RecordKey] = []
        while try old.step() {
            if let id = old.id(1) { ended.append(RecordKey(table: Int(old.integer(0)), id: id)) }
        }
        old.reset()
        for key in ended {
            guard let table = catalog.table(key.table) else { continue }
            try endTouch(database, table: table, id: key.id)
        }
        // Of no record, or taken away by the program that made it: it must hold nothing back.
        let strays = try RawStatement(database, "DELETE FROM zona_touch WHERE touched_at <= ?1 OR touched_at > ?2")
        strays.bind(1, now - Limits.touchMilliseconds)
        strays.bind(2, now + Limits.touchMilliseconds)
        try strays.run()
        if Mutant.isOn(.formStaysStale) { return }
        let left = try RawStatement(
            database,
            """
            SELECT b.table_no, b.id FROM zona_behind b WHERE b.skipped_kind IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM zona_pending p WHERE p.table_no = b.table_no AND p.id = b.id)
                AND NOT EXISTS (SELECT 1 FROM zona_touch t WHERE t.table_no = b.table_no AND t.id = b.id)
            """)
        var free: [RecordKey] = []
        while try left.step() {
            if let id = left.id(1) { free.append(RecordKey(table: Int(left.integer(0)), id: id)) }
        }
        left.reset()
        for key in free {
            if let table = catalog.table(key.table) { try takePlace(database, table: table, id: key.id) }
        }
    }

    /// The pending row held no change: what the pull brought takes its place, if it was kept, and if nobody has the old
    /// row on screen still.
    static func takePlace(_ database: Database, table: TableDescription, id: RecordID) throws {
        let read = try RawStatement(
            database,
            """
            SELECT skipped_kind, skipped_row FROM zona_behind WHERE table_no = ?1 AND id = ?2
                AND NOT EXISTS (SELECT 1 FROM zona_touch WHERE table_no = ?1 AND id = ?2)
            """)
        read.bind(1, table.number)
        read.bind(2, idText: id)
        guard try read.step(), !read.isNull(0), !Mutant.isOn(.behindRow) else { return }
        let writer = try RowWriter(database, table: table)
        if read.integer(0) == Int64(PageEntryKind.row.rawValue) {
            try writer.write(id, SyncCore.Row(uncheckedBytes: read.blob(1)))
        } else {
            try writer.remove(id)
        }
        let forget = try RawStatement(database, "DELETE FROM zona_behind WHERE table_no = ?1 AND id = ?2")
        forget.bind(1, table.number)
        forget.bind(2, idText: id)
        try forget.run()
    }
}
