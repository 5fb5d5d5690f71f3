import HubStore
import ReplicaStore
import SyncCore
import Testing

/// A delete whose writer is lost with it, and a hub that was put back to before the record: who has heard of the delete
/// holds no row that could say so.
@Suite struct KnownDeleteTests {
    private let ambito: Ambito
    private let narni: Desk
    private let amelia: Desk
    private let otricoli: Desk

    init() throws {
        ambito = try Ambito()
        narni = try ambito.replica(of: "055022", "narni")
        amelia = try ambito.replica(of: "055004", "amelia")
        otricoli = try ambito.replica(of: "055024", "otricoli")
        try settleAll([narni, amelia, otricoli], rounds: 1)
    }

    /// Otricoli inserts Avis, Amelia gets it, Otricoli deletes it, Narni hears of that, and Otricoli is lost. The hub is as
    /// it was before all of it.
    private func loseDelete() throws {
        let backup = try ambito.backup()
        try otricoli.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Avis', 'VOL')")
        try settleAll([otricoli, amelia], rounds: 1)
        try otricoli.sql("DELETE FROM soggetto")
        try settleAll([otricoli, narni], rounds: 1)
        #expect(try narni.values("SELECT count(*) FROM soggetto") == ["0"])
        #expect(try amelia.values("SELECT count(*) FROM soggetto") == ["1"])
        try ambito.putBack(backup)
    }

    /// The record is gone, and its row stands in everybody's list, to be put back.
    private func expectListed(_ desks: [Desk]) throws {
        for desk in desks {
            #expect(try desk.values("SELECT count(*) FROM soggetto") == ["0"])
            let conflict = try #require(try desk.store.conflicts().first)
            #expect(conflict.kind == "restored" && conflict.isGone)
        }
    }

    @Test func `who knew of a delete says so though somebody gave the record back as a copy before`() throws {
        try loseDelete()
        try settleAll([amelia], rounds: 2)
        try settleAll([narni, amelia], rounds: 3)
        try expectListed([narni, amelia])
    }

    @Test func `who knew of a delete says so though the hub has not heard of the record yet`() throws {
        try loseDelete()
        try settleAll([narni], rounds: 2)
        try settleAll([amelia, narni], rounds: 3)
        #expect(try narni.values("SELECT count(*) FROM soggetto") == ["0"])
        #expect(try amelia.values("SELECT count(*) FROM soggetto") == ["0"])
        #expect(try amelia.store.refusedChanges().map(\.reason) == [.replaced])
    }

    @Test func `who knew of a delete says so though the copy is on its way when he compares himself`() throws {
        try loseDelete()
        _ = try amelia.sync()
        _ = try narni.sync()
        try settleAll([amelia, narni], rounds: 3)
        try expectListed([narni, amelia])
    }

    /// The hub makes the record of Narni's insert and Amelia's edit, and gives it a dot of its own.
    @Test func `who knew of a delete says so though the hub made the record anew of several changes`() throws {
        let backup = try ambito.backup()
        try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Avis', 'VOL')")
        try settleAll([narni, amelia], rounds: 1)
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try settleAll([amelia, otricoli], rounds: 1)
        try otricoli.sql("DELETE FROM soggetto")
        try settleAll([otricoli, narni], rounds: 1)

        try ambito.putBack(backup)
        for desk in [amelia, narni] { _ = try desk.sync(pulls: false) }
        try settleAll([narni, amelia], rounds: 3)
        for desk in [narni, amelia] {
            #expect(try desk.values("SELECT count(*) FROM soggetto") == ["0"])
            #expect(try desk.store.conflicts().isEmpty)
        }
    }

    /// A page brings the row that was just deleted here: it is older news, and nothing to forget the delete for.
    @Test func `a delete that is on its way stays known though a pull brings the row`() throws {
        try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Avis', 'VOL')")
        try settleAll([narni], rounds: 2)

        try ambito.hub.beginNewLife(now: ambito.now)
        try narni.sync(meanwhile: {
            try narni.sql("DELETE FROM soggetto")
            try narni.capture()
        })
        try settleAll([narni], rounds: 3)
        #expect(try narni.values("SELECT count(*) FROM soggetto") == ["0"])
        #expect(try narni.values("SELECT count(*) FROM zona_absent") == ["1"])
    }

    /// Its rows are those of the founding, and it has never heard of the hub's.
    @Test func `a new file whose first pull meets another life of the hub deletes nothing`() throws {
        let rows = try ambito.rows("comune")
        let late = try ambito.replica(of: "055022", "narni-2", syncs: false)

        try ambito.hub.beginNewLife(now: ambito.now)
        try settleAll([late, narni], rounds: 3)

        #expect(try ambito.rows("comune") == rows)
        #expect(try ambito.hub.comuni().contains(where: \.isCapofila))
        #expect(try narni.store.conflicts().isEmpty)
        try ambito.expectConverged(narni, late, tables: ["comune", "ambito_comune", "zona_conflict"])
    }
}
