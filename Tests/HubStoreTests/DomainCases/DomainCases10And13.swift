import ReplicaStore
import SyncCore
import Testing

/// The field's own cases, by their numbers: two that are listed because the data are so.
@Suite struct DomainCases10And13 {
    private let world: DomainWorld

    init() throws {
        world = try DomainWorld()
    }

    @Test func `case 10: one body that two comuni register is listed, and made one that everything points to`() throws {
        for (desk, name) in [(world.amelia, "Croce Verde"), (world.otricoli, "CROCE VERDE OdV")] {
            try desk.sql(
                """
                INSERT INTO soggetto(denominazione, tipo_soggetto, codice_fiscale)
                  VALUES ('\(name)', 'VOL', '12345678901');
                INSERT INTO bisogno(comune_id, descrizione, portato_da)
                  SELECT comune, 'trasporto', (SELECT id FROM soggetto WHERE denominazione = '\(name)') FROM zona_state
                """)
        }
        try world.settle()
        let twice = try #require(try world.conflicts().first)
        #expect(twice.kind == "duplicate" && twice.columns == ["codice_fiscale"])

        let kept = try world.capofila.store.merge(
            twice, keeping: 1, [], note: "la stessa", by: Operator("ufficio"), now: world.ambito.now)
        try world.settle()

        for desk in world.all {
            #expect(try world.read(desk, "SELECT id FROM soggetto WHERE codice_fiscale IS NOT NULL") == ["\(kept)"])
            #expect(
                try world.read(desk, "SELECT count(*) FROM bisogno WHERE portato_da = '\(kept)'") == ["2"])
        }
        #expect(try world.conflicts().isEmpty)
        try world.expectEqual("soggetto", "bisogno", "zona_conflict")
    }

    @Test func `case 13: an intervento that is deleted while a comune spends on it is back, and listed to both`() throws
    {
        try world.amelia.sql(
            """
            INSERT INTO movimento_spesa(comune_id, annualita_id, intervento_id, fonte, fase, importo_cent, data)
            SELECT comune, '\(DomainWorld.year)', '\(DomainWorld.card)', 'FNPS', 'pagamento', 100, '2022-05-02'
            FROM zona_state
            """)
        try world.capofila.sql("DELETE FROM intervento")
        try world.settle()

        for desk in world.all { #expect(try desk.rows("intervento").count == 1) }
        let orphan = try #require(try world.conflicts().first)
        #expect(orphan.kind == "orphan" && orphan.table == "movimento_spesa")
        #expect(try world.amelia.store.conflicts().map(\.id) == [orphan.id])
        #expect(try world.otricoli.store.conflicts().isEmpty)

        try world.capofila.sql("UPDATE intervento SET stato = 'non_attivato'")
        try world.capofila.store.resolve(
            orphan, .shown, note: "", by: Operator("ufficio"), now: world.ambito.now)
        try world.settle()
        #expect(try world.read(world.otricoli, "SELECT stato FROM intervento") == ["non_attivato"])
        #expect(try world.conflicts().isEmpty)
        try world.expectEqual("intervento")
    }
}
