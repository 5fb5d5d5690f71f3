import HubStore
import ReplicaStore
import SyncCore
import Testing

/// Spending that only its comune and the capofila read, of a card that everybody may delete.
@Suite struct PrivateChildTests {
    /// Amelia has spent on the card, Otricoli cannot know, and deletes it.
    private func world(isSeen: Bool = true) throws -> DomainWorld {
        let world = try DomainWorld()
        func spend() throws {
            try world.amelia.sql(
                """
                INSERT INTO movimento_spesa(comune_id, annualita_id, intervento_id, fonte, fase, importo_cent, data)
                    SELECT comune, '\(DomainWorld.year)', '\(DomainWorld.card)', 'FNPS', 'pagamento', 100, '2022-05-02'
                    FROM zona_state
                """)
        }
        if isSeen {
            try spend()
            try world.settle()
        }
        try world.otricoli.sql("DELETE FROM intervento")
        if !isSeen { try spend() }
        try world.settle()
        return world
    }

    @Test(arguments: [false, true])
    func `Who cannot see what was spent on a card deletes it in vain`(_ isSeen: Bool) throws {
        let world = try world(isSeen: isSeen)

        for desk in world.all { #expect(try desk.rows("intervento").count == 1) }
        #expect(try world.amelia.store.conflicts().map(\.kind) == ["orphan"])
        #expect(try world.otricoli.store.conflicts().isEmpty)
    }

    @Test func `Who decides that the card stays tells nobody what was spent`() throws {
        let world = try world()
        let orphan = try #require(try world.amelia.store.conflicts().first)

        try world.amelia.store.resolve(orphan, .shown, note: "", by: Operator("anna"), now: world.ambito.now)
        try world.settle()

        #expect(try world.capofila.store.conflicts(onlyOpen: false).map(\.state) == ["decided"])
        #expect(try world.otricoli.store.conflicts(onlyOpen: false).isEmpty)
        #expect(try world.otricoli.values("SELECT count(*) FROM zona_decision") == ["0"])
        for desk in world.all { #expect(try desk.rows("intervento").count == 1) }
    }
}
