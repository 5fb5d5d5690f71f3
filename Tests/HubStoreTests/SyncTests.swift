import Foundation
import HubStore
import ReplicaStore
import SyncCore
import SyncSession
import SyncWire
import Testing

@Suite struct SyncTests {
    private let piano = "0190a000-0000-7000-8000-00000000aa01"
    private let obiettivo = "0190a000-0000-7000-8000-00000000bb01"

    /// A capofila with a plan and an objective that everybody has, and two other comuni.
    private func world() throws -> (ambito: Ambito, narni: Desk, amelia: Desk, otricoli: Desk) {
        let ambito = try Ambito()
        let narni = try ambito.replica(of: "055022", "narni")
        try narni.sql(
            """
            INSERT INTO piano_di_zona(id, ambito_id, denominazione, anno_inizio, anno_fine, strumento, stato)
              SELECT '\(piano)', id, 'Piano', 2022, 2024, 'convenzione', 'in_costruzione' FROM ambito;
            INSERT INTO obiettivo(id, piano_id, tipo, titolo, descrizione) VALUES ('\(obiettivo)', '\(piano)', 'strategico', 'Legami', 'uno');
            """)
        try narni.sync()
        let amelia = try ambito.replica(of: "055004", "amelia")
        let otricoli = try ambito.replica(of: "055024", "otricoli")
        return (ambito, narni, amelia, otricoli)
    }

    private func expectEqual(_ ambito: Ambito, _ desks: [Desk], _ tables: [String]) throws {
        for table in tables {
            let hub = try ambito.rows(table)
            for desk in desks { #expect(try desk.rows(table) == hub, "\(table)") }
        }
    }

    private func settle(_ desks: [Desk]) throws {
        for _ in 0..<2 { for desk in desks { try desk.sync() } }
    }

    @Test func `What one comune adds with plain SQL reaches the others, and a clean record leaves nothing behind`()
        throws
    {
        let (ambito, narni, amelia, otricoli) = try world()

        try amelia.sql(
            "INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Croce Verde', 'VOL'), ('Banca del Tempo', 'VOL')"
        )
        try settle([narni, amelia, otricoli])

        #expect(try otricoli.rows("soggetto").count == 2)
        try expectEqual(
            ambito, [narni, amelia, otricoli], ["soggetto", "comune", "vocabolario", "piano_di_zona", "obiettivo"])
        for table in ["zona_pending", "zona_before_soggetto", "zona_behind", "zona_inbox"] {
            #expect(try amelia.value("SELECT count(*) FROM \(table)") == "0", "\(table)")
        }
    }

    @Test func `Columns changed on one side only are all kept`() throws {
        let (ambito, narni, amelia, otricoli) = try world()

        try amelia.sql("UPDATE obiettivo SET titolo = 'Legami e reti'")
        try otricoli.sql("UPDATE obiettivo SET descrizione = 'due'")
        try settle([amelia, otricoli, narni])

        #expect(try narni.value("SELECT titolo || '/' || descrizione FROM obiettivo") == "\"Legami e reti/due\"")
        #expect(try narni.value("SELECT count(*) FROM zona_conflict") == "0")
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo", "zona_conflict"])
    }

    @Test func `The later of two values shows, the other is listed everywhere, and a decision made offline closes it`()
        throws
    {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("UPDATE obiettivo SET titolo = 'da Amelia'")
        try otricoli.sql("UPDATE obiettivo SET titolo = 'da Otricoli'")
        try settle([amelia, otricoli, narni])
        let open = try narni.store.conflicts()
        let conflict = try #require(open.first)
        #expect(open.count == 1)
        #expect(conflict.columns == ["titolo"])
        #expect(conflict.base == [.text("Legami")])
        #expect(Set([conflict.shown.values, conflict.other.values]) == [[.text("da Amelia")], [.text("da Otricoli")]])
        #expect(conflict.shown.comune != conflict.other.comune)
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo", "zona_conflict"])

        try narni.store.resolve(conflict, .other, note: "sentiti tutti", by: Operator("ufficio"), now: ambito.now)
        #expect(try narni.store.conflicts().first?.decidedHere == true)
        try settle([narni, amelia, otricoli])

        #expect(try amelia.store.conflicts().isEmpty)
        let closed = try #require(try amelia.store.conflicts(onlyOpen: false).first)
        #expect(closed.state == "decided")
        #expect(closed.closedBy == "ufficio")
        #expect(
            try amelia.values("SELECT titolo FROM obiettivo") == [
                "\"\(String(decoding: bytes(conflict.other.values[0]), as: UTF8.self))\""
            ])
        #expect(try amelia.value("SELECT note FROM zona_decision") == "\"sentiti tutti\"")
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo", "zona_conflict", "zona_decision"])
    }

