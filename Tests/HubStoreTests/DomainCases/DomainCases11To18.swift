import ReplicaStore
import SyncCore
import Testing

/// The field's own cases, by their numbers; 10 and 13 are in `DomainCases10And13`.
@Suite struct DomainCases11To18 {
    private let world: DomainWorld

    init() throws {
        world = try DomainWorld()
    }

    private func act(_ kind: String, _ date: String) -> String {
        """
        INSERT INTO adesione_atto(adesione_id, tipo, data_atto, ricevuto_da)
        SELECT id, '\(kind)', '\(date)', (SELECT comune FROM zona_state) FROM adesione
        """
    }

    private let join = """
        INSERT INTO adesione(soggetto_id, piano_id) VALUES ('\(DomainWorld.body)', '\(DomainWorld.plan)')
        """
    private let lastAct = "SELECT tipo FROM adesione_atto ORDER BY data_atto DESC LIMIT 1"

    @Test func `case 11: joining and leaving meet as two acts, and the later date is the state whatever came first`()
        throws
    {
        try world.capofila.sql(join)
        try world.settle()

        try world.amelia.sql(act("recesso", "2022-06-10"))
        try world.amelia.sync()
        try world.otricoli.sql(act("conferma", "2022-04-01"))
        try world.settle()

        for desk in world.all {
            #expect(try world.read(desk, "SELECT count(*) FROM adesione_atto") == ["2"])
            #expect(try world.read(desk, lastAct) == ["recesso"])
        }
        #expect(try world.conflicts().isEmpty)
        try world.expectEqual("adesione", "adesione_atto")
    }

