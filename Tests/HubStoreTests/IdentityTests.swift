import Foundation
import HubStore
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncWire
import Testing

/// Files that were copied or put back: noticed at the first contact, nothing lost, no conflict where nothing diverged.
@Suite struct IdentityTests {
    private func world() throws -> (ambito: Ambito, narni: Desk, amelia: Desk, otricoli: Desk) {
        let ambito = try Ambito()
        let narni = try ambito.replica(of: "055022", "narni")
        let amelia = try ambito.replica(of: "055004", "amelia")
        let otricoli = try ambito.replica(of: "055024", "otricoli")
        try add("Caritas", narni)
        try settleAll([narni, amelia, otricoli], rounds: 2)
        return (ambito, narni, amelia, otricoli)
    }

    private func add(_ name: String, _ desk: Desk) throws {
        try desk.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(name)', 'VOL')")
    }

    private func names(_ desk: Desk) throws -> [String] {
        try desk.values("SELECT denominazione FROM soggetto ORDER BY denominazione")
    }

    @Test func `of two copies of a file both go on, and nothing is lost`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let twin = try amelia.copy("copia")
        try add("originale", amelia)
        try amelia.sync()
        try add("copia", twin)
        let before = try twin.store.state().number

        try twin.sync()

        #expect(twin.events == [.forked])
        #expect(try twin.store.state().number != before)
        try settleAll([amelia, twin, narni, otricoli])
        #expect(try names(narni) == ["\"Caritas\"", "\"copia\"", "\"originale\""])
        #expect(try narni.store.conflicts().isEmpty)
        try expectSame([narni, amelia, twin, otricoli])
        _ = ambito
    }

    @Test func `with another replica's key nothing is captured, and with the right one all goes on`() throws {
        let (_, narni, amelia, otricoli) = try world()
        try add("con la chiave di un altro", amelia)

        let error = #expect(throws: ReplicaStoreError.self) {
            try amelia.store.capture(key: otricoli.key, now: amelia.ambito.now)
        }

        #expect(error?.code == .otherKey)
        #expect(error?.context.contains("amelia.sqlite.key") == true)
        try settleAll([amelia, narni])
        #expect(try names(narni).contains("\"con la chiave di un altro\""))
    }

    @Test func `a batch of this file that a conversation does not know yet is not another copy's`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        var conversation = try Conversation(store: amelia.store, key: amelia.key, now: ambito.now)
        var line = Line(ambito: ambito)
        var request = try conversation.begin()
        try add("intanto", amelia)
        try amelia.sync()
        let before = try amelia.store.state().number

        while let asked = request {
            request = try conversation.receive(try line.answer(asked), sentAt: ambito.now, now: ambito.now)
        }

        #expect(conversation.summary.events.isEmpty && conversation.beginsAgain)
        #expect(try amelia.store.state().number == before)
        try add("dopo", amelia)
        try settleAll([amelia, narni, otricoli])
        #expect(amelia.events.isEmpty)
        #expect(try names(narni) == ["\"Caritas\"", "\"dopo\"", "\"intanto\""])
        #expect(try narni.store.conflicts().isEmpty)
        try expectSame([amelia, narni, otricoli])
    }

    /// The hub knows nothing of the later history of the file, and others do: its numbers must not be used once more.
    @Test func `what a file writes that was put back together with the hub is not taken for what it wrote before`()
        throws
    {
        let (ambito, narni, amelia, otricoli) = try world()
        let backup = try ambito.backup()
        let back = try amelia.copy("di ieri")
        try amelia.sql("UPDATE soggetto SET pec = 'a'")
        try amelia.sync()
        try amelia.sql("UPDATE soggetto SET pec = 'b'")
        try amelia.sync()
        try otricoli.sync()
        try ambito.putBack(backup)
        try back.sql("UPDATE soggetto SET telefono = '9'")

        try settleAll([back, otricoli, narni], rounds: 2)

        let listed = try narni.store.conflicts().flatMap(\.other.values)
        #expect(
            try narni.values("SELECT telefono FROM soggetto") == ["\"9\""] || listed.contains(.text("9")), "\(listed)")
        let kept = try otricoli.store.refusedChanges().flatMap(\.values).map(\.value)
        #expect(try narni.values("SELECT pec FROM soggetto") == ["\"b\""] || kept.contains(.text("b")))
        try expectSame([back, otricoli, narni])
    }

    @Test func `a batch counts as offered once it was about to leave the file, over a line or on a stick`() throws {
        let (ambito, narni, amelia, _) = try world()
        func offered(_ desk: Desk) throws -> [String] {
            try desk.values(
                "SELECT is_offered FROM zona_outbox WHERE number = (SELECT number FROM zona_state) "
                    + "AND last_counter > (SELECT acknowledged_counter FROM zona_state) ORDER BY last_counter")
        }
        try add("prima", amelia)
        try amelia.capture()
        #expect(try offered(amelia) == ["0"])
        #expect(throws: LostAnswer.self) { try amelia.sync(losing: 1) }
        #expect(try offered(amelia) == ["1"])
        try add("poi", amelia)
        try amelia.capture()
        #expect(try offered(amelia) == ["1", "0"])

        try add("a mano", narni)
        try narni.capture()
        try StickRunner(store: narni.store, key: narni.key).frames { _, _ in }
        #expect(try offered(narni) == ["1"])
        _ = ambito
    }

    @Test func `what both copies had captured before is not doubled and no conflict`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.capture()
        let twin = try amelia.copy("copia")
        try amelia.sync()
        try add("originale", amelia)
        try amelia.sync()

        try twin.sync()

        #expect(twin.events == [.forked])
        try settleAll([amelia, twin, narni, otricoli])
        #expect(try narni.store.conflicts(onlyOpen: false).isEmpty)
        #expect(try narni.values("SELECT telefono FROM soggetto WHERE denominazione = 'Caritas'") == ["\"1\""])
        try expectSame([narni, amelia, twin, otricoli])
        _ = ambito
    }

    @Test func `a file put back from its backup takes a new number and gets its own later work back`() throws {
        let (ambito, narni, amelia, otricoli) = try world()
        let old = try amelia.copy("vecchia")
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try add("dopo", amelia)
        try amelia.sync()
        try narni.sync()

        try old.sql("UPDATE soggetto SET pec = 'a@b.it'")
        try old.sync()

        #expect(old.events == [.forked])
        try settleAll([old, narni, otricoli])
        #expect(try names(old) == ["\"Caritas\"", "\"dopo\""])
        #expect(
            try old.values("SELECT telefono || '/' || pec FROM soggetto WHERE denominazione = 'Caritas'")
                == ["\"1/a@b.it\""])
        #expect(try narni.store.conflicts().isEmpty)
        try expectSame([old, narni, otricoli])
        _ = ambito
    }

    @Test func `an insert that a copy captured and then deleted is deleted everywhere`() throws {
        let (_, narni, amelia, otricoli) = try world()
        try add("errore", amelia)
        try amelia.capture()
        let twin = try amelia.copy("copia")
        try amelia.sync()
        try add("altro", amelia)
        try amelia.sync()
        try twin.sql("DELETE FROM soggetto WHERE denominazione = 'errore'")

        try twin.sync()

        try settleAll([amelia, twin, narni, otricoli])
        #expect(try names(narni) == ["\"Caritas\"", "\"altro\""])
        try expectSame([narni, amelia, twin, otricoli])
    }

    @Test func `two copies that write the same field make one conflict`() throws {
        let (_, narni, amelia, otricoli) = try world()
        let twin = try amelia.copy("copia")
        try amelia.sql("UPDATE soggetto SET telefono = '1'")
        try amelia.sync()
        try twin.sql("UPDATE soggetto SET telefono = '2'")

        try settleAll([twin, amelia, narni, otricoli])

        #expect(try narni.store.conflicts().count == 1)
        try expectSame([narni, amelia, twin, otricoli])
    }
}
