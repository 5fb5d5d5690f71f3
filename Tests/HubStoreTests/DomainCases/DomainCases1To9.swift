import ReplicaStore
import SyncCore
import Testing

/// The field's own cases, by their numbers: what happens when people of several comuni do this at the same time.
@Suite struct DomainCases1To9 {
    private let world: DomainWorld
    private let card = "id = '\(DomainWorld.card)'"

    init() throws {
        world = try DomainWorld()
    }

    @Test func `case 1: two comuni edit the description of one intervento, and an operator decides`() throws {
        try world.amelia.sql("UPDATE intervento SET descrizione = 'di Amelia' WHERE \(card)")
        try world.otricoli.sql("UPDATE intervento SET descrizione = 'di Otricoli' WHERE \(card)")
        try world.settle()

        let conflict = try #require(try world.conflicts().first)
        #expect(conflict.columns == ["descrizione"])
        #expect(conflict.rule == "manual")
        #expect(conflict.isContested)
        #expect(
            Set([conflict.shown.values, conflict.other.values]) == [[.text("di Amelia")], [.text("di Otricoli")]])
        try world.expectEqual("intervento", "zona_conflict")

        let table = try #require(world.otricoli.store.catalog.table(named: "intervento"))
        let column = try #require(table.column(named: "descrizione"))
        try world.otricoli.store.resolve(
            conflict, .new([(column, .text("di tutti e due"))]), note: "", by: Operator("rosa"), now: world.ambito.now)
        try world.settle()
        #expect(try world.read(world.amelia, "SELECT descrizione FROM intervento") == ["di tutti e due"])
        #expect(try world.conflicts().isEmpty)
        try world.expectEqual("intervento", "zona_conflict", "zona_decision")
    }

    @Test func `case 1: a description that one comune alone edits is taken`() throws {
        try world.amelia.sql("UPDATE intervento SET descrizione = 'di Amelia' WHERE \(card)")
        try world.settle()

        #expect(try world.read(world.otricoli, "SELECT descrizione FROM intervento") == ["di Amelia"])
        #expect(try world.conflicts().isEmpty)
    }

    @Test func `case 2: two comuni edit two texts of one intervento, and both stay`() throws {
        try world.amelia.sql("UPDATE intervento SET modalita_organizzative = 'a domicilio' WHERE \(card)")
        try world.otricoli.sql("UPDATE intervento SET requisiti_qualita = 'due operatori' WHERE \(card)")
        try world.settle()

        #expect(
            try world.read(world.capofila, "SELECT modalita_organizzative, requisiti_qualita FROM intervento") == [
                "a domicilio|due operatori"
            ])
        #expect(try world.conflicts().isEmpty)
        try world.expectEqual("intervento")
    }

    @Test func `case 3: two offices of one comune edit an amount, and neither is lost to a clock`() throws {
        try world.amelia.sql("UPDATE stanziamento_comune SET importo_cent = 610000")
        try world.secondOffice.sql("UPDATE stanziamento_comune SET importo_cent = 480000")
        try world.settle()

        let conflict = try #require(try world.conflicts().first)
        #expect(conflict.columns == ["importo_cent"])
        #expect(conflict.rule == "manual")
        #expect(conflict.isContested)
        #expect(Set([conflict.shown.values, conflict.other.values]) == [[.integer(610_000)], [.integer(480_000)]])
        try world.expectEqual("stanziamento_comune", "zona_conflict")
    }

    private func spending(_ cents: Int, storno: String? = nil, key: String? = nil, id: String? = nil) -> String {
        """
        INSERT INTO movimento_spesa(\(id == nil ? "" : "id, ")comune_id, annualita_id, intervento_id, fonte, fase,
            importo_cent, storno_di, data, chiave_import)
        SELECT \(id.map { "'\($0)', " } ?? "")comune, '\(DomainWorld.year)', '\(DomainWorld.card)', 'FNPS',
            'pagamento', \(cents), \(storno.map { "'\($0)'" } ?? "NULL"), '2022-05-02',
            \(key.map { "'\($0)'" } ?? "NULL") FROM zona_state
        """
    }

    @Test func `case 4: spending that two comuni add on one intervento is all there, and the total is its sum`() throws
    {
        try world.amelia.sql(spending(120_000))
        try world.otricoli.sql(spending(80_000))
        try world.settle()

        #expect(
            try world.read(world.capofila, "SELECT count(*), sum(importo_cent) FROM movimento_spesa") == ["2|200000"])
        #expect(try world.ambito.rows("movimento_spesa").count == 2)
        #expect(try world.conflicts().isEmpty)
    }

    @Test func `case 5: a wrong payment is not edited, it is reversed by a row that names it`() throws {
        let wrong = "0190d000-0000-7000-8000-0000000000a1"
        try world.amelia.sql(spending(120_000, id: wrong))
        try world.amelia.sync()

        #expect(throws: (any Error).self) { try world.amelia.sql("UPDATE movimento_spesa SET importo_cent = 1") }
        #expect(throws: (any Error).self) { try world.amelia.sql("DELETE FROM movimento_spesa") }
        try world.amelia.sql(spending(-120_000, storno: wrong))
        try world.settle()

        #expect(
            try world.read(world.capofila, "SELECT count(*), sum(importo_cent) FROM movimento_spesa") == ["2|0"])
    }

    @Test func `case 6: nobody writes the spending of another comune`() throws {
        let strange = "0190d000-0000-7000-8000-0000000000a2"
        let statement = spending(5, id: strange).replacing(
            "FROM zona_state", with: "FROM (SELECT id AS comune FROM comune WHERE denominazione = 'Amelia')")

        try world.expectRefused(world.otricoli, "movimento_spesa", strange, statement)

        #expect(try world.ambito.rows("movimento_spesa").isEmpty)
        #expect(try world.read(world.otricoli, "SELECT count(*) FROM movimento_spesa") == ["0"])
    }

    @Test func `case 7: a comune does not write its share, the capofila does`() throws {
        try world.expectRefused(
            world.amelia, "quota_comune", DomainWorld.quota,
            "UPDATE quota_comune SET importo_cent = 9000000 WHERE id = '\(DomainWorld.quota)'")

        try world.capofila.sql("UPDATE quota_comune SET importo_cent = 4100000")
        try world.settle()
        #expect(try world.read(world.amelia, "SELECT importo_cent FROM quota_comune") == ["4100000"])
    }

    @Test func `case 8: date, hours and place of an incontro are one value, and the host's stays`() throws {
        try world.amelia.sql("UPDATE incontro SET luogo = 'Sala nuova', indirizzo = 'via Roma 1'")
        try world.amelia.sync()
        // Later by the clock, and not having seen it.
        try world.capofila.sql("UPDATE incontro SET data = '2022-07-29', ora_inizio = '17:00'")
        try world.settle()

        #expect(
            try world.read(world.otricoli, "SELECT data, ora_inizio, luogo, indirizzo FROM incontro") == [
                "2022-07-25|10:00|Sala nuova|via Roma 1"
            ])
        let conflict = try #require(try world.conflicts().first)
        #expect(conflict.columns == ["data", "ora_inizio", "ora_fine", "luogo", "indirizzo"])
        #expect(conflict.other.values.first == .text("2022-07-29"))
        #expect(conflict.other.values[3] == .text("Sala vecchia"))
        try world.expectEqual("incontro", "zona_conflict")
    }

    @Test func `case 9: whoever is written down as present stays, and a removal takes only what its writer saw`() throws
    {
        func present(_ name: String) -> String {
            "INSERT INTO partecipazione(incontro_id, nominativo, ruolo) VALUES ('\(DomainWorld.meeting)', '\(name)', 'op')"
        }
        try world.capofila.sql(present("A"))
        try world.settle()

        try world.amelia.sql(present("B"))
        try world.otricoli.sql(present("C"))
        try world.otricoli.sql("UPDATE partecipazione SET ruolo = 'relatrice' WHERE nominativo = 'A'")
        try world.secondOffice.sql("DELETE FROM partecipazione")
        try world.settle()

        #expect(
            try world.read(world.amelia, "SELECT nominativo, ruolo FROM partecipazione ORDER BY nominativo") == [
                "A|relatrice", "B|op", "C|op",
            ])
        #expect(try world.conflicts().map(\.kind) == ["edit-delete"])
        try world.expectEqual("partecipazione", "zona_conflict")
    }
}
