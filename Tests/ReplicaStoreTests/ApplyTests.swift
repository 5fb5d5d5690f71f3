import ReplicaStore
import SyncCore
import SyncSession
import SyncWire
import Testing

@Suite struct ApplyTests {
    private let replica: ReplicaFixture
    private let body = "'\(ReplicaFixture.body)'"
    private let theirs: [String: Value] = [
        "denominazione": .text("Nome loro"), "tipo_soggetto": .text("ODV"), "telefono": .text("2"),
    ]

    init() throws {
        replica = try ReplicaFixture()
    }

    private func phone() throws -> String? {
        try replica.text("SELECT telefono FROM soggetto WHERE id = \(body)")
    }

    private func isBehind() throws -> Bool {
        try #require(try replica.store.row(ReplicaFixture.body, of: replica.table("soggetto"))).isBehind
    }

    @Test func `a pulled row takes the place of a clean one and is not pending`() throws {
        let summary = try replica.pull([.init("soggetto", ReplicaFixture.body, theirs)])

        #expect(summary.rows == 1)
        #expect(try phone() == "2")
        #expect(try replica.store.status().pendingRecords == 0)
        #expect(try replica.store.local().cursor == replica.cursor)
    }

    @Test func `a pulled delete takes the row away`() throws {
        let summary = try replica.pull([.init("soggetto", ReplicaFixture.body, .deleted)])

        #expect(summary.deleted == 1)
        #expect(try replica.store.row(ReplicaFixture.body, of: replica.table("soggetto")) == nil)
        #expect(try replica.captured().isEmpty)
    }

    @Test func `a mark of an own change leaves the row as it is`() throws {
        let summary = try replica.pull([.init("soggetto", ReplicaFixture.body, .own)])

        #expect(summary.own == 1)
        #expect(try replica.text("SELECT denominazione FROM soggetto WHERE id = \(body)") == "Banca del tempo")
    }

    @Test func `a row with pending changes is skipped and behind until a later pull`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")

        let summary = try replica.pull([.init("soggetto", ReplicaFixture.body, theirs)])

