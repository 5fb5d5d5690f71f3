import Foundation
import HubStore
import ReplicaStore
import SyncCore
import Testing

/// The mark beside the hub's file, by which it notices that an old copy of the file was put in its place.
@Suite struct LogMarkTests {
    private func world() throws -> (ambito: Ambito, narni: Desk, amelia: Desk) {
        let ambito = try Ambito()
        try ambito.hub.noticePutBack(now: ambito.now)
        let narni = try ambito.replica(of: "055022", "narni")
        let amelia = try ambito.replica(of: "055004", "amelia")
        try add("Caritas", narni)
        try settleAll([narni, amelia])
        return (ambito, narni, amelia)
    }

    private func add(_ name: String, _ desk: Desk) throws {
        try desk.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(name)', 'VOL')")
    }

    /// As the hub's program does when it starts.
    private func start(_ ambito: Ambito) throws -> Bool {
        try ambito.hub.close()
        ambito.hub = try HubStore(path: ambito.folder + "/hub.sqlite", key: ambito.hubKey)
        return try ambito.hub.noticePutBack(now: ambito.now)
    }

    @Test func `an old copy in the place of the hub's file is noticed at the next start, once`() throws {
        let (ambito, narni, _) = try world()
        let life = ambito.hub.incarnation
        #expect(try !start(ambito))
        let backup = try ambito.backup()
        try add("Avis", narni)
        try narni.sync()

        try ambito.putBack(backup, withoutAWord: true)

        #expect(try start(ambito))
        #expect(ambito.hub.incarnation != life)
        #expect(try !start(ambito))
        try settleAll([narni])
        #expect(try ambito.rows("soggetto").count == 2)
    }

    @Test func `no mark, a torn one and one that is behind are no sign of anything`() throws {
        let (ambito, narni, _) = try world()
        let path = ambito.folder + "/hub.sqlite.mark"
        let old = try #require(FileManager.default.contents(atPath: path))
        try add("Avis", narni)
        try narni.sync()
        #expect(FileManager.default.contents(atPath: path) != old)

        let new = try #require(FileManager.default.contents(atPath: path))
        for mark in [
            old, old.prefix(7) + new.dropFirst(7), new.prefix(40) + old.dropFirst(40), old.prefix(7), Data(), nil,
        ] {
            try? FileManager.default.removeItem(atPath: path)
            if let mark { try mark.write(to: URL(fileURLWithPath: path)) }
            #expect(try !start(ambito))
        }
    }

    /// The file of a PC is put back with the hub's, and that PC is the first to write: under numbers that it has used.
    @Test func `what a PC writes that was put back together with the hub's file, and comes first, is lost nowhere`()
        throws
    {
        let (ambito, narni, amelia) = try world()
        let backup = try ambito.backup()
        let back = try amelia.copy("di ieri")
        try add("Avis", amelia)
        try amelia.sync()
        try narni.sync()

        try ambito.putBack(backup, withoutAWord: true)
        #expect(try start(ambito))
        try add("Auser", back)
        try back.sync()
        try settleAll([narni, back], rounds: 2)

        for desk in [narni, back] {
            #expect(
                try desk.values("SELECT denominazione FROM soggetto ORDER BY denominazione")
                    == ["\"Auser\"", "\"Avis\"", "\"Caritas\""])
        }
        try expectSame([narni, back])
    }
}
