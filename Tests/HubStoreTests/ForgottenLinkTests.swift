import Foundation
import HubStore
import ReplicaStore
import SyncCore
import SyncWire
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

    /// Narni, Amelia and Otricoli, with a plan and the association of the greatest id.
    private func world() throws -> (narni: Desk, amelia: Desk, otricoli: Desk) {
        let ambito = try Ambito()
        ambito.now = Int64(Date().timeIntervalSince1970 * 1000) - 40_000
        let narni = try ambito.replica(of: "055022", "narni")
        let amelia = try ambito.replica(of: "055004", "amelia")
        let otricoli = try ambito.replica(of: "055024", "otricoli")
        try narni.sql(
            """
            INSERT INTO piano_di_zona(id, ambito_id, denominazione, anno_inizio, anno_fine, strumento, stato)
              SELECT '\(piano)', id, 'Piano', 2022, 2024, 'convenzione', 'in_costruzione' FROM ambito;
            """)
        try add(narni, ids[2])
        try settleAll([narni, amelia, otricoli], rounds: 2)
        return (narni, amelia, otricoli)
    }

    private func join(_ desk: Desk, _ id: String) throws {
        try desk.sql("INSERT INTO adesione(soggetto_id, piano_id) VALUES ('\(id)', '\(piano)')")
    }

    @Test(arguments: [false, true])
    func `a link that comes late has the id of the key that two merges made, whichever came first`(_ isLast: Bool)
        throws
    {
        let (narni, amelia, otricoli) = try world()
        try join(otricoli, ids[2])
        try otricoli.capture()
        try join(narni, ids[2])
        try narni.sync()
        try narni.sql("DELETE FROM adesione")
        try narni.sync()
        try add(amelia.withoutChecks("soggetto"), ids[1])
        try settleAll([amelia, narni], rounds: 2)
        try merge(narni)
        try settleAll([narni, amelia], rounds: 2)
        if !isLast { try otricoli.sync() }
        try add(amelia.withoutChecks("soggetto"), ids[0])
        try settleAll([amelia, narni], rounds: 2)
        try merge(narni)
        try settleAll([narni, amelia, otricoli], rounds: 3)

        let key = [ids[0], piano].map { ValueCoding.bytes(of: .text(Array($0.utf8)))[...] }
        let wanted = DerivedID.of(table: "adesione", key: key)
        for desk in [narni, amelia, otricoli] {
            #expect(try desk.values("SELECT id, soggetto_id FROM adesione") == ["\"\(wanted)\"|\"\(ids[0])\""])
        }
    }

    @Test func `a link that lives by what belongs to it lives on when its key changes`() throws {
        let (narni, amelia, otricoli) = try world()
        try join(narni, ids[2])
        try settleAll([narni, amelia, otricoli], rounds: 2)
        try narni.sql("DELETE FROM adesione")
        try otricoli.sql(
            """
            INSERT INTO adesione_atto(adesione_id, tipo, data_atto, ricevuto_da)
                SELECT adesione.id, 'disponibilita', '2022-03-01', comune FROM adesione, zona_state
            """)
        try settleAll([narni, amelia, otricoli], rounds: 2)
        #expect(try narni.rows("adesione").count == 1)

        try add(amelia.withoutChecks("soggetto"), ids[1])
        try settleAll([amelia, narni, otricoli], rounds: 2)
        try merge(narni)
        try settleAll([narni, amelia, otricoli], rounds: 3)

        for desk in [narni, amelia, otricoli] {
            #expect(try desk.values("SELECT soggetto_id FROM adesione") == ["\"\(ids[1])\""])
            #expect(
                try desk.values("SELECT count(*) FROM adesione_atto t JOIN adesione a ON a.id = t.adesione_id") == ["1"]
            )
        }
    }

    @Test(arguments: [false, true])
    func `a reference that lost to another is led to the survivor as well`(_ isMergedFirst: Bool) throws {
        let (narni, amelia, otricoli) = try world()
        let other = "0190a000-0000-7000-8000-000000000009"
        try add(amelia.withoutChecks("soggetto"), ids[1])
        try add(amelia, other, "10987654321")
        try amelia.sql(
            """
            INSERT INTO valore_portato(soggetto_id, piano_id, tipo, descrizione)
            VALUES ('\(ids[1])', '\(piano)', 'volontari', 'dieci ore')
            """)
        try settleAll([amelia, narni, otricoli], rounds: 2)
        try otricoli.sql("UPDATE valore_portato SET soggetto_id = '\(ids[2])'")
        try otricoli.capture()
        if isMergedFirst {
            try merge(narni)
            try narni.sync()
        }
        try amelia.sql("UPDATE valore_portato SET soggetto_id = '\(other)'")
        try settleAll([amelia, otricoli, amelia], rounds: 2)
        if !isMergedFirst {
            try merge(narni)
            try narni.sync()
        }
        try settleAll([narni, amelia, otricoli], rounds: 2)

        let open = try #require(try amelia.store.conflicts().first { $0.table == "valore_portato" })
        #expect(open.other.values == [.text(Array(ids[1].utf8))])
        try amelia.store.resolve(open, .other, note: "", by: Operator("anna"), now: amelia.ambito.now)
        try settleAll([amelia, narni], rounds: 2)
        #expect(try narni.values("SELECT soggetto_id FROM valore_portato") == ["\"\(ids[1])\""])
    }
}
