import Foundation
import HubStore
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncSession
import SyncWire
import Testing

/// Greetings and keys that come on a stick: perhaps late, perhaps again.
@Suite struct StickGreetingTests {
    private let ambito: Ambito
    private let amelia: Desk

    init() throws {
        ambito = try Ambito()
        amelia = try ambito.replica(of: "055004", "amelia")
    }

    private func bundle() throws -> [[UInt8]] {
        try amelia.capture()
        var frames: [[UInt8]] = []
        try StickRunner(store: amelia.store, key: amelia.key).frames { frame, _ in frames.append(frame) }
        return frames
    }

    private func add(_ name: String) throws {
        try amelia.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(name)', 'VOL')")
    }

    private var cursor: UInt64 {
        get throws { try #require(try ambito.hub.replicas().first { $0.comuneName == "Amelia" }).cursor }
    }

    @Test func `a greeting from a drawer moves nothing back, and its batches are known`() throws {
        try add("Uno")
        let old = try bundle()
        try amelia.sync()
        try add("Due")
        try amelia.sync()
        let known = try cursor

        let (peer, isOlder) = try ambito.hub.greetFromStick(old[0], now: ambito.now)

        #expect(isOlder)
        #expect(try cursor == known)
        for batch in old.dropFirst() {
            let isNew = try ambito.hub.acceptFromStick(batch, from: peer, now: ambito.now).isNew
            #expect(!isNew)
        }
        try add("Tre")
        try amelia.sync()
        #expect(try ambito.rows("soggetto").count == 3)
    }

    @Test func `the same greeting again wakes no number that was retired, one with something new does`() throws {
        try add("Uno")
        let first = try bundle()
        let peer = try ambito.hub.greetFromStick(first[0], now: ambito.now).peer
        for batch in first.dropFirst() { _ = try ambito.hub.acceptFromStick(batch, from: peer, now: ambito.now) }
        try ambito.hub.retire(peer.greeting.number, now: ambito.now)
        func recipients() throws -> [ReplicaNumber] { try ambito.hub.stickRecipients().map(\.number) }

        _ = try ambito.hub.greetFromStick(first[0], now: ambito.now)
        #expect(try recipients() == [])

        try add("Due")
        let second = try bundle()
        _ = try ambito.hub.greetFromStick(second[0], now: ambito.now)
        #expect(try recipients() == [])
        _ = try ambito.hub.acceptFromStick(try #require(second.last), from: peer, now: ambito.now)
        #expect(try recipients() == [peer.greeting.number])
    }

    @Test func `a greeting from a stick opens no conversation over the network`() throws {
        let greeting = try bundle()[0]

        let problem = #expect(throws: Problem.self) {
            try ambito.hub.greet(
                greeting, now: ambito.now, session: [UInt8](repeating: 1, count: 16), isOurNonce: { _ in false })
        }

        #expect(problem?.code == .sessionUnknown)
    }

    @Test func `a greeting over the network does not pass for one from a stick`() throws {
        let frames = try bundle()
        var greeting = try ClientGreeting(reading: Frame(reading: frames[0], kind: .clientGreeting))
        greeting.nonce = [UInt8](repeating: 9, count: 32)

        let problem = #expect(throws: Problem.self) {
            _ = try ambito.hub.greetFromStick(greeting.frame(key: amelia.key).bytes, now: ambito.now)
        }

        #expect(problem?.code == .sessionUnknown)
    }

    @Test func `a sealing key is believed from its holder alone`() throws {
        let peer = try ambito.hub.greetFromStick(bundle()[0], now: ambito.now).peer
        let stranger = try #require(SigningKey(seed: [UInt8](repeating: 77, count: 32)))
        let id = ambito.hub.identity.ambito
        let forged = KeyCard(ambito: id, holder: amelia.key.publicKey, sealingKey: stranger.openingKey.sealingKey)

        for card in [KeyCard(ambito: id, of: stranger).frame(key: stranger), forged.frame(key: stranger)] {
            let problem = #expect(throws: Problem.self) {
                _ = try ambito.hub.exchangeKeys(card.bytes, with: peer)
            }
            #expect(problem?.code == .wrongSignature)
        }
        #expect(try ambito.hub.stickRecipients().first?.sealingKey == nil)

        let answer = try ambito.hub.exchangeKeys(
            KeyCard(ambito: id, of: amelia.key).frame(key: amelia.key).bytes, with: peer)
        #expect(try ambito.hub.stickRecipients().first?.sealingKey == amelia.key.openingKey.sealingKey)
        let card = try KeyCard(answer.bytes, of: ambito.hub.identity.key, in: id)
        #expect(card.sealingKey == ambito.hubKey.openingKey.sealingKey)
    }
}
