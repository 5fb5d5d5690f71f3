import Foundation
import GRDB
import HubStore
import ReplicaStore
import ReplicaSync
import Schema
import SyncCore
import SyncWire
import Testing

// What goes wrong outside: files copied and put back.
extension Ambito {
    /// A copy of the hub's file as it is.
    func backup() throws -> String {
        let path = folder + "/backup-\(UUID().uuidString)"
        try DatabaseQueue(path: folder + "/hub.sqlite").vacuum(into: path)
        return path
    }

    /// The hub's file becomes the copy again, as `zona-server restore` does it, or without a word.
    func putBack(_ backup: String, withoutAWord: Bool = false, files: [Schema.File] = Schema.synced) throws {
        try hub.close()
        try removeHub()
        try FileManager.default.copyItem(atPath: backup, toPath: folder + "/hub.sqlite")
        hub = try HubStore(path: folder + "/hub.sqlite", key: hubKey, files: files)
        if !withoutAWord { try hub.beginNewLife(now: now) }
    }

    /// The hub is made anew, with nothing but its keys and its comuni.
    func rebuild() throws {
        try hub.close()
        try removeHub()
        hub = try HubStore.create(at: folder + "/hub.sqlite", founding: Self.founding, key: hubKey, now: now)
        try hub.beginNewLife(now: now)
    }

    private func removeHub() throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: folder + "/hub.sqlite" + suffix)
        }
    }
}

extension Desk {
    /// A copy of this file with its key, as somebody makes it with a file manager.
    func copy(_ name: String, files: [Schema.File] = Schema.synced) throws -> Desk {
        let path = ambito.folder + "/\(name).sqlite"
        try DatabaseQueue(path: store.path).vacuum(into: path)
        return Desk(ambito: ambito, store: try ReplicaStore(path: path, files: files), key: key)
    }

    /// The first pages of a pull, of one record each; then the line is cut.
    func beginPull(pages: Int) throws {
        let now = ambito.now + skew
        var conversation = try Conversation(store: store, key: key, now: now)
        var line = Line(ambito: ambito, pageSize: 1)
        var request = try conversation.begin()
        var left = pages
        while let asked = request, left > 0 {
            request = try conversation.receive(try line.answer(asked), sentAt: now, now: now)
            if case .page = asked { left -= 1 }
        }
    }

    /// Everything of the domain here, for comparison.
    func everything() throws -> [String] {
        try store.catalog.tables.flatMap { table in try rows(table.name).map { "\(table.name) \($0)" } }
    }
}

/// Every replica ends with the same rows, and nothing waits anywhere.
func expectSame(_ desks: [Desk], _ location: SourceLocation = #_sourceLocation) throws {
    let first = try #require(desks.first)
    for desk in desks {
        #expect(try desk.value("SELECT count(*) FROM zona_pending") == "0", sourceLocation: location)
        #expect(try desk.everything() == first.everything(), sourceLocation: location)
    }
}

func settleAll(_ desks: [Desk], rounds: Int = 3) throws {
    for _ in 0..<rounds { for desk in desks { try desk.sync() } }
}
