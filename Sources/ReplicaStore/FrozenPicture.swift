import GRDB
import SQLiteAccess
package import SyncCore

/// What a freeze says beside the file it wrote: of which moment it is, and what stands open or was left out. Read in
/// the same transaction as the rows.
package struct FrozenPicture: Sendable {
    /// A record that is not synced. The picture holds it as last acknowledged, or not at all when it is new.
    package struct Unsynced: Sendable, Equatable {
        package enum Change: Sendable { case insert, update, delete }

        package let table: String
        package let id: RecordID
        package let change: Change
        package let author: String
        /// Unix milliseconds by this PC's clock.
        package let changedAt: Int64
    }

    /// An open conflict. The picture holds the value that shows.
    package struct OpenConflict: Sendable, Equatable {
        package let id: RecordID
        package let table: String
        package let recordID: RecordID
        /// Empty when the conflict is about the record's existence.
        package let columns: [String]
        /// The engine's word.
        package let kind: String
        /// Its rule is `manual`: the value that shows is provisional until an operator decides.
        package let isContested: Bool
        /// Unix milliseconds by the hub's clock.
        package let listedAt: Int64
    }

    package let ambitoCode: String
    package let ambitoName: String
    package let isCapofila: Bool
    package let schemaVersion: Int
    /// The `seq` of the hub's log that this is a picture of.
    package let cursor: UInt64
    /// When that pull was applied, Unix milliseconds by this PC's clock; nothing for a file that never pulled.
    package let lastPull: Int64?
    /// By table number, then id.
    package let unsynced: [Unsynced]
    /// The oldest first, then by id.
    package let openConflicts: [OpenConflict]

    init(_ database: Database, catalog: Catalog) throws {
        let state = try ReplicaState(database)
        ambitoCode = state.ambitoCode
        ambitoName = state.ambitoName
        isCapofila = state.isCapofila
        schemaVersion = state.schemaVersion
        cursor = state.cursor
        lastPull = state.lastPull
        unsynced = try catalog.domainTables.flatMap { try Self.unsynced($0, database) }
        openConflicts = try Self.openConflicts(database)
    }

    private static func unsynced(_ table: TableDescription, _ database: Database) throws -> [Unsynced] {
        let read = try RawStatement(
            database,
            """
            SELECT p.id, p.author, p.changed_at,
                EXISTS (SELECT 1 FROM \(TriggerSQL.quoted(table.name)) t WHERE t.id = p.id),
                EXISTS (SELECT 1 FROM \(TriggerSQL.stashName(table)) b WHERE b.id = p.id)
            FROM zona_pending p WHERE p.table_no = \(table.number) ORDER BY p.id
            """)
        var found: [Unsynced] = []
        while try read.step() {
            guard let id = read.id(0) else { continue }
            let (isThere, wasThere) = (read.integer(3) == 1, read.integer(4) == 1)
            found.append(
                Unsynced(
                    table: table.name, id: id, change: isThere ? (wasThere ? .update : .insert) : .delete,
                    author: read.text(1), changedAt: read.integer(2)))
        }
        return found
    }

    private static func openConflicts(_ database: Database) throws -> [OpenConflict] {
        let read = try RawStatement(
            database,
            """
            SELECT id, table_name, record_id,
                CASE WHEN group_no = \(ColumnGroup.existence) AND kind IN ('edit-delete', 'restored') THEN ''
                    ELSE columns END, kind, contested, listed_at
            FROM zona_conflict WHERE state = 'open' ORDER BY listed_at, id
            """)
        var found: [OpenConflict] = []
        while try read.step() {
            guard let id = read.id(0), let recordID = read.id(2) else { continue }
            found.append(
                OpenConflict(
                    id: id, table: read.text(1), recordID: recordID,
                    columns: read.text(3).split(separator: ",").map(String.init), kind: read.text(4),
                    isContested: read.integer(5) == 1, listedAt: read.integer(6)))
        }
        return found
    }
}

extension Catalog {
    /// The tables of the domain, by number: the engine's own have numbers from 900.
    package var domainTables: [TableDescription] {
        tables.filter { $0.number < 900 }
    }
}
