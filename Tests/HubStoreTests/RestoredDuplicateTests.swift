import Foundation
import HubStore
import ReplicaStore
import SyncCore
import Testing

/// Duplicates that are merged while a restored hub gets back what it lacks.
@Suite struct RestoredDuplicateTests {
    private let a = "0190a000-0000-7000-8000-00000000000a"
    private let b = "0190a000-0000-7000-8000-00000000000b"
    private let ambito: Ambito
    private let narni: Desk
    private let amelia: Desk

    init() throws {
        ambito = try Ambito()
        narni = try ambito.replica(of: "055022", "narni")
        amelia = try ambito.replica(of: "055004", "amelia")
    }

    private func add(_ desk: Desk, _ id: String, telefono: String) throws {
        try desk.sql(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto, codice_fiscale, telefono)
            VALUES ('\(id)', 'Croce Verde', 'VOL', '12345678901', '\(telefono)')
            """)
    }

    private func merge(_ conflict: Conflict) throws {
        _ = try narni.store.merge(conflict, keeping: 0, [], note: "", by: Operator("ufficio"), now: ambito.now)
    }

    private func duplicate() throws -> Conflict {
        try #require(try narni.store.conflicts().first { $0.kind == "duplicate" })
    }

    /// The hub is rebuilt, and who has compared himself has not sent yet what it lacks.
    @Test func `records that are to be given back are not merged before they are there`() throws {
        try add(amelia, a, telefono: "1")
        try add(narni, b, telefono: "2")
        try settleAll([narni, amelia], rounds: 2)
        let conflict = try duplicate()

        try ambito.rebuild()
        try narni.sync()
        #expect(throws: ReplicaStoreError.self) { try merge(conflict) }
        try settleAll([narni, amelia], rounds: 2)
        try merge(try duplicate())
        try settleAll([narni, amelia], rounds: 2)

        #expect(try narni.store.refusedChanges().isEmpty)
        for desk in [narni, amelia] { #expect(try desk.values("SELECT id FROM soggetto") == ["\"\(a)\""]) }
    }

    /// Only Narni has the survivor as it was last; the page of the restored hub, with an older one, is on its way.
    @Test func `a merge that is written while a restored hub is compared is no copy`() throws {
        let otricoli = try ambito.replica(of: "055024", "otricoli")
        try add(amelia, a, telefono: "1")
        try add(narni, b, telefono: "2")
        try settleAll([narni, amelia, otricoli], rounds: 2)
        let backup = try ambito.backup()
        try otricoli.sql("UPDATE soggetto SET telefono = '3' WHERE id = '\(a)'")
        try settleAll([otricoli, narni], rounds: 1)
        let conflict = try duplicate()

        try ambito.putBack(backup)
        try narni.sync(meanwhile: { try merge(conflict) })
        try settleAll([narni, amelia], rounds: 2)

        #expect(try narni.store.refusedChanges().isEmpty)
        for desk in [narni, amelia] {
            #expect(try desk.values("SELECT id, telefono FROM soggetto") == ["\"\(a)\"|\"3\""])
        }
    }
}