        #expect(summary.skipped == 1)
        #expect(try phone() == "1")
        #expect(try isBehind())
        try replica.capture()
        try replica.store.acknowledge(folded: 1)
        try replica.pull([.init("soggetto", ReplicaFixture.body, theirs)])
        #expect(try phone() == "2")
        #expect(try !isBehind())
    }

    @Test func `a record that is behind keeps its old context for later edits, too`() throws {
        try replica.pull([], knows: VersionVector([Dot(number: ReplicaFixture.hub, counter: 1)]))
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")
        try replica.capture()
        try replica.pull(
            [.init("soggetto", ReplicaFixture.body, theirs)],
            knows: VersionVector([Dot(number: ReplicaFixture.hub, counter: 2)]))
        try replica.store.acknowledge(folded: 1)

        try replica.sql("UPDATE soggetto SET telefono = '3' WHERE id = \(body)")
        try replica.capture()

        #expect(try replica.batches(after: 1).map { $0.header.context[ReplicaFixture.hub] } == [1])
    }

    @Test func `when the pending row holds no change after all, the skipped row takes its place`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")
        try replica.pull([.init("soggetto", ReplicaFixture.body, theirs)])
        try replica.sql("UPDATE soggetto SET telefono = NULL WHERE id = \(body)")

        let changes = try replica.captured()

        #expect(changes.isEmpty)
        #expect(try phone() == "2")
        #expect(try !isBehind())
    }

    @Test func `a withheld record is behind and keeps its row`() throws {
        try replica.pull([.init("soggetto", ReplicaFixture.body, .withheld)])

        #expect(try isBehind())
        #expect(try replica.text("SELECT denominazione FROM soggetto WHERE id = \(body)") == "Banca del tempo")
    }

    @Test func `of a record on two pages of one pull the last word counts`() throws {
        let (from, to) = (replica.cursor, replica.cursor + 2)
        try replica.keep(
            [.init("soggetto", ReplicaFixture.body, theirs)], from: from, to: from + 1, end: nil)
        try replica.keep(
            [.init("soggetto", ReplicaFixture.body, .deleted)], from: from + 1, to: to, end: VersionVector())

        let summary = try replica.store.applyInbox(now: ReplicaFixture.now)

        #expect(summary.rows == 0)
        #expect(summary.deleted == 1)
        #expect(try replica.store.local().cursor == to)
    }

    @Test func `a pull that is not complete is not applied and stays for the rest`() throws {
        let before = try replica.store.state().cursor
        try replica.keep(
            [.init("soggetto", ReplicaFixture.body, theirs)], from: before, to: before + 1, end: nil)

        let error = #expect(throws: ReplicaStoreError.self) { try replica.store.applyInbox(now: ReplicaFixture.now) }

        #expect(error?.code == .stale)
        #expect(try phone() == nil)
        #expect(try replica.store.state().cursor == before)
        #expect(try replica.store.status().inboxPages == 1)
        #expect(try replica.store.local().cursor == before + 1)
    }

    @Test func `a page that does not follow what is here is not kept`() throws {
        let error = #expect(throws: ReplicaStoreError.self) {
            try replica.keep([], from: replica.cursor + 1, to: replica.cursor + 2, end: VersionVector())
        }

        #expect(error?.code == .stale)
        #expect(try replica.store.status().inboxPages == 0)
    }

    @Test func `when one row cannot be applied nothing is, and the triggers stay on`() throws {
        let before = try replica.store.state().cursor
        try replica.keep(
            [
                .init("soggetto", ReplicaFixture.body, theirs),
                .init("tavolo", ReplicaFixture.table, ["denominazione": .integer(1)]),
            ], from: before, to: before + 1, end: VersionVector())

        #expect(throws: ReplicaStoreError.self) { try replica.store.applyInbox(now: ReplicaFixture.now) }

        #expect(try phone() == nil)
        #expect(try replica.store.state().cursor == before)
        #expect(try replica.count("SELECT applying FROM zona_state") == 0)
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")
        #expect(try replica.store.status().pendingRecords == 1)
    }

    @Test func `a pull may bring what the checks would refuse a person`() throws {
        try replica.pull([
            .init("soggetto", ReplicaFixture.body, ["denominazione": .text("x"), "tipo_soggetto": .text("ignoto")]),
            .init("comune", ReplicaFixture.amelia, .deleted),
        ])

        #expect(try replica.text("SELECT tipo_soggetto FROM soggetto WHERE id = \(body)") == "ignoto")
    }

    @Test func `knowledge that nothing holds any more is forgotten`() throws {
        for counter in 1...5 {
            try replica.pull([], knows: VersionVector([Dot(number: ReplicaFixture.hub, counter: UInt64(counter))]))
        }

        #expect(try replica.count("SELECT count(*) FROM zona_knowledge") == 1)
    }

    /// Of two copies of a file both may hold the same decision that was not sent: the hub, which has it, sends it once.
    @Test func `a row that is only added and comes as it is here leaves nothing behind, and another one does`() throws {
        let replica = try ReplicaFixture()
        let decision = id("00000000-0000-7000-8000-00000000dd01")
        try replica.sql(
            """
            INSERT INTO zona_decision(id, scope, conflict_id, choice, author, decided_at)
              VALUES ('\(decision)', '*', '00000000-0000-8000-8000-00000000cc01', 'shown', 'anna', 5)
            """)
        try replica.capture()
        var row: [String: Value] = [
            "scope": .text("*"), "conflict_id": .text("00000000-0000-8000-8000-00000000cc01"), "choice": .text("shown"),
            "author": .text("anna"), "decided_at": .integer(5),
        ]
        row["author"] = .text("bruno")
        try replica.pull([.init("zona_decision", decision, row)])
        #expect(try replica.count("SELECT count(*) FROM zona_behind") == 1)

        row["author"] = .text("anna")
        try replica.pull([.init("zona_decision", decision, row)])

        #expect(try replica.count("SELECT count(*) FROM zona_behind") == 0)
        #expect(try replica.count("SELECT count(*) FROM zona_pending WHERE id = '\(decision)'") == 1)
    }
}