    @Test func `case 12: an act of before the term that syncs after it keeps its date and is on time`() throws {
        try world.amelia.sql(join)
        try world.amelia.sql(act("disponibilita", "2015-03-12"))
        try world.amelia.sql(
            """
            INSERT INTO adesione_atto(adesione_id, tipo, data_atto, ricevuto_da, fuori_termine)
            SELECT id, 'conferma', '2015-04-02', (SELECT comune FROM zona_state), 1 FROM adesione
            """)
        try world.amelia.capture()
        world.ambito.now += 8 * 86_400_000
        try world.settle()

        #expect(
            try world.read(world.capofila, "SELECT data_atto, fuori_termine FROM adesione_atto ORDER BY data_atto")
                == ["2015-03-12|0", "2015-04-02|1"])
        try world.expectEqual("adesione", "adesione_atto")
    }

    @Test func `case 14: a code in use is never deleted, it is closed, and what names it stays readable`() throws {
        #expect(throws: (any Error).self) { try world.capofila.sql("DELETE FROM vocabolario WHERE codice = 'ANZ'") }
        let code = try #require(try world.read(world.capofila, "SELECT id FROM vocabolario WHERE codice = 'ANZ'").first)
        try world.capofila.sql("UPDATE vocabolario SET valido_al = '2021-12-31' WHERE codice = 'ANZ'")
        try world.amelia.sql("UPDATE bisogno SET area_utenza = 'ANZ'")
        try world.settle()

        #expect(
            try world.read(
                world.otricoli,
                "SELECT v.denominazione, v.valido_al FROM bisogno b JOIN vocabolario v ON v.codice = b.area_utenza")
                == ["Anziani|2021-12-31"])
        try world.force(world.capofila, "vocabolario", code, "DELETE FROM vocabolario WHERE id = '\(code)'")
        try world.settle()
        #expect(try world.capofila.store.refusedChanges().count == 1)
        try world.expectEqual("vocabolario", "bisogno")
    }

    private let sheet = "0190d000-0000-7000-8000-0000000000b1"

    private func pass(_ from: String, _ to: String, _ who: String, _ when: String) -> String {
        """
        INSERT INTO rendicontazione_passaggio(rendicontazione_id, comune_id, da, a, attore, avvenuto)
        SELECT id, comune_id, '\(from)', '\(to)', '\(who)', '\(when)' FROM rendicontazione_comune
        """
    }

    /// A rendicontazione of Amelia's that is being filled in.
    private func open() throws {
        try world.amelia.sql(
            """
            INSERT INTO rendicontazione_comune(id, annualita_id, comune_id)
              SELECT '\(sheet)', '\(DomainWorld.year)', comune FROM zona_state
            """)
        try world.amelia.sql(pass("da_compilare", "in_compilazione", "comune", "2023-01-10T08:00:00Z"))
        try world.settle()
    }

    @Test func `case 15: spending that a comune edits after it sent its account is accepted and reaches the capofila`()
        throws
    {
        try open()
        try world.amelia.sql(pass("in_compilazione", "inviata", "comune", "2023-02-01T08:00:00Z"))
        try world.settle()

        try world.amelia.sql("UPDATE stanziamento_comune SET importo_cent = 700000")
        try world.settle()

        #expect(try world.read(world.capofila, "SELECT importo_cent FROM stanziamento_comune") == ["700000"])
        #expect(try world.amelia.store.refusedChanges().isEmpty)
    }

    @Test func `case 16: what a comune sends and the capofila reopens are two passages that both stay`() throws {
        try open()
        try world.amelia.sql(pass("in_compilazione", "inviata", "comune", "2023-02-01T08:00:00Z"))
        try world.settle()
        try world.capofila.sql(pass("inviata", "in_compilazione", "capofila", "2023-02-02T08:00:00Z"))
        try world.secondOffice.sql(pass("attesa_rettifica", "inviata", "comune", "2023-02-02T09:00:00Z"))
        #expect(throws: (any Error).self) {
            try world.amelia.sql(pass("inviata", "validata", "comune", "2023-02-03T08:00:00Z"))
        }
        try world.settle()

        #expect(try world.read(world.otricoli, "SELECT count(*) FROM rendicontazione_passaggio") == ["4"])
        #expect(try world.conflicts().isEmpty)
        try world.expectEqual("rendicontazione_comune", "rendicontazione_passaggio")
    }

    @Test func `case 17: cards that two comuni make have no number until the capofila gives each its own`() throws {
        func card(_ title: String, _ code: String? = nil) -> String {
            """
            INSERT INTO intervento(annualita_id, titolo, titolare\(code == nil ? "" : ", codice_scheda"))
            VALUES ('\(DomainWorld.year)', '\(title)', 'comune'\(code.map { ", '\($0)'" } ?? ""))
            """
        }
        #expect(throws: (any Error).self) { try world.amelia.sql(card("Da Amelia", "12")) }
        try world.amelia.sql(card("Da Amelia"))
        try world.otricoli.sql(card("Da Otricoli"))
        try world.settle()

        try world.capofila.sql("UPDATE intervento SET codice_scheda = '12' WHERE titolo = 'Da Amelia'")
        try world.capofila.sql("UPDATE intervento SET codice_scheda = '13' WHERE titolo = 'Da Otricoli'")
        try world.amelia.sql("UPDATE intervento SET titolo = 'Da Amelia, bis' WHERE titolo = 'Da Amelia'")
        try world.settle()

        #expect(
            try world.read(
                world.otricoli, "SELECT codice_scheda, titolo FROM intervento WHERE codice_scheda <> '' ORDER BY 1")
                == ["12|Da Amelia, bis", "13|Da Otricoli"])
        #expect(try world.conflicts().isEmpty)
    }

    @Test func `case 18: a comune that leaves closes its row, and what it wrote keeps its comune`() throws {
        try world.otricoli.sql(
            """
            INSERT INTO bisogno(comune_id, descrizione) SELECT comune, 'trasporti' FROM zona_state
            """)
        try world.settle()
        try world.capofila.sql(
            """
            UPDATE ambito_comune SET al = '2022-12-31'
            WHERE comune_id = (SELECT id FROM comune WHERE denominazione = 'Otricoli')
            """)
        try world.settle()

        // What it writes afterwards is taken: the consolidation finds it.
        try world.otricoli.sql("UPDATE bisogno SET descrizione = 'trasporti serali' WHERE descrizione = 'trasporti'")
        try world.settle()

        #expect(
            try world.read(
                world.capofila,
                "SELECT c.denominazione, b.descrizione FROM bisogno b JOIN comune c ON c.id = b.comune_id "
                    + "WHERE b.descrizione LIKE 'trasporti%'") == ["Otricoli|trasporti serali"])
        try world.expectEqual("ambito_comune", "bisogno", "comune")
    }
}
