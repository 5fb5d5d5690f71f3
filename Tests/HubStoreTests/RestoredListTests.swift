import GRDB
import HubStore
import ReplicaStore
import ReplicaSync
import SyncCore
import Testing

/// Restored hubs and what replicas knew of conflicts, refusals and deletes in the life before.
@Suite struct RestoredListTests {
    private func world() throws -> (ambito: Ambito, narni: Desk, amelia: Desk, otricoli: Desk) {
        let ambito = try Ambito()
        let narni = try ambito.replica(of: "055022", "narni")
        let amelia = try ambito.replica(of: "055004", "amelia")
        let otricoli = try ambito.replica(of: "055024", "otricoli")
        try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Caritas', 'VOL')")
        try settleAll([narni, amelia, otricoli], rounds: 2)
        return (ambito, narni, amelia, otricoli)
    }

    /// A form is open there: the row waits, the list comes.
    private func openForm(_ desk: Desk) throws {
        try desk.sql(
            """
            INSERT INTO zona_touch(table_no, id, epoch, touched_at)
              SELECT c.table_no, s.id, z.epoch, \(desk.ambito.now) FROM soggetto s, zona_state z, zona_catalog c
              WHERE c.table_name = 'soggetto'
            """)
    }

    /// Amelia writes 1, Otricoli 2, Amelia 3 over what she has on screen: the conflict about 1 is open, then closed.
    private func disagree(_ amelia: Desk, _ otricoli: Desk) throws {
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.sync(pulls: false)
        try otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try otricoli.sync()
        #expect(try otricoli.store.conflicts().map(\.other.values) == [[.text(Array("1".utf8))]])
        try amelia.sql("UPDATE soggetto SET telefono = '3'")
        try amelia.sync()
    }

    @Test func `a conflict that had closed by itself is open again where nothing is left of what closed it`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try disagree(amelia, otricoli)
        try openForm(narni)
        try narni.sync()
        #expect(try narni.values("SELECT state FROM zona_conflict ORDER BY state") == ["\"closed\"", "\"open\""])
        #expect(try narni.value("SELECT telefono FROM soggetto") == "NULL")

        // Amelia and Otricoli are lost, and the hub is put back.
        try ambito.putBack(backup)
        try settleAll([narni])

