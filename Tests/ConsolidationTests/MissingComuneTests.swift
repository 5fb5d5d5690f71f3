import Consolidation
import Foundation
import SyncCore
import Testing

@Suite
struct MissingComuneTests {
    @Test(arguments: [nil, 168] as [Int64?])
    func `a silent comune is missing, never zero, and the total is partial`(hoursAgo: Int64?) throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(SampleAmbito.allotment(0x100, SampleAmbito.alba, cents: 500))
        let contacts =
            SampleAmbito.allCurrent.dropLast() + [SampleAmbito.contact(SampleAmbito.corte, "Corte", hoursAgo: hoursAgo)]

        let publication = try sample.publish(contacts: Array(contacts))

        let silent = try publication.line(SampleAmbito.corte, of: "stanziamento_comune")
        let total = try publication.total("stanziamento_comune")
        #expect(silent["totale_cent"] is NSNull)
        #expect(silent["mancante"] as? Bool == true)
        #expect(try publication.line(SampleAmbito.borgo, of: "stanziamento_comune")["totale_cent"] as? Int == 0)
        #expect(total["totale_cent"] as? Int == 500)
        #expect(total["parziale"] as? Bool == true)
        #expect(total["comuni_presenti"] as? Int == 2)
        #expect(publication.text.contains("parziale, 2 di 3"))
        #expect(publication.text.contains("Corte               mancante"))
        #expect(publication.missingComuni == ["Corte"])
    }

    @Test
    func `a silent comune has no zero in any total`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        let contacts =
            SampleAmbito.allCurrent.dropLast() + [SampleAmbito.contact(SampleAmbito.corte, "Corte", hoursAgo: nil)]

        let publication = try sample.publish(contacts: Array(contacts))

        let totals = try publication.summary()["totali"] as? [[String: Any]] ?? []
        let lines = totals.flatMap { $0["per_comune"] as? [[String: Any]] ?? [] }
        let silent = lines.filter { $0["comune_id"] as? String == SampleAmbito.corte.description }
        #expect(silent.count == 6)
        #expect(silent.allSatisfy { $0["totale_cent"] is NSNull })
    }

    @Test
    func `what a silent comune wrote before stays in the total, which is partial`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(SampleAmbito.allotment(0x100, SampleAmbito.corte, cents: 500))
        let contacts =
            SampleAmbito.allCurrent.dropLast() + [SampleAmbito.contact(SampleAmbito.corte, "Corte", hoursAgo: 200)]

        let publication = try sample.publish(contacts: Array(contacts))

        let total = try publication.total("stanziamento_comune")
        #expect(total["totale_cent"] as? Int == 500)
        #expect(total["comuni_presenti"] as? Int == 2)
        #expect(publication.text.contains("5,00  (dato non aggiornato)"))
    }

    @Test(
        arguments: [
            (23, "aggiornato"), (24, "nota"), (71, "nota"), (72, "avviso"), (167, "avviso"), (168, "blocco"),
            (-5, "aggiornato"),
        ] as [(Int64, String)])
    func `the age of the last synchronisation has its class`(hours: Int64, state: String) throws {
        let sample = try SampleAmbito()
        try sample.fill()

        let publication = try sample.publish(
            contacts: [SampleAmbito.contact(SampleAmbito.borgo, "Borgo", hoursAgo: hours)])

        let comuni = try publication.summary()["comuni"] as? [[String: Any]] ?? []
        let borgo = comuni.first { $0["denominazione"] as? String == "Borgo" }
        #expect(borgo?["stato"] as? String == state)
    }

    @Test
    func `where nobody knows when comuni synced it says so, and counts those that have data`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(SampleAmbito.allotment(0x100, SampleAmbito.borgo, cents: 500))

        let publication = try sample.publish(contacts: [])

        let comuni = try publication.summary()["comuni"] as? [[String: Any]] ?? []
        #expect(comuni.map { $0["stato"] as? String } == ["non_noto", "non_noto", "non_noto"])
        #expect(try publication.line(SampleAmbito.alba, of: "stanziamento_comune")["totale_cent"] is NSNull)
        #expect(try publication.total("stanziamento_comune")["comuni_presenti"] as? Int == 1)
        #expect(try publication.total("voce_budget")["totale_cent"] is NSNull)
        #expect(publication.text.contains("ultima sincronizzazione non nota"))
    }
}
