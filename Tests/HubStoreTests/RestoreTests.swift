import Foundation
import HubStore
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncWire
import Testing

/// Hubs that were restored or rebuilt: replicas give back what they lack, compare, and all end equal.
@Suite struct RestoreTests {
    private func world() throws -> (ambito: Ambito, narni: Desk, amelia: Desk, otricoli: Desk) {
        let ambito = try Ambito()
        let narni = try ambito.replica(of: "055022", "narni")
        let amelia = try ambito.replica(of: "055004", "amelia")
        let otricoli = try ambito.replica(of: "055024", "otricoli")
        try add("Caritas", narni)
        try settleAll([narni, amelia, otricoli], rounds: 2)
        return (ambito, narni, amelia, otricoli)
    }

    /// Amelia's telephone number came after the backup that the hub was put back to, and only Otricoli has heard of it.
    private func worldWithALostNumber() throws -> (ambito: Ambito, narni: Desk, otricoli: Desk) {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.sync()
        try otricoli.sync()
        try ambito.putBack(backup)
        return (ambito, narni, otricoli)
    }

    private func add(_ name: String, _ desk: Desk) throws {
        try desk.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(name)', 'VOL')")
    }

    private func names(_ desk: Desk) throws -> [String] {
        try desk.values("SELECT denominazione FROM soggetto ORDER BY denominazione")
    }

    /// Two columns, or two values of one, that are larger together than one change may be.
    @Test(arguments: ["pec", "telefono"])
    func `what is too large to be given back holds back nothing else, and is kept aside`(_ column: String) throws {
        let (ambito, narni, amelia, _) = try world()
        try narni.sql("UPDATE soggetto SET telefono = printf('%.*c', 600000, 'a')")
        try amelia.sql("UPDATE soggetto SET \(column) = printf('%.*c', 600000, 'b')")
        try settleAll([narni, amelia], rounds: 2)
        try add("dopo", narni)
        try narni.sync()
        try ambito.rebuild()

        try settleAll([narni, amelia])

        #expect(try names(amelia).contains("\"dopo\""))
        let hub = try ambito.rows("soggetto") + ambito.rows("zona_conflict")
        for letter in ["a", "b"] {
            let long = String(repeating: letter, count: 1_000)
            let kept = try narni.store.refusedChanges().contains {
                $0.values.contains { value in
                    if case .text(let bytes) = value.value {
                        bytes.prefix(1_000).elementsEqual(long.utf8)
                    } else {
                        false
                    }
                }
            }
            let listed = try narni.store.conflicts().contains { conflict in
                (conflict.other.values + conflict.shown.values).contains { value in
                    if case .text(let bytes) = value { bytes.prefix(1_000).elementsEqual(long.utf8) } else { false }
                }
            }
            #expect(kept || listed || hub.contains { $0.contains(long) }, "\(letter)")
        }
    }

    @Test(arguments: [false, true]) func `what a restored hub lacks is given back as it was`(_ withoutAWord: Bool)
        throws
    {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try add("dopo", amelia)
        try amelia.sql("UPDATE soggetto SET telefono = '1' WHERE denominazione = 'Caritas'")
        try amelia.sync()
        try narni.sync()
        try narni.sql("UPDATE soggetto SET telefono = '2' WHERE denominazione = 'Caritas'")
        try narni.sync()
        try ambito.putBack(backup, withoutAWord: withoutAWord)

        try amelia.sync()

        #expect(amelia.events == [.metHub])
        try settleAll([amelia, narni, otricoli])
        #expect(try names(otricoli) == ["\"Caritas\"", "\"dopo\""])
        #expect(
            try otricoli.values("SELECT telefono FROM soggetto WHERE denominazione = 'Caritas'") == ["\"2\""])
        #expect(try narni.store.conflicts().isEmpty)
        #expect(try amelia.store.refusedChanges().isEmpty)
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `what was captured and lost its answer is not doubled by a restore`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try add("dopo", amelia)
        #expect(throws: LostAnswer.self) { try amelia.sync(losing: 1) }
        try narni.sync()
        try ambito.putBack(backup)

        try settleAll([narni, amelia, otricoli])

