import Schema
import SyncCore

/// The small catalogue of the simulation: one table for each merge rule, each kind of scope and each kind of key.
enum Toys {
    /// What a column means to the people of the simulation.
    enum Role {
        /// Holds a value of its own each time it is written: ground truth follows it.
        case text, money
        case ordered, owner, key, parent, name
        /// One end of a range that a check looks at.
        case bound
    }

    struct Profile {
        let table: String
        /// Those of columns that came with the later schema stand last.
        let roles: [Role]
        /// Whether losing a column to another's change of the same column can only be a conflict of that column.
        let isByColumn: Bool
        /// Columns that one group merges together.
        var grouped: Set<Int> = []
    }

    static let profiles = [
        Profile(
            table: "scheda", roles: [.text, .text, .text, .text, .money, .ordered, .text], isByColumn: true,
            grouped: [2, 3]),
        Profile(table: "voce", roles: [.text, .text, .text, .text], isByColumn: false),
        Profile(table: "pratica", roles: [.owner, .text, .text, .text], isByColumn: true),
        Profile(table: "parere", roles: [.text, .text], isByColumn: false),
        Profile(table: "legame", roles: [.key, .key], isByColumn: false),
        Profile(table: "movimento", roles: [.text, .text], isByColumn: false),
        Profile(table: "gruppo", roles: [.name, .text], isByColumn: true),
        Profile(table: "membro", roles: [.parent, .text], isByColumn: true),
        Profile(table: "locale", roles: [.owner, .text, .text], isByColumn: false),
        Profile(table: "nuova", roles: [.text, .text], isByColumn: false),
        Profile(table: "tratto", roles: [.bound, .bound, .text], isByColumn: true),
    ]

    static func profile(_ table: String) -> Profile? {
        profiles.first { $0.table == table }
    }

    static let files: [Schema.File] =
        Schema.synced.filter { $0.name == "R001_catalog" } + [Schema.File(name: "toys", sql: sql)]
        + Schema.synced.filter { $0.name == "R002_conflict" }

    /// One schema version more: columns at the end of tables, and a table.
    static let laterFiles: [Schema.File] = files + [Schema.File(name: "toys_2", sql: laterSQL, since: 2)]

    private static let laterSQL = """
        ALTER TABLE scheda ADD COLUMN seguito TEXT;
        ALTER TABLE voce ADD COLUMN d TEXT NOT NULL DEFAULT '';
        ALTER TABLE pratica ADD COLUMN c TEXT;
        CREATE TABLE nuova(\(id), a TEXT NOT NULL, b TEXT) STRICT;
        INSERT INTO zona_catalog(table_name, table_no, label, readable, writable, rule, since) VALUES
          ('nuova', 11, 'Nuova', 'ambito', 'all', 'last-writer-wins', 2);
        INSERT INTO zona_column_rule(table_name, column_name, label, since) VALUES
          ('scheda', 'seguito', 'Seguito', 2), ('voce', 'd', 'D', 2), ('pratica', 'c', 'C', 2),
          ('nuova', 'a', 'A', 2), ('nuova', 'b', 'B', 2);
        """

    private static let id = """
        id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
            CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
            CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
            random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655))
        """

