import ReplicaStore
import SyncCore
import SyncWire
import Testing

/// A record on somebody's screen: what he saw is what his write stands on.
@Suite struct TouchTests {
    private let replica: ReplicaFixture
    private let seen = VersionVector([Dot(number: ReplicaFixture.hub, counter: 1)])
    private let later = VersionVector([Dot(number: ReplicaFixture.hub, counter: 2)])
    private let theirs = ReplicaFixture.Entry(
        "soggetto", ReplicaFixture.body,
        ["denominazione": .text("Nome loro"), "tipo_soggetto": .text("ODV"), "telefono": .text("2")])

    init() throws {
        replica = try ReplicaFixture()
        try replica.pull([], knows: seen)
    }

    private func touch(at time: Int64 = ReplicaFixture.now) throws {
        try replica.store.touch(ReplicaFixture.body, of: replica.table("soggetto"), now: time)
    }

    private func write() throws {
        try replica.sql("UPDATE soggetto SET pec = 'a@b.it' WHERE id = '\(ReplicaFixture.body)'")
        try replica.capture()
    }

    @Test func `a pull skips a touched record, and a write stands on what was on screen`() throws {
        try touch()

        let summary = try replica.pull([theirs], knows: later)

        #expect(summary.skipped == 1)
        try write()
        #expect(try replica.batches().map(\.header.context) == [seen])
    }

    @Test func `a record that is not touched is written on what the pull brought`() throws {
        try replica.pull([theirs], knows: later)

        try write()

        #expect(try replica.batches().map(\.header.context) == [later])
    }

    @Test
    func
        `what a pull brought does not take the place of a row that is in a form, though another program's change is undone`()
        throws
    {
        func name() throws -> String? {
            try replica.text("SELECT denominazione FROM soggetto WHERE id = '\(ReplicaFixture.body)'")
        }
        let before = try name()
        try touch()
        try replica.sql("UPDATE soggetto SET pec = 'a@b.it' WHERE id = '\(ReplicaFixture.body)'")
        try replica.pull([theirs], knows: later)
        try replica.sql("UPDATE soggetto SET pec = NULL WHERE id = '\(ReplicaFixture.body)'")

        try replica.capture()

        #expect(try name() == before)
        try replica.store.endTouch(ReplicaFixture.body, of: replica.table("soggetto"))
        #expect(try name() == "Nome loro")
    }

    @Test func `a touch that has ended skips nothing`() throws {
        try touch()
        try replica.store.endTouch(ReplicaFixture.body, of: replica.table("soggetto"))

        let summary = try replica.pull([theirs], knows: later)

        #expect(summary.skipped == 0)
        #expect(summary.rows == 1)
    }

    @Test func `what the hub has of this file itself leaves nothing behind, though a form is open`() throws {
        try touch()

        try replica.pull([.init("soggetto", ReplicaFixture.body, .own)], knows: later)

        #expect(try replica.count("SELECT count(*) FROM zona_behind") == 0)
    }

    @Test func `a touch that a program made of an epoch which no one named any more stops nothing`() throws {
        let shown = try replica.text("SELECT epoch FROM zona_state") ?? ""
        try replica.pull([theirs], knows: later)
        try replica.sql(
            """
            INSERT INTO zona_touch(table_no, id, epoch, touched_at)
                SELECT table_no, '\(ReplicaFixture.body)', \(shown), \(ReplicaFixture.now) FROM zona_catalog
                WHERE table_name = 'soggetto'
            """)

        try write()

        let context = try #require(try replica.batches().first).header.context
        #expect(!context.covers(Dot(number: ReplicaFixture.hub, counter: 2)))
    }

    @Test func `touches of no record end, and one that a program took away holds no row back`() throws {
        try touch()
        try replica.pull([theirs], knows: later)
        try replica.sql("DELETE FROM zona_touch")
        try replica.sql("INSERT INTO zona_touch(table_no, id, epoch, touched_at) VALUES (999, 'x', 0, 5)")

        try replica.pull([], knows: later)

        #expect(
            try replica.text("SELECT denominazione FROM soggetto WHERE id = '\(ReplicaFixture.body)'") == "Nome loro")
        #expect(try replica.text("SELECT count(*) FROM zona_touch") == "0")
    }

    @Test func `a touch ends after an hour`() throws {
        try touch(at: ReplicaFixture.now - Limits.touchMilliseconds)

        let summary = try replica.pull([theirs], knows: later)

        #expect(summary.rows == 1)
        #expect(try replica.count("SELECT count(*) FROM zona_touch") == 0)
    }

    @Test func `a touch from the future, made before the clock was set right, holds nothing back`() throws {
        try touch(at: ReplicaFixture.now + 400 * 24 * Limits.touchMilliseconds)

        let summary = try replica.pull([theirs], knows: later)

        #expect(summary.rows == 1)
        #expect(try replica.count("SELECT count(*) FROM zona_touch") == 0)
    }

    @Test func `what a touch holds counts among the oldest contexts`() throws {
        let before = try replica.store.oldestContext()
        try touch()

        try replica.pull([], knows: later)

        #expect(try replica.store.oldestContext() == before)
        try replica.store.endTouch(ReplicaFixture.body, of: replica.table("soggetto"))
        #expect(try replica.store.oldestContext() == replica.cursor)
    }

    @Test func `who touches a record that is behind stands on what it shows, not on what the file knows since`() throws
    {
        try touch()
        try replica.pull([theirs], knows: later)

        try touch()
        try write()

        #expect(try replica.batches().map(\.header.context) == [seen])
    }

    @Test func `a form closed without a write shows what a pull brought meanwhile`() throws {
        try touch()
        try replica.pull([theirs], knows: later)

        try replica.store.endTouch(ReplicaFixture.body, of: replica.table("soggetto"))

        #expect(try name() == "Nome loro")
        #expect(try replica.count("SELECT count(*) FROM zona_behind") == 0)
    }

    @Test func `a form left open shows it after an hour`() throws {
        try touch()
        try replica.pull([theirs], knows: later)

        try replica.pull([], knows: later, now: ReplicaFixture.now + Limits.touchMilliseconds)

        #expect(try name() == "Nome loro")
    }

    @Test func `a row skipped before a write was captured never takes its place`() throws {
        try touch()
        try replica.pull([theirs], knows: later)
        try write()
        try replica.store.acknowledge(folded: 1, clock: 0)

        try replica.store.endTouch(ReplicaFixture.body, of: replica.table("soggetto"))

        #expect(try replica.count("SELECT count(*) FROM soggetto WHERE pec = 'a@b.it'") == 1)
    }

    private func name() throws -> String? {
        let row = try #require(try replica.store.row(ReplicaFixture.body, of: replica.table("soggetto")))
        let column = try #require(replica.table("soggetto").column(named: "denominazione"))
        guard case .text(let bytes) = row.values[column] else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
