import Foundation
import GRDB
import HubStore
import ReplicaStore
import SyncCore
import SyncWire
import Testing

/// When one frame may stand for a whole conversation.
@Suite struct PresenceTests {
    private func world() throws -> (ambito: Ambito, narni: Desk, amelia: Desk) {
        let ambito = try Ambito()
        let narni = try ambito.replica(of: "055022", "narni")
        let amelia = try ambito.replica(of: "055004", "amelia")
        try add("Caritas", narni)
        try settleAll([narni, amelia], rounds: 2)
        for desk in [narni, amelia] { try desk.knowKeys() }
        return (ambito, narni, amelia)
    }

    private func add(_ name: String, _ desk: Desk) throws {
        try desk.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(name)', 'VOL')")
    }

    @Test func `when nothing is new the hub says so, and counts it as a whole pull`() throws {
        let (ambito, narni, _) = try world()
        let number = try narni.store.state().number
        let before = try ambito.hub.replicas().first { $0.number == number }?.lastComplete

        ambito.now += 60_000
        let presence = try #require(try narni.presence())

        #expect(try ambito.hub.isQuiet(presence.frame(key: narni.key).bytes, now: ambito.now))
        let after = try ambito.hub.replicas().first { $0.number == number }?.lastComplete
        #expect(before != after && after == ambito.now)
    }

    @Test func `a delete is forgotten when all have passed it, though nothing but presences came since`() throws {
        let (ambito, narni, amelia) = try world()
        try narni.sql("DELETE FROM soggetto")
        for desk in [narni, amelia] { try desk.sync() }
        #expect(try ambito.hub.collect(now: ambito.now).collected == 0)

        for desk in [narni, amelia] {
            let presence = try #require(try desk.presence()).frame(key: desk.key).bytes
            #expect(try ambito.hub.isQuiet(presence, now: ambito.now))
        }

        #expect(try ambito.hub.collect(now: ambito.now).collected == 1)
    }

    @Test func `a row that somebody has open since before the last pull keeps a file from saying it passed all`() throws
    {
        let (ambito, narni, amelia) = try world()
        let table = try #require(amelia.store.catalog.table(named: "soggetto"))
        let open = try #require(try amelia.store.rows(of: table).first).id
        try amelia.store.touch(open, of: table, now: ambito.now)
        #expect(try amelia.presence() != nil)
        try add("Nuova", narni)
        try narni.sync()
        try amelia.sync()

        #expect(try amelia.presence() == nil)
        try amelia.store.endTouch(open, of: table)
        #expect(try amelia.presence() != nil)
    }

    @Test func `a file with something to say has no presence`() throws {
        let (_, narni, _) = try world()
        #expect(try narni.presence() != nil)
        try add("Nuova", narni)
        #expect(try narni.presence() == nil)
        try narni.capture()
        #expect(try narni.presence() == nil)
        try narni.sync()
        try narni.sync()
        #expect(try narni.presence() != nil)
    }

    @Test func `once a day a whole conversation is due`() throws {
        let (ambito, narni, _) = try world()
        ambito.now += 24 * 3_600_000
        #expect(try narni.presence() == nil)
    }

    @Test func `what somebody else wrote is news, and what one may not read is not`() throws {
        let (ambito, narni, amelia) = try world()
        let presence = try #require(try amelia.presence()).frame(key: amelia.key).bytes
        try narni.sql(
            """
            INSERT INTO personale_ambito(comune_id, anno, profilo, rapporto, fte_centesimi)
              SELECT comune, 2022, 'assistente_sociale', 'indeterminato', 150 FROM zona_state
            """)
        try narni.sync()
        #expect(try ambito.hub.isQuiet(presence, now: ambito.now))

        try add("Nuova", narni)
        try narni.sync()
        #expect(try !ambito.hub.isQuiet(presence, now: ambito.now))
    }

