import ReplicaStore
import SyncCore
import Testing

/// Programs that do more than plain statements: triggers of their own, SQLite's row numbers, ids of any version.
@Suite struct OtherProgramsTests {
    private let replica: ReplicaFixture
    private let body = "'\(ReplicaFixture.body)'"

    init() throws {
        replica = try ReplicaFixture()
    }

    @Test func `a row that a program's own trigger completes after its insert is still an insert`() throws {
        try replica.sql(
            """
            CREATE TRIGGER mio AFTER INSERT ON soggetto BEGIN
              UPDATE soggetto SET telefono = '0744' WHERE id = NEW.id;
            END;
            INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nuova', 'ODV');
            """)

        let change = try #require(try replica.captured().first)

        #expect(change.operation == .insert)
        #expect(change.carried == (try replica.table("soggetto").allColumns))
    }

    @Test func `an update that a program's own trigger goes on with carries both columns`() throws {
        try replica.sql(
            """
            CREATE TRIGGER mio AFTER UPDATE OF denominazione ON soggetto BEGIN
              UPDATE soggetto SET telefono = '0744' WHERE id = NEW.id;
            END;
            UPDATE soggetto SET denominazione = 'Altro nome' WHERE id = \(body);
            """)

        let change = try #require(try replica.captured().first)

        #expect(try replica.names(change.changed, of: "soggetto") == ["denominazione", "telefono"])
    }

    @Test func `a deleted row that a program's own trigger brings back is an update of what differs`() throws {
        try replica.sql(
            """
            CREATE TRIGGER mio AFTER DELETE ON soggetto BEGIN
              INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES (OLD.id, 'cancellata', OLD.tipo_soggetto);
            END;
            DELETE FROM soggetto WHERE id = \(body);
            """)

        let change = try #require(try replica.captured().first)

        #expect(change.operation == .update)
        #expect(try replica.names(change.changed, of: "soggetto") == ["denominazione"])
    }

    @Test func `a program's own trigger does not write into what a pull brings`() throws {
        try replica.sql(
            """
            CREATE TRIGGER mio AFTER UPDATE ON soggetto BEGIN
              UPDATE soggetto SET denominazione = upper(denominazione) WHERE id = NEW.id;
            END
            """)

        try replica.pull([
            .init(
                "soggetto", ReplicaFixture.body, ["denominazione": .text("Nome nuovo"), "tipo_soggetto": .text("ODV")])
        ])

        #expect(try replica.text("SELECT denominazione FROM soggetto WHERE id = \(body)") == "Nome nuovo")
        #expect(try replica.captured().isEmpty)
    }

    @Test func `a program's own trigger that says no does not stop a pull`() throws {
        try replica.sql(
            "CREATE TRIGGER mio BEFORE UPDATE ON soggetto BEGIN SELECT RAISE(ABORT, 'chiuso'); END")

        try replica.pull([
            .init(
                "soggetto", ReplicaFixture.body, ["denominazione": .text("Nome nuovo"), "tipo_soggetto": .text("ODV")])
        ])

        #expect(try replica.text("SELECT denominazione FROM soggetto WHERE id = \(body)") == "Nome nuovo")
        #expect(throws: (any Error).self) { try replica.sql("UPDATE soggetto SET telefono = '1'") }
    }

    @Test(arguments: [
        "INSERT OR REPLACE INTO soggetto(rowid, denominazione, tipo_soggetto) SELECT rowid, 'x', 'ODV' FROM soggetto",
        "UPDATE soggetto SET rowid = rowid + 1",
    ])
    func `a row number does not displace another record unseen`(statement: String) throws {
        #expect(throws: (any Error).self) { try replica.sql(statement) }

        #expect(try replica.text("SELECT denominazione FROM soggetto") == "Banca del tempo")
        #expect(try replica.captured().isEmpty)
    }

    @Test(arguments: ["", "OR IGNORE", "OR REPLACE"])
    func `an id that is given as NULL is refused before SQLite can make one unseen`(clause: String) throws {
        #expect(throws: (any Error).self) {
            try replica.sql(
                "INSERT \(clause) INTO soggetto(id, denominazione, tipo_soggetto) VALUES (NULL, 'x', 'ODV')")
        }

        #expect(try replica.count("SELECT count(*) FROM soggetto") == 1)
    }

    @Test func `a row of a join table whose id is another key's gets its own`() throws {
        try replica.sql(
            """
            INSERT INTO adesione(id, soggetto_id, piano_id)
            VALUES ('00000000-0000-8000-8000-0000000000ab', '\(ReplicaFixture.body)', '\(ReplicaFixture.plan)')
            """)

        let change = try #require(try replica.captured().first)

        #expect(change.key.id.description != "00000000-0000-8000-8000-0000000000ab")
        #expect(try replica.text("SELECT id FROM adesione") == change.key.id.description)
    }

    @Test func `two rows of a join table that hold each other's id both keep their key`() throws {
        let other = "00000000-0000-7000-8000-0000000000e9"
        let insert = "INSERT INTO adesione(soggetto_id, piano_id) VALUES"
        try replica.sql(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES ('\(other)', 'Altra', 'ODV');
            \(insert) (\(body), '\(ReplicaFixture.plan)'), ('\(other)', '\(ReplicaFixture.plan)');
            """)
        try replica.capture()
        let first = try #require(try replica.text("SELECT id FROM adesione WHERE soggetto_id = \(body)"))
        let second = try #require(try replica.text("SELECT id FROM adesione WHERE soggetto_id = '\(other)'"))
        let counter = UInt64(try replica.batches().flatMap(\.changes).count)
        try replica.store.acknowledge(folded: counter)
        try replica.sql("DELETE FROM adesione")
        try replica.sql(
            """
            INSERT INTO adesione(id, soggetto_id, piano_id)
            VALUES ('\(second)', \(body), '\(ReplicaFixture.plan)'), ('\(first)', '\(other)', '\(ReplicaFixture.plan)')
            """)

        #expect(try replica.captured(after: counter).isEmpty)

        #expect(try replica.text("SELECT id FROM adesione WHERE soggetto_id = \(body)") == first)
        #expect(try replica.text("SELECT id FROM adesione WHERE soggetto_id = '\(other)'") == second)
    }

    @Test func `a change undone after an earlier one was captured leaves that one waiting for its acknowledgement`()
        throws
    {
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")
        try replica.capture()
        try replica.sql("UPDATE soggetto SET telefono = '2' WHERE id = \(body)")
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")
        try replica.capture()

        let applied = try replica.pull([
            .init(
                "soggetto", ReplicaFixture.body, ["denominazione": .text("Nome nuovo"), "tipo_soggetto": .text("ODV")])
        ])

        #expect(applied.skipped == 1)
        #expect(try replica.text("SELECT telefono FROM soggetto WHERE id = \(body)") == "1")
        #expect(try replica.batches().flatMap(\.changes).count == 1)
    }
}
