import Foundation
import ReplicaStore
import SyncCore
import Testing

/// The field's own cases, by their numbers.
@Suite struct DomainCases19To27 {
    private let world: DomainWorld

    init() throws {
        world = try DomainWorld()
    }

    private let openCapofila = """
        SELECT c.denominazione FROM ambito_comune a JOIN comune c ON c.id = a.comune_id
        WHERE a.capofila = 1 AND a.al IS NULL
        """

    /// Closes the capofila's row and opens Amelia's as one action.
    private func handOver(from day: String) throws {
        try world.capofila.sql(
            """
            UPDATE zona_state SET action = 4711, author = 'anna';
            UPDATE ambito_comune SET al = '2022-12-31' WHERE capofila = 1;
            UPDATE zona_state SET applying = 1;
            INSERT INTO ambito_comune(id, ambito_id, comune_id, capofila, dal)
              SELECT '0190d000-0000-7000-8000-0000000000c1', a.id, c.id, 1, '\(day)' FROM ambito a JOIN comune c
              WHERE c.denominazione = 'Amelia';
            INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action)
              SELECT (SELECT table_no FROM zona_catalog WHERE table_name = 'ambito_comune'),
                  '0190d000-0000-7000-8000-0000000000c1', epoch, 1, author, action FROM zona_state;
            UPDATE zona_state SET applying = 0, action = 0, author = '-';
            """)
    }

    @Test func `case 19: a change of capofila is two rows of one action, and there is one capofila`() throws {
        try handOver(from: "2023-01-01")
        try world.settle()

        for desk in world.all { #expect(try world.read(desk, openCapofila) == ["Amelia"]) }
        try world.expectEqual("ambito_comune")
    }

    @Test func `case 19: when one of the two rows is refused, so is the other, and the old capofila stays`() throws {
        try handOver(from: "mai")
        try world.settle()

        for desk in world.all { #expect(try world.read(desk, openCapofila) == ["Narni"]) }
        #expect(
            Set(try world.capofila.store.refusedChanges().map(\.reason)) == [.notValid, .withItsAction])
        try world.expectEqual("ambito_comune")
    }

    @Test func `case 20: a PC whose clock is a year ahead does not win everything, and legal dates are left alone`()
        throws
    {
        let aYearOn = world.ambito.now + 365 * 86_400_000
        try world.amelia.sql("UPDATE soggetto SET telefono = 'dal futuro'")
        try world.amelia.sql("UPDATE incontro SET data = '2022-07-26'")
        try world.amelia.sql("UPDATE zona_pending SET changed_at = \(aYearOn)")
        _ = try world.amelia.store.capture(key: world.amelia.key, now: aYearOn)
        try world.amelia.sync()
        world.ambito.now += 3_600_000
        try world.otricoli.sql("UPDATE soggetto SET telefono = 'di adesso'")
        try world.settle()

        #expect(try world.read(world.capofila, "SELECT telefono FROM soggetto") == ["di adesso"])
        #expect(try world.conflicts().first?.other.values == [.text("dal futuro")])
        #expect(try world.read(world.capofila, "SELECT data FROM incontro") == ["2022-07-26"])
        try world.expectEqual("soggetto", "incontro", "zona_conflict")
    }

    @Test func `case 21: a file that is loaded twice is loaded once`() throws {
        let load = """
            INSERT INTO movimento_spesa(comune_id, annualita_id, intervento_id, fonte, fase, importo_cent, data,
                chiave_import)
            SELECT comune, '\(DomainWorld.year)', '\(DomainWorld.card)', 'FNPS', 'pagamento', 100, '2022-05-02', 'R1'
            FROM zona_state
            """
        try world.amelia.sql(load)
        #expect(throws: (any Error).self) { try world.amelia.sql(load) }
        try world.settle()
        #expect(throws: (any Error).self) { try world.secondOffice.sql(load) }
        try world.settle()

        #expect(try world.ambito.rows("movimento_spesa").count == 1)
    }

    @Test func `case 21: a file that two offices load apart is listed, and made one`() throws {
        for office in [world.amelia, world.secondOffice] {
            try office.sql(
                """
                INSERT INTO movimento_spesa(comune_id, annualita_id, intervento_id, fonte, fase, importo_cent, data,
                    chiave_import)
                SELECT comune, '\(DomainWorld.year)', '\(DomainWorld.card)', 'FNPS', 'pagamento', 100, '2022-05-02', 'R1'
                FROM zona_state
                """)
        }
        try world.settle()
        let twice = try #require(try world.conflicts().first)
        #expect(twice.kind == "duplicate" && twice.table == "movimento_spesa")
        #expect(try world.otricoli.store.conflicts().isEmpty)

        _ = try world.amelia.store.merge(
            twice, keeping: 0, [], note: "", by: Operator("anna"), now: world.ambito.now)
        try world.settle()

        #expect(try world.read(world.capofila, "SELECT count(*), sum(importo_cent) FROM movimento_spesa") == ["1|100"])
        #expect(try world.conflicts().isEmpty)
    }

    @Test func `case 22: a backup put back on a comune's PC loses neither what was sent since nor what comes after`()
        throws
    {
        let path = world.amelia.store.path
        let copy = world.ambito.folder + "/backup.sqlite"
        try world.amelia.store.close()
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let amelia = Desk(ambito: world.ambito, store: try ReplicaStore(path: path), key: world.amelia.key)
        try amelia.sql("INSERT INTO progetto_rete(titolo) VALUES ('dopo il backup')")
        try amelia.sync()

        let restored = Desk(ambito: world.ambito, store: try ReplicaStore(path: copy), key: world.amelia.key)
        let number = try restored.store.state().number
        try restored.sql("INSERT INTO progetto_rete(titolo) VALUES ('dopo il ripristino')")
        for desk in [restored, world.capofila, restored] { try desk.sync() }

        let titles = "SELECT titolo FROM progetto_rete ORDER BY titolo"
        let expected = ["Chiedici aiuto", "dopo il backup", "dopo il ripristino"]
        #expect(try world.read(world.capofila, titles) == expected)
        #expect(try world.read(restored, titles) == expected)
        #expect(try restored.store.state().number != number)
    }

    @Test func `case 23: phone and PEC that two comuni edit are merged field by field, and the older phone is kept`()
        throws
    {
        try world.amelia.sql("UPDATE soggetto SET telefono = '1', pec = 'a@pec.it'")
        try world.amelia.capture()
        try world.otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try world.settle()

        #expect(try world.read(world.capofila, "SELECT telefono, pec FROM soggetto") == ["2|a@pec.it"])
        let conflict = try #require(try world.conflicts().first)
        #expect(conflict.columns == ["telefono"])
        #expect(conflict.other.values == [.text("1")])
        #expect(!conflict.isContested)
        try world.expectEqual("soggetto", "zona_conflict")
    }

    @Test func `case 24: of two phases of a bisogno the later in the process shows, and who saw it may go back`() throws
    {
        try world.amelia.sql("UPDATE bisogno SET fase = 'in_risposta'")
        try world.amelia.capture()
        try world.secondOffice.sql("UPDATE bisogno SET fase = 'conosciuto'")
        try world.settle()
        #expect(try world.read(world.otricoli, "SELECT fase FROM bisogno") == ["in_risposta"])

        try world.secondOffice.sql("UPDATE bisogno SET fase = 'individuato'")
        try world.settle()

        #expect(try world.read(world.otricoli, "SELECT fase FROM bisogno") == ["individuato"])
        try world.expectEqual("bisogno")
    }

    @Test(arguments: [
        ["intervento", DomainWorld.card, "stato = 'approvato'"],
        ["progetto_rete", DomainWorld.project, "buona_prassi = 1"],
        ["bisogno", DomainWorld.need, "priorita = 1"],
    ])
    func `case 25: what is the politicians' to decide is the capofila's alone`(column: [String]) throws {
        let statement = "UPDATE \(column[0]) SET \(column[2]) WHERE id = '\(column[1])'"

        try world.expectRefused(world.amelia, column[0], column[1], statement)

        try world.capofila.sql(statement)
        try world.settle()
        #expect(
            try world.read(world.amelia, "SELECT count(*) FROM \(column[0]) WHERE id = '\(column[1])' AND \(column[2])")
                == ["1"])
    }

