import GRDB
import HubStore
import ReplicaStore
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
        // A form is open at Narni: the row waits, the list comes.
        try narni.sql(
            """
            INSERT INTO zona_touch(table_no, id, epoch, touched_at)
              SELECT c.table_no, s.id, z.epoch, \(ambito.now) FROM soggetto s, zona_state z, zona_catalog c
              WHERE c.table_name = 'soggetto'
            """)
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
}
