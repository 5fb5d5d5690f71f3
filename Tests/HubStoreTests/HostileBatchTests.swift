import HubStore
import ReplicaStore
import SyncCore
import SyncSession
import SyncWire
import Testing

/// Batches that only somebody with a replica's key and bad intentions can make. The hub refuses them and goes on.
@Suite struct HostileBatchTests {
    private struct Scene {
        let ambito: Ambito
        let desk: Desk
        let peer: HubSession.Peer
    }

    private func scene(former: [ReplicaNumber] = []) throws -> Scene {
        let ambito = try Ambito()
        let desk = try ambito.replica(of: "055004", "amelia")
        try desk.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Uno', 'VOL')")
        try desk.capture()
        return Scene(ambito: ambito, desk: desk, peer: try peer(of: desk, in: ambito, former: former))
    }

    private func peer(of desk: Desk, in ambito: Ambito, former: [ReplicaNumber] = []) throws -> HubSession.Peer {
        let state = try desk.store.state()
        let nonce = [UInt8](repeating: 3, count: 32)
        let greeting = ClientGreeting(
            nonce: nonce, certificate: state.certificate, number: state.number, formerNumbers: former,
            incarnation: state.incarnation, acknowledgedCounter: 0, acknowledgedHash: Hash.none, cursor: state.cursor,
            logHash: state.logHash, oldest: 0, schemaVersion: 1)
        return try ambito.hub.greet(
            greeting.frame(key: desk.key).bytes, now: ambito.now, session: [UInt8](repeating: 1, count: 16),
            isOurNonce: { $0 == nonce }
        ).peer
    }

    /// The waiting batch with another header, signed by `key`.
    private func forged(
        _ desk: Desk, after stored: UInt64 = 0, key: SigningKey? = nil, _ change: (inout BatchHeader) -> Void
    ) throws -> [UInt8] {
        let frame = try Frame(reading: try #require(try desk.store.batch(after: stored)).bytes, kind: .batch)
        var reader = frame.header
        var header = try BatchHeader(reading: &reader, after: nil)
        let body = try frame.body(size: header.bodyBytes)
        change(&header)
        return Frame(.batch, header: header.encoded(after: nil), body: body, key: key ?? desk.key).bytes
    }

    private func expect(
        _ code: Problem.Code, _ scene: Scene, offset: Int64 = 0, of bytes: [UInt8], from peer: HubSession.Peer? = nil
    ) throws {
        #expect(
            performing: {
                _ = try scene.ambito.hub.accept(bytes, from: peer ?? scene.peer, offset: offset, now: scene.ambito.now)
            }, throws: { ($0 as? Problem)?.code == code })
        #expect(try scene.ambito.rows("soggetto") == [])
    }

    @Test func `A number over 63 bits is refused`() throws {
        let scene = try scene()
        for number in [UInt64.max, 1 << 63, 0] {
            try expect(
                .unknownReplica, scene,
                of: try forged(scene.desk) {
                    $0.number = ReplicaNumber(rawValue: number)
                })
        }
        try scene.desk.sync()
        #expect(try scene.ambito.rows("soggetto").count == 1)
    }

    @Test func `A clock that no sum can hold is refused`() throws {
        let scene = try scene()
        let batch = try #require(try scene.desk.store.batch(after: 0)).bytes
        try expect(.clockUnusable, scene, offset: .min, of: batch)
        try expect(.clockUnusable, scene, offset: .max, of: batch)
        try expect(.clockUnusable, scene, of: try forged(scene.desk) { $0.offset = .min })
        try expect(.clockUnusable, scene, offset: .max, of: try forged(scene.desk) { $0.offset = .min })
        try scene.desk.sync()
        #expect(try scene.ambito.rows("soggetto").count == 1)
    }

    @Test func `Who names another's number as his former one cannot send under it`() throws {
        let scene = try scene()
        let thief = try scene.ambito.replica(of: "055024", "otricoli")
        let number = try scene.desk.store.state().number
        #expect {
            _ = try peer(of: thief, in: scene.ambito, former: [number])
        } throws: { ($0 as? Problem)?.code == .unknownReplica }
        try expect(
            .unknownReplica, scene, of: try forged(scene.desk, key: thief.key) { _ in },
            from: try peer(of: thief, in: scene.ambito))
        try scene.desk.sync()
        #expect(try scene.ambito.rows("soggetto").count == 1)
    }

    @Test func `A batch that names a unit that is folded already does not fold it again`() throws {
        let scene = try scene()
        try scene.desk.sync(pulls: false)
        let rows = try scene.ambito.rows("soggetto")
        try scene.desk.sql("UPDATE soggetto SET denominazione = 'Due'")
        try scene.desk.capture()
        let bytes = try forged(scene.desk, after: 1) { $0.unit = 1 }
        #expect(
            performing: {
                _ = try scene.ambito.hub.accept(bytes, from: scene.peer, offset: 0, now: scene.ambito.now)
            }, throws: { ($0 as? Problem)?.code == .malformed })
        #expect(try scene.ambito.rows("soggetto") == rows)
        try scene.desk.sync()
        #expect(try scene.ambito.rows("soggetto") != rows)
    }
}
