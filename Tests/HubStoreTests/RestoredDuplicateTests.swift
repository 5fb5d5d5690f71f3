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

    private func duplicates() throws -> [Conflict] {
        try narni.store.conflicts().filter { $0.kind == "duplicate" }
    }

    /// What follows the state is not given back: the hub lists it as soon as both are there again.
    @Test func `duplicates are listed again when both are back, and nothing is refused`() throws {
        try add(amelia, a, telefono: "1")
        try add(narni, b, telefono: "2")
        try settleAll([narni, amelia], rounds: 2)
        #expect(try duplicates().count == 1)

        try ambito.rebuild()
        try narni.sync()
        #expect(try duplicates().isEmpty)
        try settleAll([narni, amelia], rounds: 2)
        try merge(try #require(try duplicates().first))
        try settleAll([narni, amelia], rounds: 2)

        #expect(try narni.store.refusedChanges().isEmpty)
        for desk in [narni, amelia] { #expect(try desk.values("SELECT id FROM soggetto") == ["\"\(a)\""]) }
    }

    /// Only Narni has the survivor as it was last; the restored hub has an older one. She merges while its page is on the
    /// way, or when she has compared herself and the row waits to be given back.
    @Test(arguments: [true, false])
    func `a merge of what a restored hub has older is no copy`(meanwhile: Bool) throws {
        let otricoli = try ambito.replica(of: "055024", "otricoli")
        try add(amelia, a, telefono: "1")
        try add(narni, b, telefono: "2")
        try settleAll([narni, amelia, otricoli], rounds: 2)
        let backup = try ambito.backup()
        try otricoli.sql("UPDATE soggetto SET telefono = '3' WHERE id = '\(a)'")
        try settleAll([otricoli, narni], rounds: 1)
        let conflict = try #require(try duplicates().first)

        try ambito.putBack(backup)
        try narni.sync(meanwhile: { if meanwhile { try merge(conflict) } })
        if !meanwhile {
            #expect(try narni.values("SELECT id FROM zona_pending WHERE is_copy") == ["\"\(a)\""])
            try merge(conflict)
        }
        try settleAll([narni, amelia], rounds: 2)

        #expect(try narni.store.refusedChanges().isEmpty)
        for desk in [narni, amelia] {
            #expect(try desk.values("SELECT id, telefono FROM soggetto") == ["\"\(a)\"|\"3\""])
        }
    }
}
