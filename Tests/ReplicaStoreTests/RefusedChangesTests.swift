import ReplicaStore
import SyncCore
import SyncWire
import Testing

@Suite struct RefusedChangesTests {
    private let replica: ReplicaFixture

    init() throws {
        replica = try ReplicaFixture()
    }

    /// Writes, captures and has the hub acknowledge one change, as it does with those that it refuses.
    private func send(_ sql: String) throws -> Change {
        try replica.sql(sql)
        let change = try #require(try replica.captured().first)
        try replica.store.acknowledge(folded: change.dot.counter)
        return change
    }

    private func refusal(
        of change: Change, _ reason: RefusalReason, detail: String = "", hubHasRow: Bool
    ) -> PageRefusal {
        PageRefusal(
            dot: change.dot, key: change.key, reason: reason, detail: detail, hubHasRow: hubHasRow, isHidden: false)
    }

    @Test func `a refused insert is kept with its values and leaves the table`() throws {
        let change = try send("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nuova', 'ODV')")

        let summary = try replica.pull([], refusals: [refusal(of: change, .notYours, hubHasRow: false)])

        let kept = try #require(try replica.store.refusedChanges().first)
        #expect(summary.refused == 1)
        #expect(kept.dot == change.dot)
        #expect(kept.table == "soggetto")
        #expect(kept.operation == .insert)
        #expect(kept.reason == .notYours)
        #expect(kept.values.first { $0.column == "denominazione" }?.value == .text("Nuova"))
        #expect(try replica.store.row(change.key.id, of: replica.table("soggetto")) == nil)
        #expect(try replica.captured(after: change.dot.counter).isEmpty)
    }

    @Test func `a backup that holds a refused change does not take its values away before they are told`() throws {
        let change = try send("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nuova', 'ODV')")

        try replica.store.forgetDurable([
            NumberState(number: change.dot.number, storedCounter: 1, storedHash: Hash.none, durableCounter: 1)
        ])
        try replica.pull([], refusals: [refusal(of: change, .notYours, hubHasRow: false)])

        let kept = try #require(try replica.store.refusedChanges().first)
        #expect(kept.values.first { $0.column == "denominazione" }?.value == .text("Nuova"))
    }

    @Test func `after a refused update the hub's row stands, and the refused values are kept`() throws {
        let change = try send("UPDATE soggetto SET telefono = '1' WHERE id = '\(ReplicaFixture.body)'")

        try replica.pull(
            [
                .init(
                    "soggetto", ReplicaFixture.body,
                    ["denominazione": .text("Nome loro"), "tipo_soggetto": .text("ODV")])
            ], refusals: [refusal(of: change, .notValid, detail: "telefono", hubHasRow: true)])

        let kept = try #require(try replica.store.refusedChanges().first)
        #expect(kept.detail == "telefono")
        #expect(kept.values.map(\.column) == ["telefono"])
        #expect(kept.values.map(\.isChanged) == [true])
        #expect(try replica.text("SELECT telefono FROM soggetto") == nil)
        #expect(try replica.text("SELECT denominazione FROM soggetto") == "Nome loro")
    }

    @Test func `a refused insert does not take away the row that was accepted under its id afterwards`() throws {
        let first = try send("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nuova', 'ODV')")
        _ = try send("DELETE FROM soggetto WHERE id = '\(first.key.id)'")
        _ = try send(
            "INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES ('\(first.key.id)', 'Giusta', 'ODV')")

        try replica.pull(
            [.init("soggetto", first.key.id, .own)], refusals: [refusal(of: first, .notValid, hubHasRow: false)])

        #expect(try replica.text("SELECT denominazione FROM soggetto WHERE id = '\(first.key.id)'") == "Giusta")
        #expect(try replica.store.refusedChanges().count == 1)
    }

    @Test func `a refusal does not touch what was written since`() throws {
        let change = try send("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nuova', 'ODV')")
        try replica.sql("UPDATE soggetto SET telefono = '5' WHERE id = '\(change.key.id)'")

        try replica.pull([], refusals: [refusal(of: change, .notYours, hubHasRow: false)])

        #expect(try replica.text("SELECT telefono FROM soggetto WHERE id = '\(change.key.id)'") == "5")
        #expect(try replica.store.status().pendingRecords == 1)
    }

    @Test func `a dropped one is gone, and dropping it twice says so`() throws {
        let change = try send("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nuova', 'ODV')")
        try replica.pull([], refusals: [refusal(of: change, .notYours, hubHasRow: false)])

        let first = try replica.store.dropRefused(change.dot, now: 1)
        let second = try replica.store.dropRefused(change.dot, now: 1)

        #expect(first)
        #expect(!second)
        #expect(try replica.store.status().refusedChanges == 0)
    }
}
