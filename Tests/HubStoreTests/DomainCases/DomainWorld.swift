import HubStore
import ReplicaStore
import SyncCore
import Testing

/// An ambito at work: the capofila, Amelia with two offices, and Otricoli, all with the plan's first rows.
final class DomainWorld {
    let ambito: Ambito
    let capofila: Desk
    let amelia: Desk
    let secondOffice: Desk
    let otricoli: Desk
    var all: [Desk] { [capofila, amelia, secondOffice, otricoli] }

    static let plan = "0190d000-0000-7000-8000-000000000001"
    static let year = "0190d000-0000-7000-8000-000000000002"
    static let fund = "0190d000-0000-7000-8000-000000000003"
    static let quota = "0190d000-0000-7000-8000-000000000004"
    static let card = "0190d000-0000-7000-8000-000000000005"
    static let body = "0190d000-0000-7000-8000-000000000006"
    static let table = "0190d000-0000-7000-8000-000000000007"
    static let meeting = "0190d000-0000-7000-8000-000000000008"
    static let set = "0190d000-0000-7000-8000-000000000009"
    static let need = "0190d000-0000-7000-8000-00000000000a"
    static let project = "0190d000-0000-7000-8000-00000000000b"

    init() throws {
        ambito = try Ambito()
        capofila = try ambito.replica(of: "055022", "narni")
        amelia = try ambito.replica(of: "055004", "amelia")
        secondOffice = try ambito.replica(of: "055004", "amelia-2")
        otricoli = try ambito.replica(of: "055024", "otricoli")
        try capofila.sql(
            """
            INSERT INTO piano_di_zona(id, ambito_id, denominazione, anno_inizio, anno_fine, strumento)
              SELECT '\(Self.plan)', id, 'Piano', 2022, 2024, 'convenzione' FROM ambito;
            INSERT INTO annualita(id, piano_id, anno) VALUES ('\(Self.year)', '\(Self.plan)', 2022);
            INSERT INTO assegnazione_fondo(id, annualita_id, fonte, importo_cent)
              VALUES ('\(Self.fund)', '\(Self.year)', 'FNPS', 10000000);
            INSERT INTO quota_comune(id, assegnazione_id, comune_id, importo_cent)
              SELECT '\(Self.quota)', '\(Self.fund)', id, 4000000 FROM comune WHERE denominazione = 'Amelia';
            INSERT INTO intervento(id, annualita_id, titolo, titolare, descrizione)
              VALUES ('\(Self.card)', '\(Self.year)', 'Assistenza domiciliare', 'comune', 'prima stesura');
            INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES ('\(Self.body)', 'Banca del tempo', 'VOL');
            INSERT INTO tavolo(id, piano_id, denominazione, tipo)
              VALUES ('\(Self.table)', '\(Self.plan)', 'Anziani', 'concertazione');
            INSERT INTO progetto_rete(id, titolo) VALUES ('\(Self.project)', 'Chiedici aiuto');
            INSERT INTO vocabolario(tipo, codice, denominazione) VALUES ('indicatore', 'UTENTI', 'Utenti seguiti');
            """)
        try capofila.sync()
        try amelia.sync()
        try amelia.sql(
            """
            INSERT INTO incontro(id, tavolo_id, comune_id, tipo, data, ora_inizio, luogo)
              SELECT '\(Self.meeting)', '\(Self.table)', comune, 'tavolo', '2022-07-25', '10:00', 'Sala vecchia'
              FROM zona_state;
            INSERT INTO stanziamento_comune(id, annualita_id, comune_id, fonte, importo_cent)
              SELECT '\(Self.set)', '\(Self.year)', comune, 'FNPS', 500000 FROM zona_state;
            INSERT INTO bisogno(id, comune_id, descrizione) SELECT '\(Self.need)', comune, 'solitudine' FROM zona_state;
            """)
        try settle()
    }

    /// Everybody syncs twice: then each has seen what the others did.
    func settle() throws {
        for _ in 0..<2 { for desk in all { try desk.sync() } }
    }

    /// Everybody who may read a table has the hub's rows of it.
    func expectEqual(_ tables: String...) throws {
        for table in tables {
            let hub = try ambito.rows(table)
            for desk in all { #expect(try desk.rows(table) == hub, "\(table)") }
        }
    }

    /// What a desk reads, without the quotes of the texts.
    func read(_ desk: Desk, _ sql: String) throws -> [String] {
        try desk.values(sql).map { $0.filter { $0 != "\"" } }
    }

    /// The open conflicts, as the capofila has them.
    func conflicts() throws -> [Conflict] {
        try capofila.store.conflicts()
    }

    /// A write that gets past the checks of its own file: a program that switched them off.
    func force(_ desk: Desk, _ table: String, _ id: String, _ statement: String) throws {
        try desk.sql(
            """
            UPDATE zona_state SET applying = 1;
            INSERT OR REPLACE INTO zona_before_\(table) SELECT * FROM \(table) WHERE id = '\(id)';
            \(statement);
            INSERT OR IGNORE INTO zona_pending(table_no, id, epoch, changed_at, author, action)
              SELECT (SELECT table_no FROM zona_catalog WHERE table_name = '\(table)'), '\(id)', epoch, 1, '-', 0
              FROM zona_state;
            UPDATE zona_state SET applying = 0;
            """)
    }

    /// The statement is refused where it is written; the hub, were it asked, refuses it too and the row is as it was.
    func expectRefused(_ desk: Desk, _ table: String, _ id: String, _ statement: String) throws {
        #expect(throws: (any Error).self) { try desk.sql(statement) }
        let before = try ambito.rows(table)
        try force(desk, table, id, statement)
        try settle()
        let refused = try #require(try desk.store.refusedChanges().last)
        #expect(refused.reason == .notYours)
        #expect(try ambito.rows(table) == before)
        #expect(try desk.store.dropRefused(refused.dot, now: 1))
    }
}
