import ReplicaStore
import SyncCore
import SyncWire
import Testing

/// Ids of join tables come from their key, so that two comuni that add the same thing add the same record.
@Suite struct DerivedIDTests {
    private let replica: ReplicaFixture
    private let expected: RecordID

    init() throws {
        replica = try ReplicaFixture()
        let key = [ReplicaFixture.body, ReplicaFixture.plan].map { ValueCoding.bytes(of: $0.value)[...] }
        expected = DerivedID.of(table: "adesione", key: key)
    }

    @Test func `the store gives a row of a join table the id of its key at once`() throws {
        let made = try replica.store.insert(
            into: replica.table("adesione"),
            replica.values(
                "adesione", ["soggetto_id": ReplicaFixture.body.value, "piano_id": ReplicaFixture.plan.value]),
            by: replica.author)

        #expect(made == expected)
        #expect(try replica.captured().map(\.key.id) == [expected])
    }

    @Test func `capture gives the id of its key to a row that another program added, and to what points to it`() throws
    {
        let first = "00000000-0000-7000-8000-0000000000ab"
        try replica.sql(
            """
            INSERT INTO adesione(id, soggetto_id, piano_id)
            VALUES ('\(first)', '\(ReplicaFixture.body)', '\(ReplicaFixture.plan)');
            INSERT INTO adesione_atto(adesione_id, tipo, data_atto, ricevuto_da)
            VALUES ('\(first)', 'disponibilita', '2026-03-01', '\(ReplicaFixture.narni)');
            """)

        let changes = try replica.captured()

        #expect(try replica.text("SELECT id FROM adesione") == expected.description)
        #expect(try replica.text("SELECT adesione_id FROM adesione_atto") == expected.description)
        #expect(changes.map(\.key.id).first == expected)
        #expect(changes.map(\.operation) == [.insert, .insert])
        var act = ByteReader(try #require(changes.last).values)
        #expect(try act.value() == expected.value)
    }

    @Test func `who adds what a pull brings before the capture has it on screen, and has seen it`() throws {
        let seen = Dot(number: ReplicaNumber(rawValue: 77), counter: 5)
        try replica.sql(
            "INSERT INTO adesione(soggetto_id, piano_id) VALUES ('\(ReplicaFixture.body)', '\(ReplicaFixture.plan)')")
        var vector = VersionVector()
        vector.formUnion(seen)
        try replica.pull(
            [
                .init(
                    "adesione", expected,
                    ["soggetto_id": ReplicaFixture.body.value, "piano_id": ReplicaFixture.plan.value])
            ], knows: vector)

        #expect(try replica.captured().map(\.key.id) == [expected])
        #expect(try replica.batches().map { $0.header.context.covers(seen) } == [true])
    }

    @Test func `the same thing added again after its delete is the same record`() throws {
        let insert = """
            INSERT INTO adesione(soggetto_id, piano_id) VALUES ('\(ReplicaFixture.body)', '\(ReplicaFixture.plan)')
            """
        try replica.sql(insert)
        try replica.capture()
        try replica.sql("DELETE FROM adesione")
        try replica.capture()
        try replica.sql(insert)

        let changes = try replica.captured()

        #expect(changes.map(\.operation) == [.insert, .delete, .insert])
        #expect(Set(changes.map(\.key.id)) == [expected])
    }

    @Test func `deleted and added again before a capture is no change, whatever the id that was made`() throws {
        try replica.pull([
            .init(
                "adesione", expected,
                ["soggetto_id": ReplicaFixture.body.value, "piano_id": ReplicaFixture.plan.value])
        ])
        try replica.sql("DELETE FROM adesione")
        try replica.sql(
            "INSERT INTO adesione(soggetto_id, piano_id) VALUES ('\(ReplicaFixture.body)', '\(ReplicaFixture.plan)')")

        #expect(try replica.captured().isEmpty)
        #expect(try replica.text("SELECT id FROM adesione") == expected.description)
        #expect(try replica.store.status().pendingRecords == 0)
    }

    @Test func `deleted, and another key under its id: the one is deleted, the other added`() throws {
        try replica.pull([
            .init(
                "adesione", expected,
                ["soggetto_id": ReplicaFixture.body.value, "piano_id": ReplicaFixture.plan.value])
        ])
        try replica.sql(
            """
            INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Altra', 'ODV');
            DELETE FROM adesione;
            INSERT INTO adesione(id, soggetto_id, piano_id)
                SELECT '\(expected)', id, '\(ReplicaFixture.plan)' FROM soggetto WHERE denominazione = 'Altra';
            """)

        let changes = try replica.captured().filter { try $0.key.table == replica.table("adesione").number }

        #expect(changes.map(\.operation).sorted { $0.rawValue < $1.rawValue } == [.insert, .delete])
        #expect(changes.first { $0.operation == .delete }?.key.id == expected)
        #expect(changes.first { $0.operation == .insert }?.key.id != expected)
    }

    @Test func `the key that is there already is refused`() throws {
        let values = try replica.values(
            "adesione", ["soggetto_id": ReplicaFixture.body.value, "piano_id": ReplicaFixture.plan.value])
        let table = try replica.table("adesione")
        _ = try replica.store.insert(into: table, values, by: replica.author)

        let error = #expect(throws: ReplicaStoreError.self) {
            try replica.store.insert(into: table, values, by: replica.author)
        }

        #expect(error?.code == .notValid)
        #expect(try replica.store.count(of: table) == 1)
    }
}
