import Foundation
import GRDB
import HubStore
import ReplicaStore
import SyncCore
import SyncWire
import Testing

/// The files of `Tests/Fixtures`: what released programs have written must be opened, and synchronised, for ever.
///
/// Each release adds its hub and one of its replicas, with work in every state: acknowledged, sent and not acknowledged, captured, pending, on
/// screen. The hub's key has the seed of 32 bytes 07, the replica's that of 32 bytes 0c.
@Suite struct FixtureFileTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    private func scene(_ release: String) throws -> (ambito: Ambito, replica: Desk) {
        let ambito = try Ambito(hubFile: Self.folder.appendingPathComponent("hub-\(release).sqlite").path)
        let file = ambito.folder + "/replica.sqlite"
        try FileManager.default.copyItem(
            atPath: Self.folder.appendingPathComponent("replica-\(release).sqlite").path, toPath: file)
        let key = try #require(SigningKey(seed: [UInt8](repeating: 12, count: 32)))
        return (ambito, Desk(ambito: ambito, store: try ReplicaStore(path: file), key: key))
    }

    @Test(arguments: ["v1"]) func `The files of a release are opened, synchronised, and converge`(_ release: String)
        throws
    {
        let (ambito, replica) = try scene(release)
        #expect(try replica.value("SELECT count(*) FROM zona_outbox") == "5")
        #expect(try replica.store.state().acknowledgedCounter == 5)

        try replica.sync()
        try replica.sync()
        let other = try ambito.replica(of: "055024", "otricoli")

        #expect(
            try other.values("SELECT denominazione, telefono FROM soggetto ORDER BY id") == [
                "\"Croce Verde di Amelia\"|\"0744 1\"", "\"Banca del Tempo\"|\"0744 999\"", "\"Nuova\"|NULL",
            ])
        #expect(
            try other.values("SELECT titolo, descrizione FROM obiettivo ORDER BY id") == [
                "\"Legami da Amelia\"|\"uno\"", "\"Case da Amelia\"|\"due da Narni\"", "\"Scuole\"|\"tre\"",
            ])
        #expect(try other.store.conflicts().map(\.columns) == [["titolo"]])
        #expect(try replica.value("SELECT count(*) FROM zona_pending") == "0")
        try ambito.expectConverged(
            replica, other, tables: ["soggetto", "obiettivo", "comune", "vocabolario", "zona_conflict"])
    }

    @Test(arguments: ["v1"]) func `The files of a release become a later schema, with all that waits in them`(
        _ release: String
    ) throws {
        let (ambito, replica) = try scene(release)
        let added = TwoSchemas.product
        try ambito.upgradeHub(to: added)
        let upgraded = try replica.reopened(files: added)
        try upgraded.sql("UPDATE obiettivo SET urgenza = 3 WHERE titolo = 'Scuole'")

        try upgraded.sync()
        try upgraded.sync()
        let other = try ambito.replica(of: "055024", "otricoli", files: added)

        #expect(
            try other.values("SELECT titolo, urgenza FROM obiettivo ORDER BY id") == [
                "\"Legami da Amelia\"|1", "\"Case da Amelia\"|1", "\"Scuole\"|3",
            ])
        try ambito.expectConverged(upgraded, other, tables: ["soggetto", "obiettivo", "zona_conflict"])
    }
}