        #expect(try names(otricoli) == ["\"Caritas\"", "\"dopo\""])
        #expect(try narni.store.conflicts(onlyOpen: false).isEmpty)
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `when its writer is lost too, whoever has the row gives it back`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try add("dopo", amelia)
        try amelia.sql("UPDATE soggetto SET telefono = '1' WHERE denominazione = 'Caritas'")
        try amelia.sync()
        try otricoli.sync()
        try ambito.putBack(backup)

        try settleAll([otricoli, narni])

        #expect(try names(narni) == ["\"Caritas\"", "\"dopo\""])
        #expect(try narni.values("SELECT telefono FROM soggetto WHERE denominazione = 'Caritas'") == ["\"1\""])
        try expectSame([narni, otricoli])
    }

    /// Nothing shows of a row whose delete had not seen it: what it holds stands in the list.
    @Test(arguments: [true, false]) func `what is given back of a record that somebody deleted unseen can be put back`(
        _ comesBack: Bool
    ) throws {
        let (ambito, narni, otricoli) = try worldWithALostNumber()
        try narni.sql("DELETE FROM soggetto")
        try settleAll([otricoli, narni])
        #expect(try names(otricoli).isEmpty)
        let kept = try #require(try narni.store.conflicts().first)
        #expect(kept.kind == "restored" && kept.isGone)
        let table = try #require(narni.store.catalog.table(named: "soggetto"))
        #expect(kept.columns == table.columns.map(\.name))
        let phone = try #require(kept.columns.firstIndex(of: "telefono"))
        #expect(kept.other.values[phone] == .text("1"))

        try narni.store.resolve(kept, comesBack ? .other : .shown, note: "", by: Operator("anna"), now: ambito.now)
        try settleAll([narni, otricoli], rounds: 2)

        #expect(
            try otricoli.values("SELECT denominazione || '/' || telefono FROM soggetto")
                == (comesBack ? ["\"Caritas/1\""] : []))
        #expect(try otricoli.store.conflicts().isEmpty)
        try expectSame([narni, otricoli])
        #expect(try ambito.hub.verify(foldingInto: ambito.folder + "/again.sqlite").isEqual)
    }

    /// The capofila alone sets a priority; the comune that owns the record gets it back with it.
    @Test func `what is given back of rows that are only added is decided by their owner, and by nobody else`() throws {
        let ambito = try Ambito()
        let narni = try ambito.replica(of: "055022", "narni")
        try narni.sql(
            """
            INSERT INTO piano_di_zona(ambito_id, denominazione, anno_inizio, anno_fine, strumento)
              SELECT id, 'Piano', 2022, 2024, 'convenzione' FROM ambito;
            INSERT INTO annualita(piano_id, anno) SELECT id, 2022 FROM piano_di_zona;
            INSERT INTO intervento(annualita_id, titolo, titolare) SELECT id, 'Scheda', 'ambito' FROM annualita;
            """)
        try narni.sync()
        let amelia = try ambito.replica(of: "055004", "amelia")
        let backup = try ambito.backup()
        try amelia.sql(
            """
            INSERT INTO movimento_spesa(comune_id, annualita_id, intervento_id, fonte, fase, importo_cent, data)
              SELECT comune, annualita_id, intervento.id, 'FNPS', 'pagamento', 123456, '2022-03-01'
              FROM intervento, zona_state
            """)
        try settleAll([amelia, narni])
        try ambito.putBack(backup)
        try settleAll([narni], rounds: 2)
        let anew = try ambito.replica(of: "055004", "amelia di nuovo")
        try settleAll([anew, narni])
        let conflict = try #require(try anew.store.conflicts().first)

        #expect(throws: ReplicaStoreError.self) {
            try narni.store.resolve(conflict, .shown, note: "", by: Operator("anna"), now: ambito.now)
        }
        try anew.store.resolve(conflict, .shown, note: "", by: Operator("rosa"), now: ambito.now)
        try settleAll([anew, narni], rounds: 2)

        for desk in [anew, narni] {
            #expect(try desk.store.conflicts().isEmpty && desk.store.refusedChanges().isEmpty)
            #expect(try desk.value("SELECT importo_cent FROM movimento_spesa") == "123456")
        }
        // The decision comes back before the row that it is about, which its first writer has after all.
        try ambito.putBack(backup)
        try anew.sync(pulls: false)
        try settleAll([amelia, anew, narni], rounds: 4)
        #expect(try amelia.value("SELECT importo_cent FROM movimento_spesa") == "123456")
        try expectSame([amelia, anew, narni])
    }

    /// A row of a table whose rows are only added, or whose insert comes back, or whose giver had seen all that was
    /// forgotten: nobody can have deleted it, and there is nothing to ask an operator.
    @Test func `what is given back is listed as deleted only where it could have been`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let office = try ambito.replica(of: "055004", "amelia-2")
        try office.sync()
        try add("da dimenticare", narni)
        try settleAll([narni, amelia, otricoli])
        try narni.sql("DELETE FROM soggetto WHERE denominazione = 'da dimenticare'")
        try settleAll([narni, amelia, otricoli, office])
        #expect(try ambito.hub.collect(now: ambito.now).collected > 0)
        try narni.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.sql("UPDATE soggetto SET telefono = '2'")
        try settleAll([narni, amelia, otricoli])
        let backup = try ambito.backup()
        let conflict = try #require(try narni.store.conflicts().first)
        try narni.store.resolve(conflict, .shown, note: "", by: Operator("anna"), now: ambito.now)
        try add("dopo", narni)
        try settleAll([narni, amelia, otricoli])
        try add("di un perso", office)
        try settleAll([office, narni, amelia, otricoli])
        try ambito.putBack(backup)
        try settleAll([narni, amelia, otricoli], rounds: 2)

        #expect(try narni.store.conflicts().isEmpty)
        #expect(try names(narni) == ["\"Caritas\"", "\"di un perso\"", "\"dopo\""])
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `whose record it is puts a kept row back, with the columns that are not his to write`() throws {
        let (ambito, narni, amelia, _) = try world()
        let (editor, giver) = (
            try ambito.replica(of: "055004", "amelia-2"), try ambito.replica(of: "055004", "amelia-3")
        )
        try amelia.sql("INSERT INTO bisogno(comune_id, descrizione) SELECT comune, 'solitudine' FROM zona_state")
        try settleAll([amelia, narni])
        try narni.sql("UPDATE bisogno SET priorita = 1")
        try settleAll([narni, amelia, editor, giver])
        let backup = try ambito.backup()
        try editor.sql("UPDATE bisogno SET descrizione = 'solitudine degli anziani'")
        try settleAll([editor, giver])
        try ambito.putBack(backup)
        try amelia.sql("DELETE FROM bisogno")
        try settleAll([giver, amelia, narni])
        let (here, there) = (
            try #require(try amelia.store.conflicts().first), try #require(try narni.store.conflicts().first)
        )
        #expect(here.isGone)
        #expect(throws: ReplicaStoreError.self) {
            try narni.store.resolve(there, .other, note: "", by: Operator("anna"), now: ambito.now)
        }

        try amelia.store.resolve(here, .other, note: "", by: Operator("bruno"), now: ambito.now)
        try settleAll([amelia, narni, giver], rounds: 2)

        #expect(
            try narni.values("SELECT descrizione || ' ' || priorita FROM bisogno") == ["\"solitudine degli anziani 1\""]
        )
        #expect(try narni.store.conflicts().isEmpty && amelia.store.refusedChanges().isEmpty)
        try expectSame([amelia, narni, giver])
    }

    /// His row is newer than the hub's, and its writer is lost: he must get the hub's row, or his own stays for ever.
    @Test func `who writes between meeting a restored hub and comparing with it does not keep a row of his own`() throws
    {
        let (ambito, narni, otricoli) = try worldWithALostNumber()
        try otricoli.sync(pulls: false)
        #expect(otricoli.events == [.metHub])
        try otricoli.sql("UPDATE soggetto SET pec = 'x'")

        try settleAll([otricoli, narni], rounds: 2)

        #expect(try narni.values("SELECT pec FROM soggetto") == ["\"x\""])
        let kept = try otricoli.store.refusedChanges().flatMap(\.values).map(\.value)
        let shown = try narni.values("SELECT telefono FROM soggetto")
        #expect(shown == ["\"1\""] || kept.contains(.text("1")))
        try expectSame([narni, otricoli])
        _ = ambito
    }

    /// Without its insert the record has no owner, and its scope says nothing.
    @Test func `an update that is given back before its insert does not keep the insert out`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let office = try ambito.replica(of: "055004", "amelia-2")
        let backup = try ambito.backup()
        try amelia.sql(
            """
            INSERT INTO personale_ambito(comune_id, anno, profilo, rapporto, fte_centesimi)
            SELECT comune, 2022, 'assistente_sociale', 'indeterminato', 100 FROM zona_state
            """)
        try settleAll([amelia, office])
        try office.sql("UPDATE personale_ambito SET fte_centesimi = 50")
        try settleAll([office, amelia])
        try ambito.putBack(backup)

        try settleAll([office, narni, amelia, otricoli], rounds: 2)

        for desk in [narni, amelia, office] {
            #expect(try desk.values("SELECT anno || ' ' || fte_centesimi FROM personale_ambito") == ["\"2022 50\""])
        }
        #expect(try otricoli.values("SELECT anno FROM personale_ambito").isEmpty)
        #expect(try amelia.store.refusedChanges().isEmpty && office.store.refusedChanges().isEmpty)
    }

    @Test func `a delete that the backup had not seen comes back`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try add("errore", amelia)
        try settleAll([amelia, narni, otricoli], rounds: 2)
        let backup = try ambito.backup()
        try amelia.sql("DELETE FROM soggetto WHERE denominazione = 'errore'")
        try settleAll([amelia, otricoli], rounds: 2)
        try ambito.putBack(backup)

        try settleAll([otricoli, narni])

        #expect(try names(narni) == ["\"Caritas\""])
        try expectSame([narni, otricoli])
    }

    @Test func `a rebuilt hub gets everything back`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try narni.sql("UPDATE comune SET denominazione = 'Narni (TR)' WHERE codice_istat = '055022'")
        try amelia.sql("UPDATE soggetto SET telefono = '1' WHERE denominazione = 'Caritas'")
        try settleAll([narni, amelia, otricoli], rounds: 2)
        let before = try otricoli.everything()
        try ambito.rebuild()

        try settleAll([otricoli, amelia, narni])

        #expect(try otricoli.everything() == before)
        #expect(try narni.store.conflicts().isEmpty)
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `an open conflict survives a restore, and a decided one does not come back`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        for (desk, column) in [(amelia, "telefono"), (otricoli, "telefono")] {
            try desk.sql("UPDATE soggetto SET \(column) = '\(desk === amelia ? 1 : 2)'")
        }
        try amelia.sql("UPDATE soggetto SET pec = 'a'")
        try otricoli.sql("UPDATE soggetto SET pec = 'b'")
        try settleAll([amelia, otricoli, narni], rounds: 2)
        let open = try narni.store.conflicts()
        #expect(open.count == 2)
        let phone = try #require(open.first { $0.columns == ["telefono"] })
        try narni.store.resolve(phone, .other, note: "", by: Operator("anna"), now: ambito.now)
        try settleAll([narni, amelia, otricoli], rounds: 2)
        let value = try narni.value("SELECT telefono FROM soggetto")
        try ambito.putBack(backup)

        try settleAll([otricoli, amelia, narni])

        let left = try narni.store.conflicts()
        #expect(left.map(\.columns) == [["pec"]], "\(left)")
        #expect(try otricoli.value("SELECT telefono FROM soggetto") == value)
        try expectSame([narni, amelia, otricoli])
    }

    /// The overwriting change comes first, so the hub never sees the loser beside another value and lists nothing itself.
    @Test func `a conflict that is given back is not closed by somebody who pulled before it came`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.sync()
        try otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try otricoli.sync()
        try narni.sync()
        try narni.sql("UPDATE soggetto SET telefono = '3'")
        try narni.sync()
        #expect(try narni.store.conflicts().count == 1)
        try ambito.putBack(backup)

        try narni.sync(pulls: false)
        try settleAll([amelia], rounds: 2)
        #expect(try amelia.value("SELECT telefono FROM soggetto") == "\"3\"")
        #expect(try amelia.store.conflicts().isEmpty)
        try amelia.sql("UPDATE soggetto SET telefono = '5'")
        try settleAll([narni], rounds: 2)
        #expect(try narni.store.conflicts().map(\.other.values) == [[.text(Array("1".utf8))]])
        try settleAll([amelia, narni, otricoli])

        let open = try otricoli.store.conflicts()
        #expect(open.map(\.other.values).contains([.text(Array("1".utf8))]), "\(open)")
        try expectSame([narni, amelia, otricoli])
    }

    /// The restored hub lists the loser itself, under a dot of its own that whoever knew the old listing has not seen.
    @Test func `a conflict of a former life is not closed by somebody who knew it there`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let office = try ambito.replica(of: "055004", "amelia-2")
        try office.sync()
        let backup = try ambito.backup()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try settleAll([amelia, otricoli, narni])
        #expect(try narni.store.conflicts().map(\.other.values) == [[.text(Array("1".utf8))]])
        try ambito.putBack(backup)

        // 1 comes back, and somebody who had seen neither of the two writes beside it: what Narni has is not newer.
        try amelia.sync(pulls: false)
        try office.sql("UPDATE soggetto SET pec = 'a'")
        try office.sync()
        try narni.sync()
        #expect(try narni.value("SELECT telefono FROM soggetto") == "\"1\"")
        #expect(try narni.store.conflicts().count == 1)
        try narni.sql("UPDATE soggetto SET telefono = '3'")
        try otricoli.sync(pulls: false)
        try settleAll([narni, amelia, otricoli])

        let open = try otricoli.store.conflicts()
        #expect(open.map(\.other.values).contains([.text(Array("1".utf8))]), "\(open)")
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `a change that was refused long ago takes nothing from what is given back`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let id = "0190a000-0000-7000-8000-00000000cc02"
        // Another program that switches the checks off: the hub is the one who says no.
        try otricoli.sql(
            """
            UPDATE zona_state SET applying = 1;
            INSERT INTO soggetto(id, denominazione, tipo_soggetto, codice_fiscale)
              VALUES ('\(id)', 'Pro loco', 'VOL', 'corto');
            INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action)
              SELECT (SELECT table_no FROM zona_catalog WHERE table_name = 'soggetto'), '\(id)', epoch, 1, '-', 0
              FROM zona_state;
            UPDATE zona_state SET applying = 0;
            """)
        try settleAll([otricoli], rounds: 2)
        #expect(try otricoli.store.refusedChanges().map(\.reason) == [.notValid])
        try otricoli.sql("INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES ('\(id)', 'Pro loco', 'VOL')")
        try settleAll([otricoli, amelia, narni], rounds: 2)
        let backup = try ambito.backup()
        try amelia.sql("UPDATE soggetto SET telefono = '9' WHERE id = '\(id)'")
        try settleAll([amelia, otricoli])
        try ambito.putBack(backup)

        try settleAll([otricoli, narni])

        #expect(try narni.value("SELECT telefono FROM soggetto WHERE id = '\(id)'") == "\"9\"")
        try expectSame([narni, otricoli])
    }

    @Test func `what only others have of a record comes back to a rebuilt hub too`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try narni.sql("UPDATE comune SET denominazione = 'Narni (TR)' WHERE codice_istat = '055022'")
        try settleAll([narni, amelia, otricoli], rounds: 2)
        try ambito.rebuild()

        try settleAll([otricoli, amelia])

        let name = "SELECT denominazione FROM comune WHERE codice_istat = '055022'"
        #expect(try amelia.value(name) == "\"Narni (TR)\"")
        try expectSame([otricoli, amelia])
    }

    @Test func `an edit made offline under the old life of the hub arrives, with the context that it had`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.sync()
        try otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try ambito.putBack(backup)

        try settleAll([otricoli, amelia, narni])

        #expect(try narni.store.conflicts().count == 1)
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `a replica that has met the new hub refuses the old one`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try add("dopo", amelia)
        try amelia.sync()
        let old = try ambito.backup()
        try ambito.putBack(backup)
        try settleAll([amelia, narni, otricoli])
        try ambito.putBack(old, withoutAWord: true)

        #expect { try amelia.sync() } throws: { ($0 as? SyncFault)?.code == .incarnationChanged }
    }

    @Test func `batches stay until every backup has them, and then go`() throws {
        let (_, _, amelia, _) = try world()
        try add("dopo", amelia)
        try amelia.sync()
        let number = try amelia.store.state().number

        try amelia.store.forgetDurable([
            NumberState(number: number, storedCounter: 1, storedHash: Hash.none, durableCounter: 0)
        ])
        #expect(try amelia.value("SELECT count(*) FROM zona_outbox") == "1")
        try amelia.store.forgetDurable([
            NumberState(number: number, storedCounter: 1, storedHash: Hash.none, durableCounter: 9)
        ])

        #expect(try amelia.value("SELECT count(*) FROM zona_outbox") == "0")
    }
}
