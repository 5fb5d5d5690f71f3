import ReplicaStore
import SyncCore
import SyncWire
import Testing

/// What a replica sends when an operator merges duplicates or reopens a conflict.
@Suite struct MergeChangeTests {
    private static let conflict = id("00000000-0000-8000-8000-00000000cc02")
    private static let twin = id("00000000-0000-7000-8000-0000000000e2")
    private let replica: ReplicaFixture
    private let table: TableDescription

    init() throws {
        replica = try ReplicaFixture()
        table = try replica.table("soggetto")
        try replica.pull([
            ReplicaFixture.Entry(
                "soggetto", ReplicaFixture.body,
                [
                    "denominazione": .text("Banca del tempo"), "tipo_soggetto": .text("ODV"),
                    "codice_fiscale": .text("12345678901"),
                ]),
            ReplicaFixture.Entry(
                "soggetto", Self.twin,
                [
                    "denominazione": .text("Croce Verde"), "tipo_soggetto": .text("ODV"), "telefono": .text("2"),
                    "codice_fiscale": .text("12345678901"),
                ]),
            Self.listed(),
        ])
    }

    private static func listed() -> ReplicaFixture.Entry {
        ReplicaFixture.Entry(
            "zona_conflict", conflict,
            [
                "scope": .text("*"), "table_name": .text("soggetto"), "record_id": ReplicaFixture.body.value,
                "group_no": .integer(0),
                "columns": .text("codice_fiscale"), "kind": .text("duplicate"), "rule": .text("fields"),
                "state": .text("open"),
                "contested": .integer(0), "other_values": .blob([]),
                "shown_values": .blob(ValueCoding.bytes(of: .text("12345678901"))),
                "base_values": .blob(ValueCoding.bytes(of: [ReplicaFixture.body.value, twin.value])),
                "other_author": .text("Bruno"),
                "other_number": .integer(31), "other_counter": .integer(4), "other_time": .integer(1000),
                "shown_author": .text("Anna"),
                "shown_number": .integer(77), "shown_counter": .integer(1), "shown_time": .integer(2000),
                "dots": .blob([0]),
                "listed_at": .integer(3000),
            ])
    }

    private func merge(_ member: Int, _ values: [(column: Int, value: Value)] = []) throws {
        let conflict = try replica.store.conflict(startingWith: "00000000-0000-8000-8000-00000000cc02")
        _ = try replica.store.merge(conflict, keeping: member, values, note: "la stessa", by: replica.author, now: 4000)
    }

    @Test
    func
        `a merge travels as one change of the survivor, with all it may write, that names who goes, and the decision beside it`()
        throws
    {
        try merge(1)

        let changes = try replica.captured()

        let record = try #require(changes.first { $0.key.id == ReplicaFixture.body })
        #expect(changes.count == 2)
        #expect(record.operation == .update)
        #expect(record.merged == [Self.twin])
        #expect(record.decides.map(\.conflict).contains(Self.conflict))
        #expect(record.changed == table.allColumns)
        #expect(try #require(changes.first { $0.key.table == 902 }).action == record.action)
        #expect(try replica.text("SELECT telefono FROM soggetto WHERE id = '\(ReplicaFixture.body)'") == "2")
        #expect(try replica.count("SELECT count(*) FROM soggetto") == 2)
        #expect(try replica.text("SELECT choice FROM zona_decision") == "other")
    }

    @Test func `a value given beside them takes the place of the one that is taken`() throws {
        let telefono = try #require(table.column(named: "telefono"))

        try merge(1, [(telefono, .text("3"))])

        #expect(try replica.text("SELECT telefono FROM soggetto WHERE id = '\(ReplicaFixture.body)'") == "3")
        #expect(try replica.text("SELECT choice FROM zona_decision") == "new")
    }

    @Test func `a record that is not there, or a letter too many, merges nothing`() throws {
        #expect(throws: ReplicaStoreError.self) { try merge(2) }
        try replica.pull([ReplicaFixture.Entry("soggetto", Self.twin, .deleted)])

        let error = #expect(throws: ReplicaStoreError.self) { try merge(0) }

        #expect(error?.code == .stale)
        #expect(try replica.count("SELECT count(*) FROM zona_decision") == 0)
    }

    @Test func `duplicates are not resolved, and what follows the data is not reopened`() throws {
        let conflict = try #require(try replica.store.conflicts().first)

        #expect(throws: ReplicaStoreError.self) {
            try replica.store.resolve(conflict, .shown, note: "", by: replica.author, now: 4000)
        }
        #expect(throws: ReplicaStoreError.self) {
            try replica.store.reopen(conflict, note: "", by: replica.author, now: 4000)
        }
        #expect(try replica.captured().isEmpty)
    }
}
