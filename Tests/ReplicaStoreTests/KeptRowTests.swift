import ReplicaStore
import SyncCore
import SyncWire
import Testing

/// Conflicts that keep the row of a record which is deleted: what each choice makes of it.
@Suite struct KeptRowTests {
    private static let conflict = id("00000000-0000-8000-8000-00000000cc02")
    private let replica: ReplicaFixture
    private let table: TableDescription
    /// The association as it was, which the list keeps.
    private let kept: [Value]

    init() throws {
        replica = try ReplicaFixture()
        table = try replica.table("soggetto")
        kept = try #require(try replica.store.row(ReplicaFixture.body, of: table)).values
    }

    /// - Parameter shown: the row that shows at the hub; nothing while the record is deleted there.
    private func list(shown: [Value] = []) throws -> Conflict {
        var dots: [UInt8] = []
        dots.appendVarint(1)
        dots.appendDot(Dot(number: ReplicaNumber(rawValue: 31), counter: 4))
        func bytes(_ row: [Value]) -> Value { .blob(row.flatMap(ValueCoding.bytes(of:))) }
        var entries = [
            ReplicaFixture.Entry(
                "zona_conflict", Self.conflict,
                [
                    "scope": .text("*"), "table_name": .text("soggetto"), "record_id": ReplicaFixture.body.value,
                    "group_no": .integer(0), "columns": .text(table.columns.map(\.name).joined(separator: ",")),
                    "kind": .text("restored"), "rule": .text("fields"), "state": .text("open"),
                    "contested": .integer(0), "other_values": bytes(kept), "shown_values": bytes(shown),
                    "other_author": .text("-"), "other_number": .integer(31), "other_counter": .integer(4),
                    "other_time": .integer(1000), "shown_author": .text("Anna"), "shown_number": .integer(77),
                    "shown_counter": .integer(1), "shown_time": .integer(2000), "dots": .blob(dots),
                    "listed_at": .integer(3000),
                ])
        ]
        if shown.isEmpty { entries.append(ReplicaFixture.Entry("soggetto", ReplicaFixture.body, .deleted)) }
        try replica.pull(entries)
        return try #require(try replica.store.conflicts().first)
    }

    private func row() throws -> [Value]? {
        try replica.store.row(ReplicaFixture.body, of: table)?.values
    }

    private func resolve(_ conflict: Conflict, _ choice: ConflictChoice) throws {
        try replica.store.resolve(conflict, choice, note: "", by: replica.author, now: 4000)
    }

    private func column(_ name: String) throws -> Int { try #require(table.column(named: name)) }

    @Test func `the other side puts the whole row back, as an insert that decides`() throws {
        let conflict = try list()
        #expect(conflict.isGone)

        try resolve(conflict, .other)

        #expect(try row() == kept)
        let change = try #require(try replica.captured().first { $0.key.id == ReplicaFixture.body })
        #expect(change.operation == .insert)
        #expect(change.carried == table.allColumns)
        #expect(change.decides.map(\.conflict) == [Self.conflict])
    }

    @Test func `who puts it back and then leaves it deleted sends a delete that decides`() throws {
        let conflict = try list()
        try resolve(conflict, .other)

        try resolve(conflict, .shown)

        #expect(try row() == nil)
        let change = try #require(try replica.captured().first { $0.key.id == ReplicaFixture.body })
        #expect(change.operation == .delete)
        #expect(change.decides.map(\.conflict) == [Self.conflict])
    }

    @Test func `who takes back that he put it back leaves nothing to send`() throws {
        let taken = try replica.store.take(try list(), .other, note: "", by: replica.author, now: 4000)
        #expect(try row() == kept)

        #expect(try replica.store.takeBack(taken))

        #expect(try row() == nil)
        #expect(try replica.captured().isEmpty)
        #expect(try replica.count("SELECT count(*) FROM zona_pending") == 0)
    }

    @Test func `a new value comes beside the rest as it was kept, each time it is decided`() throws {
        let conflict = try list()
        let (phone, pec) = (try column("telefono"), try column("pec"))
        try resolve(conflict, .new([(phone, .text("1")), (pec, .text("a@b.it"))]))

        try resolve(conflict, .new([(phone, .text("1"))]))

        var wanted = kept
        wanted[phone] = .text("1")
        #expect(try row() == wanted)
    }

    @Test func `where the record is back one field leaves the others as they stand`() throws {
        var back = kept
        back[try column("denominazione")] = .text("Nuova")
        try replica.sql("UPDATE soggetto SET denominazione = 'Nuova' WHERE id = '\(ReplicaFixture.body)'")
        let conflict = try list(shown: back)
        #expect(conflict.keepsRow && !conflict.isGone)
        let phone = try column("telefono")

        try resolve(conflict, .new([(phone, .text("5"))]))

        back[phone] = .text("5")
        #expect(try row() == back)
    }

    @Test func `no filter by column takes a conflict about whether a record exists`() throws {
        _ = try list()
        var filter = ConflictFilter()
        filter.columns = ["telefono"]

        #expect(try replica.store.inbox(filter).isEmpty)
        #expect(try replica.store.inbox().count == 1)
    }
}
