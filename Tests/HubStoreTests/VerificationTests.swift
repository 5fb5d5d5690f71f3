import GRDB
import HubStore
import ReplicaStore
import SyncCore
import Testing

@Suite struct VerificationTests {
    private func played() throws -> Play {
        var play = try Play(seed: 11)
        try play.run(steps: 40)
        try play.settle()
        return play
    }

    private func tamper(_ play: Play, _ sql: String) throws {
        let queue = try DatabaseQueue(path: play.ambito.folder + "/hub.sqlite")
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    private func verify(_ play: Play) throws -> HubVerification {
        try play.ambito.hub.verify(foldingInto: play.ambito.folder + "/again.sqlite")
    }

    @Test func `A row that was altered behind the hub's back is named, and so is the digest that no longer fits`()
        throws
    {
        let play = try played()
        try tamper(
            play,
            "UPDATE record SET row = x'00' WHERE table_no = (SELECT table_no FROM record ORDER BY seq DESC LIMIT 1) AND seq = (SELECT max(seq) FROM record)"
        )

        let report = try verify(play)

        #expect(!report.isEqual)
        #expect(report.faults == [])
        let record = try #require(report.differences.first { $0.table == "record" })
        #expect(record.kind == .changed)
        #expect(record.columns == ["row"])
        #expect(report.differences.contains { $0.table == "digest" })
        #expect(report.differenceCount == 2)
    }

    @Test func `A record that was taken out is missing, and one that was put in is extra`() throws {
        let play = try played()
        try tamper(
            play,
            """
            INSERT INTO record(seq, table_no, id, number, counter, scope, is_deleted, row, state)
              SELECT seq + 1000000, table_no, x'00000000000070008000000000000001', number, counter, scope, 1, row, state FROM record
              ORDER BY seq LIMIT 1;
            DELETE FROM record WHERE seq = (SELECT min(seq) FROM record);
            """)

        let kinds = Set(try verify(play).differences.filter { $0.table == "record" }.map(\.kind))

        #expect(kinds == [.missing, .extra])
    }

    @Test func `A closed conflict and a history that was cut are named too`() throws {
        let play = try played()
        try tamper(play, "DELETE FROM history WHERE entry = (SELECT max(entry) FROM history)")

        let report = try verify(play)

        #expect(report.differences.map(\.table) == ["history"])
        #expect(report.differences.first?.kind == .missing)
    }

    @Test func `An altered entry of the log is a fault, by its chain`() throws {
        let play = try played()
        try tamper(play, "UPDATE log SET at = at + 1 WHERE entry = 2")

        let report = try verify(play)

        #expect(report.faults.contains { $0.contains("entry 2") })
    }

    @Test func `A batch whose bytes were altered is a fault, by its hash`() throws {
        let play = try played()
        try tamper(
            play,
            """
            UPDATE log SET bytes = CAST(substr(bytes, 1, 60) || x'00' || substr(bytes, 62) AS BLOB)
            WHERE entry = (SELECT max(entry) FROM log WHERE kind = 'batch')
            """)

        let report = try verify(play)

        #expect(report.faults.contains { $0.contains("(batch) cannot be folded") })
    }

    @Test func `An entry of a kind that nobody knows stops the fold with a clear word`() throws {
        let play = try played()
        try tamper(
            play,
            "INSERT INTO log(kind, seq, at, bytes, decided, chain) SELECT 'magic', seq, at, x'', x'', chain FROM log ORDER BY entry DESC LIMIT 1"
        )

        let report = try verify(play)

        #expect(report.faults.contains { $0.contains("`magic`") && $0.contains("upgrade zona-server") })
    }

    @Test func `A new life of the hub, forgotten deletes and a retired replica are folded like the rest`() throws {
        let play = try played()
        try play.desks[0].sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Breve', 'VOL')")
        try play.desks[0].sync()
        try play.desks[0].sql("DELETE FROM soggetto WHERE denominazione = 'Breve'")
        try play.ambito.hub.beginNewLife(now: play.ambito.now)
        for _ in 0..<2 { try play.settle() }
        try play.ambito.hub.retire(try play.desks[2].store.state().number, now: play.ambito.now)
        #expect(try play.ambito.hub.collect(now: play.ambito.now).collected > 0)

        let report = try verify(play)

        #expect(report.faults == [])
        #expect(report.differences == [])
        for desk in play.desks { #expect(try desk.store.digestComparison().result == .equal) }
    }

    @Test func `An upgraded hub is folded by the schema that it had at each moment, whose digest old and new come to`()
        throws
    {
        let (ambito, new, old) = try TwoSchemas.apart()
        try new.sql("UPDATE scheda SET a = 'tre', n = 7; UPDATE voce SET n = 8, m = 'sì'")
        try new.sql("INSERT INTO nuova(titolo) VALUES ('N')")
        try old.sql("UPDATE scheda SET b = 'vecchio'; INSERT INTO scheda(a) VALUES ('altra')")
        for _ in 0..<2 { for desk in [new, old] { try desk.sync() } }

        let report = try ambito.hub.verify(foldingInto: ambito.folder + "/again.sqlite")

        #expect(report.faults == [])
        #expect(report.differences == [])
        for desk in [new, old] { #expect(try desk.store.digestComparison().result == .equal) }
    }

    @Test func `Replicas that were shut out, and reads of the hub's own, are folded like the rest`() throws {
        let play = try played()
        _ = try play.ambito.rows("soggetto")
        try play.ambito.hub.revoke(try play.desks[2].store.state().number, now: play.ambito.now)

        let report = try verify(play)

        #expect(report.isEqual)
        #expect(report.entries > report.batches)
    }
}
