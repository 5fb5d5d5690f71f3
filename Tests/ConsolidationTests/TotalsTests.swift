import Consolidation
import ReplicaStore
import SyncCore
import Testing

@Suite
struct TotalsTests {
    @Test
    func `amounts add up by source and comune`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(
            [
                SampleAmbito.allotment(0x100, SampleAmbito.borgo, cents: 100_050),
                SampleAmbito.allotment(0x101, SampleAmbito.borgo, cents: 50),
                SampleAmbito.allotment(0x102, SampleAmbito.alba, cents: 7, source: "COM"),
            ].joined(separator: ";"))

        let publication = try sample.publish()

        let total = try publication.total("stanziamento_comune")
        let sources = total["per_fonte"] as? [[String: Any]]
        #expect(total["totale_cent"] as? Int == 100_107)
        #expect(total["parziale"] as? Bool == false)
        #expect(sources?.map { $0["fonte"] as? String } == ["COM", "FNPS"])
        #expect(sources?.map { $0["totale_cent"] as? Int } == [7, 100_100])
        #expect(sources?.last?["denominazione"] as? String == "Fondo nazionale politiche sociali")
        #expect(try publication.line(SampleAmbito.borgo, of: "stanziamento_comune")["totale_cent"] as? Int == 100_100)
        #expect(publication.text.contains("1.001,07"))
    }

    @Test
    func `spending is told apart by phase, and a reversal is taken away`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(
            [
                SampleAmbito.movement(0x100, SampleAmbito.borgo, phase: "impegno", cents: 900),
                SampleAmbito.movement(0x101, SampleAmbito.borgo, phase: "impegno", cents: -200),
                SampleAmbito.movement(0x102, SampleAmbito.borgo, phase: "pagamento", cents: 30),
            ].joined(separator: ";"))

        let publication = try sample.publish()

        #expect(try publication.total("movimento_spesa", phase: "impegno")["totale_cent"] as? Int == 700)
        #expect(try publication.total("movimento_spesa", phase: "liquidazione")["totale_cent"] as? Int == 0)
        #expect(try publication.total("movimento_spesa", phase: "pagamento")["totale_cent"] as? Int == 30)
    }

    @Test
    func `a share has the source of its assignment, and a row of no comune stands for the ambito`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(
            """
            INSERT INTO assegnazione_fondo(id, annualita_id, fonte, importo_cent)
            VALUES ('\(SampleAmbito.id(0x100))', '\(SampleAmbito.year)', 'FNPS', 1000);
            INSERT INTO quota_comune(id, assegnazione_id, comune_id, importo_cent)
            VALUES ('\(SampleAmbito.id(0x50))', '\(SampleAmbito.id(0x100))', '\(SampleAmbito.borgo)', 400),
                ('\(SampleAmbito.id(0x51))', '\(SampleAmbito.id(0x999))', '\(SampleAmbito.corte)', 5);
            INSERT INTO voce_budget(id, intervento_id, fonte, comune_id, importo_cent)
            VALUES ('\(SampleAmbito.id(0x60))', '\(SampleAmbito.card)', 'FNPS', NULL, 60);
            """)

        let publication = try sample.publish()

        let shares = try publication.total("quota_comune")["per_fonte"] as? [[String: Any]]
        let budget = try publication.total("voce_budget")["per_comune"] as? [[String: Any]]
        #expect(shares?.map { $0["fonte"] as? String } == [nil, "FNPS"])
        #expect(shares?.map { $0["totale_cent"] as? Int } == [5, 400])
        #expect(try publication.total("assegnazione_fondo")["totale_cent"] as? Int == 1000)
        #expect(budget?.last?["denominazione"] as? String == "Ambito (righe del capofila)")
        #expect(budget?.last?["totale_cent"] as? Int == 60)
    }

    @Test
    func `the greatest amounts do not overflow`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(
            (0x100..<0x103).map { SampleAmbito.allotment($0, SampleAmbito.borgo, cents: .max) }.joined(separator: ";"))

        let publication = try sample.publish()

        #expect(try publication.content("riepilogo.json").contains("27670116110564327421"))
    }

    @Test
    func `a comune that left before the day is no member, and its money is still counted`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(SampleAmbito.allotment(0x100, SampleAmbito.corte, cents: 9))
        try sample.applied("UPDATE ambito_comune SET al = '2026-11-22' WHERE comune_id = '\(SampleAmbito.corte)'")

        let publication = try sample.publish()

        #expect(publication.comuni == 2)
        #expect(try publication.total("stanziamento_comune")["totale_cent"] as? Int == 9)
        #expect(
            try publication.line(SampleAmbito.corte, of: "stanziamento_comune")["denominazione"] as? String == "Corte")
    }

    @Test
    func `rows with the same natural key are named`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(
            [0x102, 0x101].map { SampleAmbito.allotment($0, SampleAmbito.borgo, cents: 1) }.joined(separator: ";"))
        try sample.applied("UPDATE stanziamento_comune SET capitolo = NULL")
        // No import key: in this natural key NULLs differ.
        try sample.applied(SampleAmbito.movement(0x200, SampleAmbito.borgo, phase: "impegno", cents: 1))
        try sample.applied(SampleAmbito.movement(0x201, SampleAmbito.borgo, phase: "impegno", cents: 1))

        let publication = try sample.publish()

        let found = publication.duplicates
        #expect(found.map(\.table) == ["stanziamento_comune"])
        #expect(found.first?.columns == ["annualita_id", "comune_id", "fonte", "capitolo"])
        #expect(found.first?.ids == [SampleAmbito.id(0x101), SampleAmbito.id(0x102)])
    }
}
