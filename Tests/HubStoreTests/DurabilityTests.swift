import Foundation
import GRDB
import SyncWire
import Testing

@testable import HubStore

/// What a power cut must not take.
@Suite struct DurabilityTests {
    private func synchronous(_ hub: HubStore) throws -> Int? {
        try hub.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
    }

    @Test func `A hub waits for the disk before it says that it took something`() throws {
        let ambito = try Ambito()
        let whenMade = try synchronous(ambito.hub)
        try ambito.hub.close()
        ambito.hub = try HubStore(path: ambito.folder + "/hub.sqlite", key: ambito.hubKey)

        let full = 2
        #expect(whenMade == full)
        #expect(try synchronous(ambito.hub) == full)
    }

    @Test func `A founding that was cut short is done again, and leaves nothing behind`() throws {
        let ambito = try Ambito()
        let folder = ambito.folder + "/new"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for suffix in ["", "-wal", "-shm"] {
            try Data("not yet a hub".utf8).write(to: URL(filePath: folder + "/hub.sqlite.new" + suffix))
        }

        let hub = try HubStore.create(
            at: folder + "/hub.sqlite", founding: Ambito.founding, key: ambito.hubKey, now: ambito.now)

        #expect(try hub.comuni().count == Ambito.comuni.count)
        try hub.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.contains("hub.sqlite"))
        #expect(names.filter { $0.contains(".new") }.isEmpty)
    }
}