        let open = try narni.store.conflicts().filter { $0.other.values == [.text(Array("1".utf8))] }
        #expect(open.count == 1)
    }

    @Test func `a conflict that had closed by itself stays closed where what closed it comes back`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try disagree(amelia, otricoli)
        try settleAll([narni, otricoli])
        let before = try narni.values("SELECT other_values FROM zona_conflict WHERE state = 'open'")

        try ambito.putBack(backup)
        try settleAll([narni])

        #expect(try narni.values("SELECT other_values FROM zona_conflict WHERE state = 'open'") == before)
    }

    /// Narni had the loser in the list, and wrote over what showed: that is not what closed the conflict.
    @Test func `a conflict that had closed by itself is open again where only somebody who knew it listed replaced it`()
        throws
    {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.sync(pulls: false)
        try otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try settleAll([otricoli, narni], rounds: 1)
        try openForm(narni)
        try amelia.sql("UPDATE soggetto SET telefono = '3'")
        try amelia.sync(pulls: false)
        try narni.sync()
        #expect(try narni.values("SELECT state FROM zona_conflict ORDER BY state") == ["\"closed\"", "\"open\""])
        try narni.sql("UPDATE soggetto SET telefono = '4'")

        // Amelia and Otricoli are lost, and the hub is put back.
        try ambito.putBack(backup)
        try settleAll([narni])

        #expect(try narni.value("SELECT telefono FROM soggetto") == "\"4\"")
        #expect(try narni.store.conflicts().map(\.other.values).contains([.text(Array("1".utf8))]))
    }

    /// Narni knows that the conflict closed, and not by what; Amelia has it open. The first word is not the last.
    @Test
    func `a conflict that one gives back as closed and another as open is open where only a copy replaced its loser`()
        throws
    {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.sync()
        let backup = try ambito.backup()
        let twin = try amelia.copy("twin")
        try otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try otricoli.sync()
        try amelia.sync()
        try openForm(narni)
        try twin.sql("UPDATE soggetto SET telefono = '3'")
        try twin.sync()
        try narni.sync()
        #expect(try narni.values("SELECT state FROM zona_conflict ORDER BY state") == ["\"closed\"", "\"open\""])

        // Otricoli and the copy are lost, and the hub is put back.
        try ambito.putBack(backup)
        try settleAll([narni, amelia])

        #expect(try amelia.value("SELECT telefono FROM soggetto") == "\"2\"")
        let open = try narni.store.conflicts().map(\.other.values)
        #expect(open.contains([.text(Array("1".utf8))]))
        try narni.sql("UPDATE zona_touch SET touched_at = 0")
        try settleAll([narni, amelia])
        try expectSame([narni, amelia])
    }

    @Test func `a conflict that comes back as open after its decision came is decided`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try settleAll([amelia, otricoli, narni], rounds: 2)
        let conflict = try #require(try narni.store.conflicts().first)
        try narni.store.resolve(conflict, .shown, note: "", by: Operator("anna"), now: ambito.now)
        try narni.sync(pulls: false)

        // The hub that is put back gets Narni's decision, but not the conflict. Then Narni is lost, and Amelia.
        try ambito.putBack(backup)
        try narni.sync(pulls: false)
        let again = try ambito.replica(of: "055004", "again")
        #expect(try again.values("SELECT state FROM zona_conflict").isEmpty)
        try ambito.putBack(backup)
        try settleAll([again, otricoli])

        #expect(try otricoli.values("SELECT state FROM zona_conflict") == ["\"decided\""])
        try expectSame([again, otricoli])
    }

    @Test func `a pull that was cut goes on only with the hub that began it`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('uno', 'VOL'), ('due', 'VOL')")
        try narni.sync(pulls: false)
        try amelia.beginPull(pages: 1)

        // Narni is lost, and an old copy of the hub's file is put in its place, without a word to anybody.
        try ambito.putBack(backup, withoutAWord: true)
        for name in ["tre", "quattro", "cinque"] {
            try otricoli.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(name)', 'VOL')")
        }
        try otricoli.sync()
        try amelia.sync()

        #expect(amelia.events == [.metHub])
        try settleAll([otricoli, amelia])
        #expect(
            try amelia.values("SELECT denominazione FROM soggetto ORDER BY denominazione")
                == ["\"Caritas\"", "\"cinque\"", "\"quattro\"", "\"tre\""])
        try expectSame([amelia, otricoli])
    }

    @Test func `what was built on a refused insert is refused by a restored hub too`() throws {
        let (ambito, narni, amelia, _) = try world()
        let backup = try ambito.backup()
        // Another program that switches the checks off: the hub is the one who says no.
        try narni.sql(
            """
            UPDATE zona_state SET applying = 1;
            INSERT INTO scadenza(id, piano_id, tipo, data_termine)
              SELECT '0190a000-0000-7000-8000-00000000cc02', comune, 'nessuno', '2026-01-31' FROM zona_state;
            INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action)
              SELECT 7, '0190a000-0000-7000-8000-00000000cc02', epoch, 1, '-', 0 FROM zona_state;
            UPDATE zona_state SET applying = 0;
            """)
        try narni.sync(pulls: false)
        try narni.sql("UPDATE scadenza SET tipo = 'adesione'")
        try settleAll([narni, amelia])
        #expect(try narni.store.refusedChanges().map(\.reason) == [.notValid, .noSuchRecord])

        try ambito.putBack(backup)
        try settleAll([narni, amelia])

        #expect(try narni.store.refusedChanges().map(\.reason) == [.notValid, .noSuchRecord])
        for desk in [narni, amelia] { #expect(try desk.values("SELECT tipo FROM scadenza").isEmpty) }
        try expectSame([narni, amelia])
    }

    /// Narni, who inserted it, and then Amelia, who edited it, are lost: of the record no more than the edit comes back.
    @Test func `what nobody can complete any more is given up when all have compared`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('dopo', 'VOL')")
        try settleAll([narni, amelia], rounds: 1)
        try amelia.sql("UPDATE soggetto SET telefono = '7' WHERE denominazione = 'dopo'")
        try amelia.sync(pulls: false)
        try ambito.rebuild()
        try amelia.sync(pulls: false)
        func withheld() throws -> Int? {
            let hub = try DatabaseQueue(path: ambito.folder + "/hub.sqlite")
            return try hub.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM record WHERE is_withheld = 1") }
        }
        #expect(try withheld() == 1)

        try ambito.hub.retire(amelia.store.state().number, now: ambito.now)
        try settleAll([otricoli])

        #expect(try withheld() == 0)
        try expectSame([otricoli])
        // Nothing waits for what never comes: it would hold back what the hub may forget.
        #expect(try otricoli.values("SELECT count(*) FROM zona_behind") == ["0"])
        #expect(try otricoli.store.scanDigest(now: ambito.now) == .equal)
    }

    /// The record lives again by an edit, and then its insert comes: both writers had not heard of the delete, which is
    /// forgotten.
    @Test func `an insert that is given back says nothing of a delete that its writer may not have seen`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('dopo', 'VOL')")
        try settleAll([narni, amelia, otricoli], rounds: 1)
        try amelia.sql("DELETE FROM soggetto WHERE denominazione = 'dopo'")
        try amelia.sync()
        try otricoli.sql("UPDATE soggetto SET telefono = '1' WHERE denominazione = 'dopo'")
        try otricoli.capture()

        try ambito.putBack(backup)
        try settleAll([amelia])
        for desk in [narni, otricoli] { try ambito.hub.retire(try desk.store.state().number, now: ambito.now) }
        #expect(try ambito.hub.collect(now: ambito.now).collected == 1)
        try settleAll([otricoli, amelia])
        #expect(try amelia.store.conflicts().map(\.kind) == ["edit-delete"])
        try settleAll([narni, otricoli, amelia])

        #expect(try amelia.values("SELECT telefono FROM soggetto WHERE denominazione = 'dopo'") == ["\"1\""])
        #expect(try amelia.store.conflicts().map(\.kind).contains("edit-delete"))
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `a copy that says what is there already leaves it the version that others knew to be deleted`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try amelia.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('dopo', 'VOL')")
        try settleAll([amelia, narni, otricoli], rounds: 1)
        let before = try narni.copy("before")
        try narni.sql("DELETE FROM soggetto WHERE denominazione = 'dopo'")
        try settleAll([narni, otricoli], rounds: 1)

        // Narni's file is put back too. It compares before Amelia has said what she wrote, and speaks after her.
        try ambito.putBack(backup)
        try before.sync()
        try amelia.sync(pulls: false)
        try before.sync()
        try settleAll([otricoli, amelia, before])

        #expect(try amelia.values("SELECT denominazione FROM soggetto") == ["\"Caritas\""])
        try expectSame([amelia, otricoli, before])
    }

    @Test func `who knew of a delete says so though the hub has only some columns of the record`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try settleAll([amelia, narni, otricoli])
        try narni.sql("DELETE FROM soggetto")
        try settleAll([narni, otricoli])

        // Narni is lost, the hub made anew, and Amelia has not heard of the delete.
        try ambito.rebuild()
        try amelia.sync(pulls: false)
        try settleAll([otricoli, amelia])

        #expect(try otricoli.values("SELECT 1 FROM soggetto").isEmpty)
        try expectSame([amelia, otricoli])
    }

    /// Otricoli knows the delete and nothing else, and says so first. Amelia compares herself while she writes to the
    /// record: she is the only one who can make it whole.
    @Test func `who writes to a record that a restored hub shows deleted gives all of it back`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto, telefono) VALUES ('Avis', 'VOL', '1')")
        try settleAll([narni, amelia, otricoli], rounds: 2)
        try otricoli.sql("DELETE FROM soggetto WHERE denominazione = 'Avis'")
        try otricoli.capture()

        // Narni is lost, the hub is put back, and Otricoli comes first.
        try ambito.putBack(backup)
        try settleAll([otricoli])
        try amelia.sync(meanwhile: { try amelia.sql("UPDATE soggetto SET telefono = '2' WHERE denominazione = 'Avis'") }
        )
        try settleAll([otricoli, amelia], rounds: 2)

        let row = "SELECT denominazione || telefono FROM soggetto WHERE denominazione = 'Avis'"
        for desk in [amelia, otricoli] {
            #expect(try desk.values(row) == ["\"Avis2\""])
            #expect(try desk.values("SELECT count(*) FROM zona_behind") == ["0"])
        }
    }

    /// Narni wrote 1 and is lost; only Amelia has it. Otricoli, who has seen nothing of it, writes 2 to the hub that was
    /// put back, after Amelia has compared herself and before she sends: what she wrote meanwhile to another column must
    /// not hide that the rest of the row was to be given back.
    @Test(arguments: [(false, true), (true, false), (true, true)])
    func `what was to be given back is listed though its giver wrote to the record before it went up`(
        hubHasRecord: Bool, meanwhile: Bool
    ) throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        try narni.sql("UPDATE soggetto SET telefono = '1'")
        try settleAll([narni, amelia], rounds: 1)

        if hubHasRecord { try ambito.putBack(backup) } else { try ambito.rebuild() }
        let write = { try amelia.sql("UPDATE soggetto SET pec = 'x@y.it'") }
        _ = try amelia.sync(meanwhile: meanwhile ? write : {})
        if !meanwhile { try write() }
        try otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try settleAll([otricoli], rounds: 2)
        try settleAll([amelia, otricoli], rounds: 3)

        for desk in [amelia, otricoli] {
            #expect(try desk.values("SELECT telefono || pec FROM soggetto") == ["\"2x@y.it\""])
            let kept = try desk.store.conflicts().flatMap(\.other.values)
            #expect(kept.contains(.text(Array("1".utf8))))
        }
    }

    /// Otricoli decides for the loser, and is lost; Narni has his decision, and not the change that came with it, for she
    /// was at work on the record.
    @Test func `a decision that comes back without the change by which it chose the loser closes nothing`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.capture()
        try otricoli.sql("UPDATE soggetto SET telefono = '2'")
        try settleAll([otricoli, amelia, narni, otricoli], rounds: 1)
        let backup = try ambito.backup()
        let conflict = try #require(try otricoli.store.conflicts().first)
        #expect(conflict.other.values == [.text(Array("1".utf8))])
        try otricoli.store.resolve(conflict, .other, note: "", by: Operator("anna"), now: ambito.now)
        try settleAll([otricoli], rounds: 1)
        try narni.sync(meanwhile: { try narni.sql("UPDATE soggetto SET pec = 'x@y.it'") })
        #expect(try narni.values("SELECT choice FROM zona_decision") == ["\"other\""])

        try ambito.putBack(backup)
        try settleAll([narni, amelia], rounds: 3)

        for desk in [narni, amelia] {
            #expect(try desk.values("SELECT telefono FROM soggetto") == ["\"2\""])
            #expect(try desk.store.conflicts().map(\.other.values).contains([.text(Array("1".utf8))]))
        }
    }
}
