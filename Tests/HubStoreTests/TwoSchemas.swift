import GRDB
import HubStore
import ReplicaStore
import Schema
import SyncCore
import SyncSession
import SyncWire
import Testing

/// Two versions of a schema: the product's with a table for each kind of rule, and a later one that appends columns to each and brings a table.
enum TwoSchemas {
    static let tables = ["scheda", "voce", "legame", "movimento"]

    static let old: [Schema.File] = Schema.synced + [Schema.File(name: "prova_1", sql: first)]
    static let new: [Schema.File] = old + [Schema.File(name: "prova_2", sql: second, since: Schema.version + 1)]
    /// The product's own schema with a column more.
    static let product: [Schema.File] =
        Schema.synced + [
            Schema.File(
                name: "prova",
                sql: """
                    ALTER TABLE obiettivo ADD COLUMN urgenza INTEGER NOT NULL DEFAULT 1;
                    INSERT INTO zona_column_rule(table_name, column_name, label, minimum, since)
                      VALUES ('obiettivo', 'urgenza', 'Urgenza', 1, \(later));
                    """, since: later)
        ]
    private static let later = Schema.version + 1

    private static let id = """
        id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
          CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
          CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
          random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655))
        """

    private static let first = """
        CREATE TABLE scheda(\(id), a TEXT NOT NULL, b TEXT NOT NULL DEFAULT '') STRICT;
        CREATE TABLE voce(\(id), a TEXT NOT NULL, b TEXT NOT NULL DEFAULT '') STRICT;
        CREATE TABLE legame(\(id), a TEXT NOT NULL, b TEXT NOT NULL DEFAULT '') STRICT;
        CREATE TABLE movimento(\(id), a TEXT NOT NULL, b TEXT NOT NULL DEFAULT '') STRICT;
        INSERT INTO zona_catalog(table_name, table_no, label, readable, writable, rule, id_key) VALUES
          ('scheda', 801, 'Scheda', 'ambito', 'all', 'last-writer-wins', NULL),
          ('voce', 802, 'Voce', 'ambito', 'all', 'fields', NULL),
          ('legame', 803, 'Legame', 'ambito', 'all', 'set', 'a'),
          ('movimento', 804, 'Movimento', 'ambito', 'all', 'append-only', NULL);
        INSERT INTO zona_column_rule(table_name, column_name, label) VALUES
          ('scheda', 'a', 'A'), ('scheda', 'b', 'B'), ('voce', 'a', 'A'), ('voce', 'b', 'B'),
          ('legame', 'a', 'A'), ('legame', 'b', 'B'), ('movimento', 'a', 'A'), ('movimento', 'b', 'B');
        """

    private static let second = """
        ALTER TABLE scheda ADD COLUMN n INTEGER NOT NULL DEFAULT 5;
        ALTER TABLE scheda ADD COLUMN m TEXT;
        ALTER TABLE voce ADD COLUMN n INTEGER NOT NULL DEFAULT 5;
        ALTER TABLE voce ADD COLUMN m TEXT;
        ALTER TABLE voce ADD COLUMN dal INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE voce ADD COLUMN al INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE legame ADD COLUMN n INTEGER NOT NULL DEFAULT 5;
        ALTER TABLE movimento ADD COLUMN n INTEGER NOT NULL DEFAULT 5;
        CREATE TABLE nuova(\(id), titolo TEXT NOT NULL) STRICT;
        INSERT INTO zona_catalog(table_name, table_no, label, readable, writable, rule, since) VALUES
          ('nuova', 805, 'Nuova', 'ambito', 'all', 'last-writer-wins', \(later));
        INSERT INTO zona_column_rule(table_name, column_name, label, group_name, since) VALUES
          ('scheda', 'n', 'N', NULL, \(later)), ('scheda', 'm', 'M', NULL, \(later)),
          ('voce', 'n', 'N', NULL, \(later)), ('voce', 'm', 'M', NULL, \(later)),
          ('voce', 'dal', 'Dal', 'periodo', \(later)), ('voce', 'al', 'Al', 'periodo', \(later)),
          ('legame', 'n', 'N', NULL, \(later)), ('movimento', 'n', 'N', NULL, \(later)),
          ('nuova', 'titolo', 'Titolo', NULL, \(later));
        INSERT INTO zona_check(table_name, name, columns, expression, message) VALUES
          ('voce', 'periodo', 'dal,al', 'dal <= al', 'Periodo: il primo giorno segue l''ultimo. Correggere.');
        """