    private func bytes(_ value: Value) -> [UInt8] {
        if case .text(let bytes) = value { return bytes }
        return []
    }

    @Test func `Choosing what shows is a decision too, and reaches everybody`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("UPDATE obiettivo SET titolo = 'da Amelia'")
        try otricoli.sql("UPDATE obiettivo SET titolo = 'da Otricoli'")
        try settle([amelia, otricoli, narni])
        let conflict = try #require(try otricoli.store.conflicts().first)
        let shown = try otricoli.value("SELECT titolo FROM obiettivo")

        try otricoli.store.resolve(conflict, .shown, note: "", by: Operator("rosa"), now: ambito.now)
        try settle([otricoli, amelia, narni])

        #expect(try narni.store.conflicts().isEmpty)
        #expect(try narni.value("SELECT titolo FROM obiettivo") == shown)
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo", "zona_conflict", "zona_decision"])
    }

    @Test func `Who leaves what the list shows as it is leaves it so where his row is behind, too`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let table = try #require(otricoli.store.catalog.table(named: "obiettivo"))
        try otricoli.store.touch(try #require(RecordID(obiettivo)), of: table, now: ambito.now)
        try amelia.sql("UPDATE obiettivo SET titolo = 'da Amelia'")
        try narni.sql("UPDATE obiettivo SET titolo = 'da Narni'")
        try settle([amelia, narni])
        let shown = try narni.value("SELECT titolo FROM obiettivo")
        try otricoli.sync()
        #expect(try otricoli.value("SELECT titolo FROM obiettivo") == "\"Legami\"")

        let conflict = try #require(try otricoli.store.conflicts().first)
        try otricoli.store.resolve(conflict, .shown, note: "", by: Operator("rosa"), now: ambito.now)
        try otricoli.store.endTouch(try #require(RecordID(obiettivo)), of: table)
        try settle([otricoli, amelia, narni])

        #expect(try narni.value("SELECT titolo FROM obiettivo") == shown)
        #expect(try narni.store.conflicts().isEmpty)
    }

    @Test func `An edit that had not seen the delete wins over it, and is listed`() throws {
        let (ambito, narni, amelia, otricoli) = try world()

        try amelia.sql("DELETE FROM obiettivo")
        try otricoli.sql("UPDATE obiettivo SET titolo = 'serve ancora'")
        try settle([amelia, otricoli, narni])

        #expect(try amelia.value("SELECT titolo FROM obiettivo") == "\"serve ancora\"")
        let conflict = try #require(try narni.store.conflicts().first)
        #expect(conflict.kind == "edit-delete")
        try narni.store.resolve(conflict, .other, note: "", by: Operator("ufficio"), now: ambito.now)
        try settle([narni, amelia, otricoli])
        #expect(try otricoli.rows("obiettivo").isEmpty)
        #expect(try otricoli.store.conflicts().isEmpty)
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo", "zona_conflict"])
    }

    @Test func `Who chooses the delete while his row is behind takes along nothing that he has not seen`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("DELETE FROM obiettivo")
        try otricoli.sql("UPDATE obiettivo SET titolo = 'serve ancora'")
        try settle([amelia, otricoli, narni])
        let table = try #require(narni.store.catalog.table(named: "obiettivo"))
        try narni.store.touch(try #require(RecordID(obiettivo)), of: table, now: ambito.now)
        try otricoli.sql("UPDATE obiettivo SET titolo = 'scritto dopo'")
        try settle([otricoli, narni])

        let conflict = try #require(try narni.store.conflicts().first)
        try narni.store.resolve(conflict, .other, note: "", by: Operator("ufficio"), now: ambito.now)
        try narni.store.endTouch(try #require(RecordID(obiettivo)), of: table)
        try settle([narni, amelia, otricoli])

        #expect(try amelia.value("SELECT titolo FROM obiettivo") == "\"scritto dopo\"")
        #expect(try narni.store.conflicts().map(\.kind) == ["edit-delete"])
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo", "zona_conflict", "zona_decision"])
    }

    @Test func `A conflict about a record that was deleted meanwhile can still be decided`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("UPDATE obiettivo SET titolo = 'da Amelia'")
        try otricoli.sql("UPDATE obiettivo SET titolo = 'da Otricoli'")
        try settle([amelia, otricoli, narni])
        try narni.sql("DELETE FROM obiettivo")
        try settle([narni, amelia])
        let conflict = try #require(try amelia.store.conflicts().first)

        #expect(throws: ReplicaStoreError.self) {
            try amelia.store.resolve(conflict, .other, note: "", by: Operator("anna"), now: ambito.now)
        }
        try amelia.store.resolve(conflict, .shown, note: "", by: Operator("anna"), now: ambito.now)
        try settle([amelia, narni, otricoli])

        #expect(try narni.store.conflicts().isEmpty)
        #expect(try otricoli.rows("obiettivo").isEmpty)
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo", "zona_conflict", "zona_decision"])
    }

    @Test func `A refused change reaches its sender, is kept, and leaves the tables; the rest goes on`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let comune = try amelia.value("SELECT comune FROM zona_state").filter { $0 != "\"" }
        // Another program that switches the check off: the hub is the one who says no.
        try otricoli.sql(
            """
            UPDATE zona_state SET applying = 1;
            INSERT INTO risorsa(id, comune_id, tipo, denominazione, rilevata_al)
              VALUES ('0190a000-0000-7000-8000-00000000cc01', '\(comune)', 'umana', 'non mia', '2022-01-01');
            INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action)
              SELECT (SELECT table_no FROM zona_catalog WHERE table_name = 'risorsa'), '0190a000-0000-7000-8000-00000000cc01', epoch, 1, '-', 0
              FROM zona_state;
            UPDATE zona_state SET applying = 0;
            INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Buona', 'VOL');
            """)

        try settle([otricoli, narni, amelia])

        let refused = try #require(try otricoli.store.refusedChanges().first)
        #expect(refused.reason == .notYours)
        #expect(refused.values.contains { $0.column == "denominazione" && $0.value == .text("non mia") })
        #expect(try otricoli.rows("risorsa").isEmpty)
        #expect(try amelia.rows("soggetto").count == 1)
        #expect(try otricoli.value("SELECT count(*) FROM zona_pending") == "0")
        #expect(try otricoli.store.dropRefused(refused.dot, now: 1))
        try expectEqual(ambito, [narni, amelia, otricoli], ["risorsa", "soggetto"])
    }

    @Test func `Rows that only owner and capofila may read reach nobody else`() throws {
        let (ambito, narni, amelia, otricoli) = try world()

        try amelia.sql(
            """
            INSERT INTO personale_ambito(comune_id, anno, profilo, rapporto, fte_centesimi)
              SELECT comune, 2022, 'assistente_sociale', 'indeterminato', 150 FROM zona_state
            """)
        try settle([amelia, narni, otricoli])

        #expect(try narni.rows("personale_ambito").count == 1)
        #expect(try otricoli.rows("personale_ambito").isEmpty)
        #expect(try ambito.rows("personale_ambito").count == 1)
    }

    @Test func `An answer that is lost doubles nothing, and what was written meanwhile goes on its own`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql(
            "INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES ('0190a000-0000-7000-8000-00000000dd01', 'Uno', 'VOL')"
        )
        #expect(throws: LostAnswer.self) { try amelia.sync(losing: 1) }

        try amelia.sql("UPDATE soggetto SET denominazione = 'Uno bis', telefono = '0744'")
        try amelia.capture()
        try amelia.sql("UPDATE soggetto SET telefono = '0744 1'")
        try settle([amelia, narni, otricoli])

        #expect(try narni.values("SELECT denominazione, telefono FROM soggetto") == ["\"Uno bis\"|\"0744 1\""])
        #expect(try narni.store.conflicts().isEmpty)
        try expectEqual(ambito, [narni, amelia, otricoli], ["soggetto", "zona_conflict"])
    }

    @Test func `A pull leaves alone what somebody has changed here, and merges it with the next`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("UPDATE obiettivo SET titolo = 'da Amelia'")
        try amelia.sync()
        try otricoli.capture()
        try otricoli.sql("UPDATE obiettivo SET descrizione = 'a mano'")
        // The pull comes before the row is captured: a conversation that began earlier.
        let applied = try pullOnly(otricoli, ambito)
        #expect(applied.skipped == 1)
        #expect(try otricoli.value("SELECT titolo FROM obiettivo") == "\"Legami\"")

        try settle([otricoli, amelia, narni])

        #expect(try otricoli.value("SELECT titolo || '/' || descrizione FROM obiettivo") == "\"da Amelia/a mano\"")
        #expect(try otricoli.value("SELECT count(*) FROM zona_behind") == "0")
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo"])
    }

    private func pullOnly(_ desk: Desk, _ ambito: Ambito) throws -> ApplySummary {
        let state = try desk.store.state()
        let number = state.number
        let peer = HubSession.Peer(
            certificate: try Certificate(reading: try Frame(reading: state.certificate)),
            greeting: ClientGreeting(
                nonce: [], certificate: [], number: number, incarnation: state.incarnation, acknowledgedCounter: 0,
                acknowledgedHash: Hash.none, cursor: state.cursor, logHash: Hash.none, oldest: 0, schemaVersion: 1))
        let frame = try ambito.hub.page(for: peer, after: state.cursor, sizeBytes: 1 << 20, now: ambito.now)
        try desk.store.keep(frame, header: try PageHeader(reading: frame))
        return try desk.store.applyInbox(now: ambito.now)
    }

    @Test func `An edit undone before it is captured gives its place to what the pull had skipped`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("UPDATE obiettivo SET titolo = 'da Amelia'")
        try amelia.sync()
        try otricoli.sql("UPDATE obiettivo SET titolo = 'errore'")
        _ = try pullOnly(otricoli, ambito)
        try otricoli.sql("UPDATE obiettivo SET titolo = 'Legami'")

        try otricoli.capture()

        #expect(try otricoli.value("SELECT titolo FROM obiettivo") == "\"da Amelia\"")
        #expect(try otricoli.value("SELECT count(*) FROM zona_pending") == "0")
        try settle([otricoli, narni])
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo"])
    }

    @Test func `What lay on a screen keeps the context that the eyes had`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let id = try #require(RecordID(obiettivo))
        let table = try #require(otricoli.store.catalog.table(named: "obiettivo"))
        try otricoli.store.touch(id, of: table, now: ambito.now)
        try amelia.sql("UPDATE obiettivo SET titolo = 'da Amelia'")
        try amelia.sync()

        try otricoli.sync()
        #expect(try otricoli.value("SELECT titolo FROM obiettivo") == "\"Legami\"")
        _ = try otricoli.store.update(
            id, of: table, [(0 + (table.column(named: "titolo") ?? 0), .text("da Otricoli"))], by: Operator("rosa"))
        try settle([otricoli, amelia, narni])

        #expect(try narni.store.conflicts().count == 1)
        try expectEqual(ambito, [narni, amelia, otricoli], ["obiettivo", "zona_conflict"])
    }

    @Test func `Many small batches of one unit are folded together, and pages of any size give the same rows`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let rows = (0..<500).map { "('Ente \($0)', 'VOL')" }.joined(separator: ",")
        try amelia.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES \(rows)")
        let captured = try amelia.capture(targetBytes: 700)
        #expect(captured.batches > 5)
        #expect(captured.changes == 500)
        #expect(throws: LostAnswer.self) { try amelia.sync(losing: 3) }
        #expect(try ambito.rows("soggetto").isEmpty)

        try amelia.sync()
        try otricoli.sync(pageSize: 300)
        try narni.sync()

        #expect(try otricoli.rows("soggetto").count == 500)
        try expectEqual(ambito, [narni, amelia, otricoli], ["soggetto"])
    }

    @Test func `The same link added at two comuni is one record, whether or not its id was given`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let soggetto = "0190a000-0000-7000-8000-00000000dd02"
        try narni.sql("INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES ('\(soggetto)', 'Caritas', 'VOL')")
        try settle([narni, amelia, otricoli])

        try amelia.sql("INSERT INTO adesione(soggetto_id, piano_id) VALUES ('\(soggetto)', '\(piano)')")
        let table = try #require(otricoli.store.catalog.table(named: "adesione"))
        _ = try otricoli.store.insert(into: table, [(0, .text(soggetto)), (1, .text(piano))], by: Operator("rosa"))
        try settle([amelia, otricoli, narni])

        #expect(try narni.rows("adesione").count == 1)
        #expect(try narni.store.conflicts().isEmpty)
        try expectEqual(ambito, [narni, amelia, otricoli], ["adesione"])
    }

    @Test func `The hub's own replica cannot be revoked, a PC's can, and then reads nothing`() throws {
        let (ambito, _, amelia, _) = try world()
        let own = ReplicaNumber(rawValue: 77)
        _ = try ambito.hub.insider(number: own, cursor: 0, now: ambito.now)

        #expect(throws: HubStoreError.self) { try ambito.hub.revoke(own, now: ambito.now) }
        try ambito.hub.revoke(try amelia.store.state().number, now: ambito.now)

        #expect { try amelia.sync() } throws: { ($0 as? Problem)?.code == .revoked }
        #expect(try ambito.rows("comune").count == 3)
    }

    @Test func `An action is accepted or refused as a whole`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try otricoli.sql(
            """
            UPDATE zona_state SET action = 77, author = 'rosa';
            INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('con la cattiva', 'VOL');
            UPDATE zona_state SET applying = 1;
            UPDATE obiettivo SET priorita = 1;
            INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action)
              SELECT (SELECT table_no FROM zona_catalog WHERE table_name = 'obiettivo'), '\(obiettivo)', epoch, 1, 'rosa', 77 FROM zona_state;
            INSERT INTO zona_before_obiettivo SELECT * FROM obiettivo; UPDATE zona_before_obiettivo SET priorita = NULL;
            UPDATE zona_state SET applying = 0, action = 0, author = '-';
            INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('da sola', 'VOL');
            """)

        try settle([otricoli, narni, amelia])

        #expect(Set(try otricoli.store.refusedChanges().map(\.reason)) == [.notYours, .withItsAction])
        #expect(try narni.values("SELECT denominazione FROM soggetto") == ["\"da sola\""])
        #expect(try otricoli.value("SELECT coalesce(priorita, 'vuota') FROM obiettivo") == "\"vuota\"")
        try expectEqual(ambito, [narni, amelia, otricoli], ["soggetto", "obiettivo"])
    }
}