    @Test func `case 26: of two counts of two offices the later shows, the other is kept, and they are never added`()
        throws
    {
        try world.amelia.sql(
            """
            INSERT INTO rilevazione(comune_id, annualita_id, indicatore, periodo, valore, unita, rilevato_il)
              SELECT comune, '\(DomainWorld.year)', 'UTENTI', '2022', 10, 'persone', '2022-12-31' FROM zona_state
            """)
        try world.settle()
        try world.amelia.sql("UPDATE rilevazione SET valore = 12")
        try world.amelia.capture()
        try world.secondOffice.sql("UPDATE rilevazione SET valore = 15")
        try world.settle()

        #expect(try world.read(world.capofila, "SELECT valore FROM rilevazione") == ["15"])
        #expect(try world.conflicts().first?.other.values.first == .integer(12))
        try world.expectEqual("rilevazione", "zona_conflict")
    }

    @Test func `case 27: what one does not share is not shared, until somebody who knows it says so again`() throws {
        try world.capofila.sql(
            """
            INSERT INTO valore_portato(soggetto_id, piano_id, tipo, descrizione, condiviso)
              VALUES ('\(DomainWorld.body)', '\(DomainWorld.plan)', 'spazio', 'sala', 1)
            """)
        try world.settle()
        try world.amelia.sql("UPDATE valore_portato SET condiviso = 0")
        try world.amelia.capture()
        // Otricoli tries one and the other, and ends with a yes that is later by the clock.
        try world.otricoli.sql("UPDATE valore_portato SET condiviso = 0")
        try world.otricoli.capture()
        try world.otricoli.sql("UPDATE valore_portato SET condiviso = 1, descrizione = 'sala grande'")
        try world.settle()
        #expect(
            try world.read(world.otricoli, "SELECT condiviso, descrizione FROM valore_portato") == ["0|sala grande"])

        try world.otricoli.sql("UPDATE valore_portato SET condiviso = 1")
        try world.settle()

        #expect(try world.read(world.amelia, "SELECT condiviso FROM valore_portato") == ["1"])
        try world.expectEqual("valore_portato")
    }
}