    private static let sql = """
        CREATE TABLE scheda(\(id), titolo TEXT NOT NULL, nota TEXT, luogo TEXT, piano TEXT,
          importo INTEGER NOT NULL DEFAULT 0, fase TEXT NOT NULL DEFAULT 'a') STRICT;
        CREATE TABLE voce(\(id), a TEXT NOT NULL, b TEXT, c TEXT) STRICT;
        CREATE TABLE pratica(\(id), comune_id TEXT, a TEXT, b TEXT) STRICT;
        CREATE TABLE parere(\(id), a TEXT, b TEXT) STRICT;
        CREATE TABLE legame(\(id), a TEXT NOT NULL, b TEXT NOT NULL) STRICT;
        CREATE TABLE movimento(\(id), a TEXT, b TEXT) STRICT;
        CREATE TABLE gruppo(\(id), nome TEXT NOT NULL, nota TEXT) STRICT;
        CREATE TABLE membro(\(id), gruppo_id TEXT NOT NULL, nota TEXT) STRICT;
        CREATE TABLE locale(\(id), comune_id TEXT, a TEXT, b TEXT) STRICT;
        CREATE TABLE tratto(\(id), dal INTEGER NOT NULL, al INTEGER NOT NULL, nota TEXT) STRICT;
        CREATE TABLE comune(\(id), codice_istat TEXT NOT NULL, denominazione TEXT NOT NULL) STRICT;
        INSERT INTO zona_catalog(table_name, table_no, label, readable, writable, owner_column, rule, natural_key,
            id_key) VALUES
          ('scheda', 1, 'Scheda', 'ambito', 'all', NULL, 'fields', NULL, NULL),
          ('voce', 2, 'Voce', 'ambito', 'all', NULL, 'last-writer-wins', NULL, NULL),
          ('pratica', 3, 'Pratica', 'owner', 'owner_capofila', 'comune_id', 'fields', NULL, NULL),
          ('parere', 4, 'Parere', 'ambito', 'all', NULL, 'capofila', NULL, NULL),
          ('legame', 5, 'Legame', 'ambito', 'all', NULL, 'set', NULL, 'a,b'),
          ('movimento', 6, 'Movimento', 'ambito', 'all', NULL, 'append-only', NULL, NULL),
          ('gruppo', 7, 'Gruppo', 'ambito', 'all', NULL, 'fields', 'nome', NULL),
          ('membro', 8, 'Membro', 'ambito', 'all', NULL, 'fields', NULL, NULL),
          ('locale', 9, 'Locale', 'ambito', 'owner_capofila', 'comune_id', 'owner', NULL, NULL),
          ('comune', 10, 'Comune', 'ambito', 'hub', NULL, 'last-writer-wins', NULL, NULL),
          ('tratto', 12, 'Tratto', 'ambito', 'all', NULL, 'fields', NULL, NULL);
        INSERT INTO zona_column_rule(table_name, column_name, label, rule, group_name, ordered_values, parent, allowed)
        VALUES
          ('scheda', 'titolo', 'Titolo', NULL, NULL, NULL, NULL, NULL),
          ('scheda', 'nota', 'Nota', NULL, NULL, NULL, NULL, NULL),
          ('scheda', 'luogo', 'Luogo', NULL, 'posto', NULL, NULL, NULL),
          ('scheda', 'piano', 'Piano', NULL, 'posto', NULL, NULL, NULL),
          ('scheda', 'importo', 'Importo', 'manual', NULL, NULL, NULL, NULL),
          ('scheda', 'fase', 'Fase', 'ordered', NULL, 'a,b,c', NULL, 'a,b,c'),
          ('voce', 'a', 'A', NULL, NULL, NULL, NULL, NULL), ('voce', 'b', 'B', NULL, NULL, NULL, NULL, NULL),
          ('voce', 'c', 'C', NULL, NULL, NULL, NULL, NULL),
          ('pratica', 'comune_id', 'Comune', NULL, NULL, NULL, NULL, NULL),
          ('pratica', 'a', 'A', NULL, NULL, NULL, NULL, NULL), ('pratica', 'b', 'B', NULL, NULL, NULL, NULL, NULL),
          ('parere', 'a', 'A', NULL, NULL, NULL, NULL, NULL), ('parere', 'b', 'B', NULL, NULL, NULL, NULL, NULL),
          ('legame', 'a', 'A', NULL, NULL, NULL, NULL, NULL), ('legame', 'b', 'B', NULL, NULL, NULL, NULL, NULL),
          ('movimento', 'a', 'A', NULL, NULL, NULL, NULL, NULL),
          ('movimento', 'b', 'B', NULL, NULL, NULL, NULL, NULL),
          ('gruppo', 'nome', 'Nome', NULL, NULL, NULL, NULL, NULL),
          ('gruppo', 'nota', 'Nota', NULL, NULL, NULL, NULL, NULL),
          ('membro', 'gruppo_id', 'Gruppo', NULL, NULL, NULL, 'gruppo', NULL),
          ('membro', 'nota', 'Nota', NULL, NULL, NULL, NULL, NULL),
          ('locale', 'comune_id', 'Comune', NULL, NULL, NULL, NULL, NULL),
          ('locale', 'a', 'A', NULL, NULL, NULL, NULL, NULL), ('locale', 'b', 'B', NULL, NULL, NULL, NULL, NULL),
          ('tratto', 'dal', 'Dal', NULL, NULL, NULL, NULL, NULL),
          ('tratto', 'al', 'Al', 'manual', NULL, NULL, NULL, NULL),
          ('tratto', 'nota', 'Nota', NULL, NULL, NULL, NULL, NULL),
          ('comune', 'codice_istat', 'Codice', NULL, NULL, NULL, NULL, NULL),
          ('comune', 'denominazione', 'Nome', NULL, NULL, NULL, NULL, NULL);
        INSERT INTO zona_check(table_name, name, columns, expression, message) VALUES
          ('tratto', 'ordine', 'dal,al', 'dal <= al', 'dal: non segue al'),
          ('scheda', 'nota', 'nota', 'nota NOT LIKE ''x%''', 'nota: non comincia con x'),
          ('voce', 'b', 'b', 'b NOT LIKE ''x%''', 'b: non comincia con x');
        """
}
