import ReplicaStore
import SyncCore
import Testing

@Suite struct RevertingTests {
    private let replica: ReplicaFixture

    init() throws {
        replica = try ReplicaFixture()
    }

    private func unsynced() throws -> [UnsyncedChange] {
        var found: [UnsyncedChange] = []
        try replica.store.forEachUnsynced(in: replica.store.catalog.tables) { found.append($0) }
        return found
    }

    private func revert(_ table: String, _ ids: RecordID...) throws {
        let number = try replica.table(table).number
        try replica.store.revert(
            ids.map { RecordKey(table: number, id: $0) }, by: replica.author, now: ReplicaFixture.now)
    }

    @Test func `what no batch holds is unsaid: nothing is sent, and the values are kept aside`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '1', pec = 'a@b.example'")
        let change = try #require(try unsynced().first)
        #expect(change.columns.map { change.table.columns[$0].name } == ["pec", "telefono"])
        #expect(!change.isSealed && change.kind == .update)

        try revert("soggetto", ReplicaFixture.body)

        #expect(try replica.text("SELECT telefono FROM soggetto") == nil)
        #expect(try replica.captured().isEmpty)
        #expect(try unsynced().isEmpty)
        #expect(try replica.count("SELECT count(*) FROM zona_pending") == 0)
        let kept = try #require(try replica.store.refusedChanges().first)
        #expect(kept.reason == .reverted)
        #expect(kept.values.filter(\.isChanged).map(\.value) == [.text("a@b.example"), .text("1")])
        #expect(try replica.store.status().refusedChanges == 0)

        _ = try replica.store.resubmit([kept.dot], by: replica.author, now: ReplicaFixture.now)
        #expect(try replica.text("SELECT telefono FROM soggetto") == "1")
    }

    @Test func `of what is sealed in a batch the reverse is sent`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '1'")
        let first = try #require(try replica.captured().last)

        try revert("soggetto", ReplicaFixture.body)
        let changes = try replica.captured(after: first.dot.counter)

        #expect(changes.map(\.operation) == [.update])
        #expect(try changes.map { try replica.names($0.changed, of: "soggetto") } == [["telefono"]])
        #expect(try unsynced().map(\.kind) == [.none])
    }

    @Test func `a record that was added goes, one that was deleted comes back as it was`() throws {
        try replica.sql(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto)
                VALUES ('00000000-0000-7000-8000-0000000000e9', 'Nuovo', 'ODV');
            DELETE FROM soggetto WHERE id = '\(ReplicaFixture.body)';
            """)
        #expect(try Set(unsynced().map(\.kind)) == [.insert, .delete])

        try revert("soggetto", ReplicaFixture.body, id("00000000-0000-7000-8000-0000000000e9"))

        #expect(try replica.text("SELECT group_concat(denominazione) FROM soggetto") == "Banca del tempo")
        #expect(try replica.captured().isEmpty)
    }

    @Test func `a parent that still has children is not taken back without them, nor half of it`() throws {
        let parent = "00000000-0000-7000-8000-0000000000e9"
        let child = "00000000-0000-7000-8000-0000000000ea"
        try replica.sql(
            """
            INSERT INTO tavolo(id, piano_id, denominazione, tipo)
                VALUES ('\(parent)', '\(ReplicaFixture.plan)', 'Nuovo', 'tecnico');
            INSERT INTO incontro(id, tavolo_id, comune_id, tipo, data)
                VALUES ('\(child)', '\(parent)', '\(ReplicaFixture.narni)', 'tavolo', '2026-12-01');
            UPDATE soggetto SET telefono = '1';
            """)
        let tables = try ["tavolo", "incontro", "soggetto"].map { try replica.table($0).number }
        let keys = zip(tables, [id(parent), id(child), ReplicaFixture.body]).map { RecordKey(table: $0, id: $1) }

        for isSealed in [false, true] {
            if isSealed { try replica.capture() }
            let error = #expect(throws: ReplicaStoreError.self) {
                try replica.store.revert([keys[2], keys[0]], by: replica.author, now: ReplicaFixture.now)
            }
            #expect(error?.code == .notValid)
            #expect(try replica.text("SELECT telefono FROM soggetto") == "1")
            #expect(try replica.count("SELECT count(*) FROM zona_refused") == 0)
        }

        // The parent stands before its child: the order of the writes is the store's affair.
        try replica.store.revert(keys, by: replica.author, now: ReplicaFixture.now)
        #expect(try replica.count("SELECT (SELECT count(*) FROM tavolo) + (SELECT count(*) FROM incontro)") == 3)
    }

    @Test func `a column of somebody else comes back with the record that was deleted here`() throws {
        let need = "00000000-0000-7000-8000-0000000000eb"
        try replica.pull([
            ReplicaFixture.Entry(
                "bisogno", id(need),
                [
                    "comune_id": ReplicaFixture.narni.value, "descrizione": .text("Anziani soli"),
                    "priorita": .integer(1),
                ])
        ])
        try replica.sql("DELETE FROM bisogno")

        try revert("bisogno", id(need))

        #expect(try replica.text("SELECT descrizione || priorita FROM bisogno") == "Anziani soli1")
        #expect(try replica.captured().isEmpty)
    }
}
