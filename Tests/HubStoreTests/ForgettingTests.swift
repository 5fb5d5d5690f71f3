import Foundation
import HubStore
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncWire
import Testing

/// Tombstones go when nobody can ask for them any more; who was away for longer starts afresh.
@Suite struct ForgettingTests {
    private func world() throws -> (ambito: Ambito, narni: Desk, amelia: Desk, otricoli: Desk) {
        let ambito = try Ambito()
        let narni = try ambito.replica(of: "055022", "narni")
        let amelia = try ambito.replica(of: "055004", "amelia")
        let otricoli = try ambito.replica(of: "055024", "otricoli")
        for name in ["Caritas", "errore"] {
            try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(name)', 'VOL')")
        }
        try settleAll([narni, amelia, otricoli], rounds: 2)
        return (ambito, narni, amelia, otricoli)
    }

    private func delete(_ desk: Desk) throws {
        try desk.sql("DELETE FROM soggetto WHERE denominazione = 'errore'")
        try desk.sync()
    }

    @Test func `a tombstone stays until every active replica has passed it`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try delete(narni)
        try settleAll([narni, amelia], rounds: 2)
        #expect(try ambito.hub.collect(now: ambito.now).collected == 0)

        try settleAll([otricoli, narni, amelia], rounds: 2)
        let collected = try ambito.hub.collect(now: ambito.now)

        #expect(collected.collected == 1)
        #expect(collected.horizon > 0)
        try settleAll([narni, amelia, otricoli])
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `who was retired and comes back starts afresh, with its work`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try delete(narni)
        try settleAll([narni, amelia], rounds: 2)
        try otricoli.sql("UPDATE soggetto SET telefono = '1' WHERE denominazione = 'Caritas'")
        try ambito.hub.retire(try otricoli.store.state().number, now: ambito.now)
        #expect(try ambito.hub.collect(now: ambito.now).collected == 1)

        try otricoli.sync()

        #expect(otricoli.events == [.startedAfresh])
        try settleAll([narni, amelia, otricoli])
        #expect(try narni.values("SELECT denominazione || '/' || telefono FROM soggetto") == ["\"Caritas/1\""])
        #expect(try narni.store.conflicts().isEmpty)
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `who starts afresh and never heard that his insert arrived deletes it all the same`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try delete(narni)
        try settleAll([narni, amelia], rounds: 2)
        try otricoli.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('sbaglio', 'VOL')")
        #expect(throws: LostAnswer.self) { try otricoli.sync(losing: 1) }
        try otricoli.sql("DELETE FROM soggetto WHERE denominazione = 'sbaglio'")
        try ambito.hub.retire(try otricoli.store.state().number, now: ambito.now)
        #expect(try ambito.hub.collect(now: ambito.now).collected == 1)

        try otricoli.sync()

        #expect(otricoli.events == [.startedAfresh])
        try settleAll([narni, amelia, otricoli])
        #expect(try narni.values("SELECT denominazione FROM soggetto") == ["\"Caritas\""])
        #expect(try narni.store.conflicts().isEmpty)
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `an edit of a record that is forgotten comes back whole, and is listed`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try delete(narni)
        try settleAll([narni, amelia], rounds: 2)
        try otricoli.sql("UPDATE soggetto SET telefono = '1' WHERE denominazione = 'errore'")
        try otricoli.capture()
        try ambito.hub.retire(try otricoli.store.state().number, now: ambito.now)
        _ = try ambito.hub.collect(now: ambito.now)

        try settleAll([otricoli, narni, amelia])

        #expect(
            try narni.values("SELECT denominazione || '/' || telefono FROM soggetto WHERE telefono = '1'")
                == ["\"errore/1\""])
        #expect(try narni.store.conflicts().map(\.kind) == ["edit-delete"])
        try expectSame([narni, amelia, otricoli])
    }

    @Test func `an open conflict or a living child keeps a tombstone`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try delete(narni)
        try amelia.sql("UPDATE soggetto SET telefono = '1' WHERE denominazione = 'errore'")
        try settleAll([amelia, narni, otricoli])
        let conflict = try #require(try narni.store.conflicts().first)
        #expect(conflict.kind == "edit-delete")
        try narni.sql("DELETE FROM soggetto WHERE denominazione = 'errore'")
        try settleAll([narni, amelia, otricoli])

        #expect(try ambito.hub.collect(now: ambito.now).collected == 0)
        let now = try #require(try narni.store.conflicts().first)
        try narni.store.resolve(now, .shown, note: "", by: Operator("anna"), now: ambito.now)
        try settleAll([narni, amelia, otricoli])

        #expect(try ambito.hub.collect(now: ambito.now).collected == 1)
    }

    @Test func `a retired number that is not there is refused`() throws {
        let (ambito, _, _, _) = try world()

        #expect(throws: HubStoreError.self) { try ambito.hub.retire(ReplicaNumber(rawValue: 4), now: ambito.now) }
    }
}
