import Foundation
import HubStore
import ReplicaStore
import SyncCore
import Testing

/// Rows of join tables whose key a merge of duplicates has changed, after their deleted predecessors might be forgotten.
@Suite struct ForgottenLinkTests {
    private let ids = (1...3).map { "0190a000-0000-7000-8000-00000000000\($0)" }
    private let piano = "0190a000-0000-7000-8000-00000000aa01"

    private func merge(_ desk: Desk) throws {
        let conflict = try #require(try desk.store.conflicts().first { $0.kind == "duplicate" })
        _ = try desk.store.merge(conflict, keeping: 0, [], note: "", by: Operator("ufficio"), now: desk.ambito.now)
    }

    private func add(_ desk: Desk, _ id: String, _ code: String = "12345678901") throws {
        try desk.sql(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto, codice_fiscale)
            VALUES ('\(id)', 'Croce Verde', 'VOL', '\(code)')
            """)
    }

    @Test func `a row whose key two merges changed is there, though what it was first may be forgotten`() throws {
        let ambito = try Ambito()
        ambito.now = Int64(Date().timeIntervalSince1970 * 1000) - 40_000
        let narni = try ambito.replica(of: "055022", "narni")
        let amelia = try ambito.replica(of: "055004", "amelia")
        try narni.sql(
            """
            INSERT INTO piano_di_zona(id, ambito_id, denominazione, anno_inizio, anno_fine, strumento, stato)
              SELECT '\(piano)', id, 'Piano', 2022, 2024, 'convenzione', 'in_costruzione' FROM ambito;
            """)
        try settleAll([narni, amelia], rounds: 1)
        try add(narni, ids[2])
        try narni.sql("INSERT INTO adesione(soggetto_id, piano_id) VALUES ('\(ids[2])', '\(piano)')")
        try add(amelia, ids[1])
        try settleAll([narni, amelia], rounds: 2)
        try merge(narni)
        try settleAll([narni, amelia], rounds: 3)
        #expect(try ambito.hub.collect(now: ambito.now).collected > 0)

        try add(amelia, ids[0], "10987654321")
        try settleAll([amelia, narni], rounds: 2)
        try amelia.sql("UPDATE soggetto SET codice_fiscale = '12345678902' WHERE id = '\(ids[0])'")
        try narni.sql("UPDATE soggetto SET codice_fiscale = '12345678902' WHERE id = '\(ids[1])'")
        try settleAll([amelia, narni], rounds: 2)
        try merge(narni)
        try settleAll([narni, amelia], rounds: 3)

        for desk in [narni, amelia] {
            #expect(try desk.values("SELECT soggetto_id FROM adesione") == ["\"\(ids[0])\""])
            #expect(try desk.store.conflicts().isEmpty)
        }
    }
}
