import Foundation
import GRDB
import HubStore
import ReplicaStore
import SyncCore
import Testing

@Suite struct PruningTests {
    private func played(_ seed: UInt64) throws -> Play {
        var play = try Play(seed: seed)
        try play.run(steps: 50)
        try play.settle()
        return play
    }

    private func number(_ play: Play, _ sql: String) throws -> Int {
        let queue = try DatabaseQueue(path: play.ambito.folder + "/hub.sqlite")
        defer { try? queue.close() }
        return try #require(try queue.read { try Int.fetchOne($0, sql: sql) })
    }

    private func prune(_ play: Play) throws -> PruneSummary {
        try play.ambito.hub.prune(
            before: play.ambito.now + 1, checkpoint: play.ambito.folder + "/checkpoint.sqlite", now: play.ambito.now)
    }

    private func verify(_ play: Play, _ name: String) throws -> HubVerification {
        try play.ambito.hub.verify(
            foldingInto: play.ambito.folder + "/\(name).sqlite", checkpoint: play.ambito.folder + "/checkpoint.sqlite")
    }

    @Test func `History goes but for records with an open conflict, and the log still folds to the hub's state`() throws
    {
        let play = try played(31)
        try play.desks[1].sql("UPDATE obiettivo SET titolo = 'da Amelia'")
        try play.desks[2].sql("UPDATE obiettivo SET titolo = 'da Otricoli'")
        try play.settle()
        let disputed = """
            SELECT count(*) FROM history h WHERE EXISTS (SELECT 1 FROM conflict c
                WHERE c.table_no = h.table_no AND c.record_id = h.id AND c.state = 'open')
            """
        let kept = try number(play, disputed)
        let all = try number(play, "SELECT count(*) FROM history")
        #expect(kept > 0 && all > kept)

        let summary = try prune(play)

        #expect(summary.historyEntries == all - kept)
        #expect(try number(play, "SELECT count(*) FROM history") == kept)
        #expect(try number(play, disputed) == kept)
        #expect(try verify(play, "again").isEqual)
    }

    @Test func `After the bytes of batches have gone the fold begins at the checkpoint, and what came later is folded`()
        throws
    {
        var play = try played(32)
        let summary = try prune(play)
        #expect(summary.batches > 10)
        #expect(try number(play, "SELECT count(*) FROM log WHERE kind = 'batch' AND length(bytes) > 0") == 0)
        try play.run(steps: 20)
        try play.settle()

        let report = try verify(play, "again")

        #expect(report.isEqual)
        #expect(try number(play, "SELECT count(*) FROM log WHERE kind = 'batch' AND length(bytes) > 0") > 0)
        for desk in play.desks { #expect(try desk.store.digestComparison().result == .equal) }
    }

    @Test func `A prune that was cut between its checkpoint and the signature is gone on with`() throws {
        var play = try played(35)
        _ = try prune(play)
        let signature = play.ambito.folder + "/checkpoint.sqlite.signature"
        let earlier = try #require(FileManager.default.contents(atPath: signature))
        try play.run(steps: 20)
        try play.settle()
        _ = try prune(play)
        try FileManager.default.moveItem(atPath: signature, toPath: signature + ".new")
        try earlier.write(to: URL(fileURLWithPath: signature))

        #expect(try verify(play, "again").isEqual)
        try play.run(steps: 5)
        _ = try prune(play)
        #expect(try verify(play, "once more").isEqual)
        #expect(!FileManager.default.fileExists(atPath: signature + ".new"))
    }

    @Test func `Without its checkpoint, or with one that was altered, a pruned log is no longer believed`() throws {
        let play = try played(33)
        _ = try prune(play)
        let checkpoint = play.ambito.folder + "/checkpoint.sqlite"
        var bytes = try #require(FileManager.default.contents(atPath: checkpoint))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: checkpoint))
        #expect(try verify(play, "altered").faults.contains { $0.contains("not what was signed") })

        try FileManager.default.removeItem(atPath: checkpoint)

        #expect(try verify(play, "gone").faults.contains { $0.contains("is not there") })
    }

    @Test func `A lost answer is acknowledged again from a pruned log, and nothing is folded twice`() throws {
        let play = try played(34)
        let amelia = play.desks[1]
        try amelia.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Una volta', 'VOL')")
        #expect(throws: LostAnswer.self) { try amelia.sync(losing: 1) }
        _ = try prune(play)

        try play.settle()

        #expect(try play.desks[2].value("SELECT count(*) FROM soggetto WHERE denominazione = 'Una volta'") == "1")
        #expect(try verify(play, "again").isEqual)
    }
}
