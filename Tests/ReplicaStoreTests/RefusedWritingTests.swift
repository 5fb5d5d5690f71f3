import ReplicaStore
import SyncCore
import SyncWire
import Testing

/// Refused changes that are mended, written again, and not told twice.
@Suite struct RefusedWritingTests {
    private let replica: ReplicaFixture
    private let anna = Operator("anna")

    init() throws {
        replica = try ReplicaFixture()
    }

    /// Writes, sends, and is told that the hub did not take it.
    private func refused(_ sql: String, _ reason: RefusalReason = .notValid, hubHasRow: Bool = false) throws -> Change {
        try replica.sql(sql)
        let change = try #require(try replica.captured().last)
        try replica.store.acknowledge(folded: change.dot.counter)
        try tell(change, reason, hubHasRow: hubHasRow)
        return change
    }

    private func tell(_ change: Change, _ reason: RefusalReason = .notValid, hubHasRow: Bool = false) throws {
        try replica.pull(
            [],
            refusals: [
                PageRefusal(
                    dot: change.dot, key: change.key, reason: reason, detail: "", hubHasRow: hubHasRow, isHidden: false)
            ])
    }

    private let insert = "INSERT INTO soggetto(denominazione, tipo_soggetto, telefono) VALUES ('Nuova', 'ODV', '1')"

    @Test func `a refused insert is mended and written again, under its id, as a change of its own`() throws {
        let change = try refused(insert)

        try replica.store.editRefused(change.dot, replica.values("soggetto", ["telefono": .text("2")]))
        let written = try replica.store.resubmit([change.dot], by: anna, now: 5)

        #expect(written.map(\.id) == [change.key.id])
        #expect(
            try replica.text("SELECT denominazione || telefono FROM soggetto WHERE id = '\(change.key.id)'") == "Nuova2"
        )
        #expect(try replica.store.refusedChanges().isEmpty)
        #expect(try replica.store.status().pendingRecords == 1)
        let again = try #require(try replica.captured(after: change.dot.counter).first)
        #expect(again.operation == .insert)
        #expect(String(decoding: again.author, as: UTF8.self) == "anna")
    }

    @Test func `of a refused update only what was changed is written again`() throws {
        let change = try refused(
            "UPDATE soggetto SET telefono = '9' WHERE id = '\(ReplicaFixture.body)'", hubHasRow: true)
        try replica.sql("UPDATE soggetto SET pec = 'nuova@pec.it', telefono = '0' WHERE id = '\(ReplicaFixture.body)'")

        _ = try replica.store.resubmit([change.dot], by: anna, now: 5)

        let row = "SELECT telefono || ' ' || pec FROM soggetto WHERE id = '\(ReplicaFixture.body)'"
        #expect(try replica.text(row) == "9 nuova@pec.it")
    }

    @Test func `an update of a record that is not here says what is missing and changes nothing`() throws {
        let change = try refused(
            "UPDATE soggetto SET telefono = '9' WHERE id = '\(ReplicaFixture.body)'", .noSuchRecord)

        #expect { try replica.store.resubmit([change.dot], by: anna, now: 5) } throws: {
            ($0 as? ReplicaStoreError)?.code == .notFound
        }
        #expect(try replica.store.refusedChanges().map(\.dot) == [change.dot])
    }

    @Test func `several are written again all or none`() throws {
        let good = try refused(insert)
        let bad = try refused("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Altra', 'ODV')")
        let short = try replica.values("soggetto", ["codice_fiscale": .text("corto")])
        try replica.store.editRefused(bad.dot, short)

        #expect { try replica.store.resubmit([good.dot, bad.dot], by: anna, now: 5) } throws: {
            ($0 as? ReplicaStoreError)?.code == .notValid
        }

        #expect(try replica.count("SELECT count(*) FROM soggetto WHERE denominazione IN ('Nuova', 'Altra')") == 0)
        #expect(try replica.store.refusedChanges().count == 2)
    }

    @Test func `a record whose id was refused is added under another`() throws {
        let change = try refused(insert, .outOfScope)

        let written = try replica.store.resubmit([change.dot], by: anna, now: 5)

        #expect(written.map(\.id) != [change.key.id])
        #expect(try replica.count("SELECT count(*) FROM soggetto WHERE denominazione = 'Nuova'") == 1)
    }

    @Test func `a refused delete is written again, and has no values to mend`() throws {
        let change = try refused("DELETE FROM soggetto WHERE id = '\(ReplicaFixture.body)'", hubHasRow: true)

        #expect(throws: ReplicaStoreError.self) {
            try replica.store.editRefused(change.dot, replica.values("soggetto", ["telefono": .text("2")]))
        }
        _ = try replica.store.resubmit([change.dot], by: anna, now: 5)

        #expect(try replica.count("SELECT count(*) FROM soggetto WHERE id = '\(ReplicaFixture.body)'") == 0)
    }

    @Test func `what was let go or written again is not told twice, however often the hub names it`() throws {
        let dropped = try refused(insert)
        let written = try refused("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Altra', 'ODV')")
        #expect(try replica.store.dropRefused(dropped.dot, now: 5))
        _ = try replica.store.resubmit([written.dot], by: anna, now: 5)

        try tell(dropped)
        try tell(written)

        #expect(try replica.store.refusedChanges().isEmpty)
        #expect(try replica.store.status().refusedChanges == 0)
    }
}