    @Test func `a refusal is news for whoever was refused`() throws {
        let (ambito, narni, amelia) = try world()
        let presence = try #require(try amelia.presence()).frame(key: amelia.key).bytes
        let number = Int64(bitPattern: try amelia.store.state().number.rawValue)
        let seq = try ambito.hub.seq() + 1
        try DatabaseQueue(path: ambito.folder + "/hub.sqlite").write { database in
            try database.execute(
                sql: """
                    INSERT INTO refusal(seq, number, counter, table_no, id, reason, detail, hub_has_row, is_hidden)
                    VALUES (\(seq), \(number), 1, 10, x'00000000000000000000000000000001', 1, '', 0, 1)
                    """)
        }
        #expect(try !ambito.hub.isQuiet(presence, now: ambito.now))
        let others = try #require(try narni.presence()).frame(key: narni.key).bytes
        #expect(try ambito.hub.isQuiet(others, now: ambito.now))
    }

    @Test func `an old one, one of another life and one of a hub that was put back ask for a conversation`() throws {
        let (ambito, narni, _) = try world()
        let backup = try ambito.backup()
        let presence = try #require(try narni.presence()).frame(key: narni.key).bytes
        #expect(try !ambito.hub.isQuiet(presence, now: ambito.now + 11 * 60_000))
        #expect(try !ambito.hub.isQuiet(presence, now: ambito.now - 11 * 60_000))
        try add("Nuova", narni)
        try narni.sync()
        try narni.sync()
        let later = try #require(try narni.presence()).frame(key: narni.key).bytes
        #expect(try ambito.hub.isQuiet(later, now: ambito.now))
        #expect(try !ambito.hub.isQuiet(presence, now: ambito.now))

        try ambito.putBack(backup, withoutAWord: true)
        #expect(try !ambito.hub.isQuiet(later, now: ambito.now))
        try ambito.putBack(backup)
        #expect(try !ambito.hub.isQuiet(presence, now: ambito.now))
    }

    @Test func `who was revoked is told, and a frame by another key is refused`() throws {
        let (ambito, narni, amelia) = try world()
        let presence = try #require(try amelia.presence())
        #expect { try ambito.hub.isQuiet(presence.frame(key: narni.key).bytes, now: ambito.now) } throws: {
            ($0 as? Problem)?.code == .malformed || ($0 as? Problem)?.code == .wrongSignature
        }
        try ambito.hub.revoke(try amelia.store.state().number, now: ambito.now)
        #expect { try ambito.hub.isQuiet(presence.frame(key: amelia.key).bytes, now: ambito.now) } throws: {
            ($0 as? Problem)?.code == .revoked
        }
    }

    /// The promise itself, over random plays: where the hub says that nothing is new, a whole sync brings nothing.
    @Test(arguments: 1...6) func `after a quiet answer a whole sync brings nothing`(_ seed: UInt64) throws {
        var play = try Play(seed: seed)
        let ambito = play.ambito
        var quiet = 0
        for _ in 0..<40 {
            try play.run(steps: 3)
            for desk in play.desks {
                try desk.knowKeys()
                guard let presence = try desk.presence(),
                    try ambito.hub.isQuiet(presence.frame(key: desk.key).bytes, now: ambito.now)
                else { continue }
                quiet += 1
                let before = try desk.everything()
                let applied = try desk.sync()
                #expect(applied.rows == 0 && applied.deleted == 0 && applied.refused == 0)
                #expect(try desk.everything() == before)
            }
        }
        #expect(quiet > 0)
    }
}

extension Desk {
    fileprivate func presence() throws -> Presence? { try store.presence(now: ambito.now) }

    /// As after a sync over the network, which exchanges the sealing keys.
    fileprivate func knowKeys() throws {
        let hub = KeyCard(ambito: try store.state().ambito, of: ambito.hubKey)
        try store.keepHubSealingKey(hub.sealingKey, exchangedWith: try store.state().incarnation)
    }
}
