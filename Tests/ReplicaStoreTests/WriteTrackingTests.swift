import ReplicaStore
import SyncCore
import Testing

/// What the triggers note of writes by any program, seen in what capture makes of it.
@Suite struct WriteTrackingTests {
    private let replica: ReplicaFixture
    private let body = "'\(ReplicaFixture.body)'"

    init() throws {
        replica = try ReplicaFixture()
    }

    @Test func `a row that a pull brought is not pending`() throws {
        #expect(try replica.store.status().pendingRecords == 0)
        #expect(try replica.captured().isEmpty)
    }

    @Test func `a plain insert gets an id of version 7 and is captured with all columns`() throws {
        try replica.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nuova', 'ODV')")

        let changes = try replica.captured()

        let change = try #require(changes.first)
        #expect(changes.count == 1)
        #expect(change.operation == .insert)
        #expect(change.carried == (try replica.table("soggetto").allColumns))
        #expect(Array(change.key.id.description.utf8)[14] == UInt8(ascii: "7"))
        #expect(change.author == Array("-".utf8))
        #expect(change.action == 0)
    }

    @Test func `under fields an update carries the changed column alone`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '0744' WHERE id = \(body)")

        let changes = try replica.captured()

        #expect(changes.map(\.operation) == [.update])
        #expect(try replica.names(changes[0].carried, of: "soggetto") == ["telefono"])
        #expect(changes[0].values == ValueCoding.bytes(of: .text("0744")))
    }

    @Test func `a column of a group carries its group and marks itself`() throws {
        try replica.sql("UPDATE incontro SET luogo = 'Teatro' WHERE id = '\(ReplicaFixture.ownMeeting)'")

        let change = try #require(try replica.captured().first)

        #expect(
            try replica.names(change.carried, of: "incontro") == [
                "data", "ora_inizio", "ora_fine", "luogo", "indirizzo",
            ])
        #expect(try replica.names(change.changed, of: "incontro") == ["luogo"])
    }

    @Test func `under a record rule the whole row travels but for columns with a rule of their own`() throws {
        let capofila = try ReplicaFixture(isCapofila: true)
        try capofila.sql("UPDATE quota_comune SET criterio = 'reddito' WHERE id = '\(ReplicaFixture.quota)'")

        let change = try #require(try capofila.captured().first)

        #expect(
            try capofila.names(change.carried, of: "quota_comune") == ["assegnazione_id", "comune_id", "criterio"])
        #expect(try capofila.names(change.changed, of: "quota_comune") == ["criterio"])
    }

    @Test func `an update that changes nothing tracks nothing`() throws {
        try replica.sql("UPDATE soggetto SET denominazione = denominazione, telefono = NULL WHERE id = \(body)")

        #expect(try replica.store.status().pendingRecords == 0)
    }

    @Test func `a value that comes back to what it was is no change`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")
        try replica.sql("UPDATE soggetto SET telefono = NULL WHERE id = \(body)")

        #expect(try replica.captured().isEmpty)
        #expect(try replica.store.status().pendingRecords == 0)
    }

    @Test func `a delete is captured as a delete without values`() throws {
        try replica.sql("DELETE FROM soggetto WHERE id = \(body)")

        let changes = try replica.captured()

        #expect(changes.map(\.operation) == [.delete])
        #expect(changes[0].carried.isEmpty)
    }

    @Test func `a row inserted and deleted before its capture leaves no trace`() throws {
        try replica.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Breve', 'ODV')")
        try replica.sql("DELETE FROM soggetto WHERE denominazione = 'Breve'")

        #expect(try replica.captured().isEmpty)
        #expect(try replica.store.status().pendingRecords == 0)
    }

    @Test func `a row deleted after its insert was captured is sent as a delete`() throws {
        try replica.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Breve', 'ODV')")
        try replica.capture()
        try replica.sql("DELETE FROM soggetto WHERE denominazione = 'Breve'")

        #expect(try replica.captured().map(\.operation) == [.insert, .delete])
    }

    @Test func `a row deleted and inserted again under its id is an update of what differs`() throws {
        try replica.sql("DELETE FROM soggetto WHERE id = \(body)")
        try replica.sql(
            "INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES (\(body), 'Altro nome', 'ODV')")

        let changes = try replica.captured()

        #expect(changes.map(\.operation) == [.update])
        #expect(try replica.names(changes[0].changed, of: "soggetto") == ["denominazione"])
    }

    @Test func `insert or replace is an update of what differs although no delete trigger fires`() throws {
        try replica.sql(
            "INSERT OR REPLACE INTO soggetto(id, denominazione, tipo_soggetto) VALUES (\(body), 'Altro nome', 'ODV')")

        let changes = try replica.captured()

        #expect(changes.map(\.operation) == [.update])
        #expect(try replica.names(changes[0].changed, of: "soggetto") == ["denominazione"])
    }

    @Test func `insert or replace with equal values is no change`() throws {
        try replica.sql(
            "INSERT OR REPLACE INTO soggetto(id, denominazione, tipo_soggetto) VALUES (\(body), 'Banca del tempo', 'ODV')"
        )

        #expect(try replica.captured().isEmpty)
    }

    @Test func `an insert that is ignored is no change`() throws {
        try replica.sql(
            "INSERT OR IGNORE INTO soggetto(id, denominazione, tipo_soggetto) VALUES (\(body), 'Altro nome', 'ODV')")

        #expect(try replica.text("SELECT denominazione FROM soggetto WHERE id = \(body)") == "Banca del tempo")
        #expect(try replica.captured().isEmpty)
    }

    @Test func `what an ignored insert stashed is not taken for the base of a later change`() throws {
        try replica.sql(
            "INSERT OR IGNORE INTO soggetto(id, denominazione, tipo_soggetto) VALUES (\(body), 'Altro nome', 'ODV')")
        try replica.pull([
            .init(
                "soggetto", ReplicaFixture.body,
                ["denominazione": .text("Nome nuovo"), "tipo_soggetto": .text("ODV"), "pec": .text("a@b.it")])
        ])
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")

        let changes = try replica.captured()

        #expect(try replica.names(try #require(changes.first).changed, of: "soggetto") == ["telefono"])
    }

    @Test func `an upsert that finds the row is an update`() throws {
        try replica.sql(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES (\(body), 'x', 'ODV')
            ON CONFLICT(id) DO UPDATE SET telefono = '9'
            """)

        let changes = try replica.captured()

        #expect(changes.map(\.operation) == [.update])
        #expect(try replica.names(changes[0].changed, of: "soggetto") == ["telefono"])
    }

    @Test(arguments: ["OR REPLACE", "OR IGNORE", "OR FAIL", "OR ROLLBACK", "OR ABORT"])
    func `the conflict clause of an update does not reach the triggers`(clause: String) throws {
        try replica.sql(
            "INSERT OR IGNORE INTO soggetto(id, denominazione, tipo_soggetto) VALUES (\(body), 'x', 'ODV')")
        try replica.sql("UPDATE \(clause) soggetto SET telefono = '1' WHERE id = \(body)")
        try replica.sql("UPDATE \(clause) soggetto SET telefono = '2', pec = 'a@b.it' WHERE id = \(body)")

        let changes = try replica.captured()

        #expect(changes.map(\.operation) == [.update])
        #expect(try replica.names(changes[0].changed, of: "soggetto") == ["pec", "telefono"])
    }

    @Test func `an upsert of an unsynced row stays an insert`() throws {
        let new = "'00000000-0000-7000-8000-0000000000e9'"
        for phone in ["1", "2"] {
            try replica.sql(
                """
                INSERT INTO soggetto(id, denominazione, tipo_soggetto, telefono) VALUES (\(new), 'x', 'ODV', '\(phone)')
                ON CONFLICT(id) DO UPDATE SET telefono = excluded.telefono
                """)
        }

        #expect(try replica.captured().map(\.operation) == [.insert])
        #expect(try replica.text("SELECT telefono FROM soggetto WHERE id = \(new)") == "2")
    }

    @Test func `a transaction that is rolled back leaves nothing`() throws {
        try replica.sql("BEGIN; DELETE FROM soggetto; ROLLBACK")

        #expect(try replica.store.status().pendingRecords == 0)
        #expect(try replica.captured().isEmpty)
    }

    @Test func `what Zona writes carries its operator and one action a command`() throws {
        let table = try replica.table("soggetto")
        let made = try replica.store.insert(
            into: table,
            try replica.values("soggetto", ["denominazione": .text("Nuova"), "tipo_soggetto": .text("ODV")]),
            by: replica.author)
        let isChanged = try replica.store.update(
            ReplicaFixture.body, of: table, try replica.values("soggetto", ["pec": .text("a@b.it")]), by: replica.author
        )
        try replica.sql("UPDATE soggetto SET pec = 'c@d.it' WHERE id = '\(made)'")

        let changes = try replica.captured()

        let other = try #require(changes.first { $0.key.id == ReplicaFixture.body })
        let new = try #require(changes.first { $0.key.id == made })
        #expect(isChanged)
        #expect(other.author == Array("Anna".utf8))
        #expect(other.action > 0)
        #expect(new.author == Array("-".utf8))
        #expect(new.action == 0)
    }
}