    /// A record of `scheda` and of `voce`.
    static let record = "0190a000-0000-7000-8000-00000000dd01"

    /// A hub and two replicas of the earlier schema, which all have one row of `scheda` and of `voce`.
    static func world() throws -> (ambito: Ambito, narni: Desk, amelia: Desk) {
        let ambito = try Ambito(files: old)
        let narni = try ambito.replica(of: "055022", "narni", files: old)
        for table in ["scheda", "voce"] {
            try narni.sql("INSERT INTO \(table)(id, a, b) VALUES ('\(record)', 'uno', 'due')")
        }
        try narni.sync()
        return (ambito, narni, try ambito.replica(of: "055004", "amelia", files: old))
    }

    /// The same with the hub and the first replica upgraded.
    static func apart() throws -> (ambito: Ambito, new: Desk, old: Desk) {
        let (ambito, narni, amelia) = try world()
        try ambito.upgradeHub(to: new)
        let upgraded = try narni.reopened(files: new)
        try upgraded.sync()
        return (ambito, upgraded, amelia)
    }
}

extension Ambito {
    /// As `rows`, with the default in each column that the hub's row lacks.
    func wholeRows(_ table: String) throws -> [String] {
        let described = try #require(hub.catalog.table(named: table))
        return try rows(table).map { line in
            let present = line.split(separator: " ", maxSplits: 1)[1].split(
                separator: "|", omittingEmptySubsequences: false
            ).count
            let missing = try described.columns.dropFirst(present).map { column in
                var reader = ByteReader(column.defaultValue)
                return try reader.value()
            }
            guard !missing.isEmpty else { return line }
            return line + "|" + Desk.text(RecordID(high: 0, low: 0), missing).split(separator: " ", maxSplits: 1)[1]
        }
    }

    /// Every desk of the hub's schema has what the hub has.
    func expectConverged(_ desks: Desk..., tables: [String] = TwoSchemas.tables + ["nuova", "zona_conflict"]) throws {
        for desk in desks {
            for table in tables {
                let here = try desk.rows(table)
                let there = try wholeRows(table)
                #expect(here == there, "\(table)")
            }
        }
    }
}

extension Ambito {
    func hubValues(_ sql: String) throws -> [String] {
        try DatabaseQueue(path: folder + "/hub.sqlite").read { database in
            try GRDB.Row.fetchAll(database, sql: sql).map { $0.databaseValues.map { "\($0)" }.joined(separator: "|") }
        }
    }
}

extension Desk {
    /// This replica as the hub knows it after a greeting.
    func greeted() throws -> HubSession.Peer {
        let state = try store.state()
        let nonce = [UInt8](repeating: 3, count: 32)
        let greeting = ClientGreeting(
            nonce: nonce, certificate: state.certificate, number: state.number, incarnation: state.incarnation,
            acknowledgedCounter: state.acknowledgedCounter, acknowledgedHash: state.acknowledgedHash,
            cursor: state.cursor, logHash: state.logHash, oldest: try store.oldestContext(),
            schemaVersion: state.schemaVersion)
        return try ambito.hub.greet(
            greeting.frame(key: key).bytes, now: ambito.now, session: [UInt8](repeating: 1, count: 16),
            isOurNonce: { $0 == nonce }
        ).peer
    }
}
