import ReplicaStore
import SyncCore
import Testing

/// Conflicts as the hub lists them here, and decisions about them.
@Suite struct ConflictTests {
    private static let conflict = id("00000000-0000-8000-8000-00000000cc01")
    private static let dots = [
        Dot(number: ReplicaNumber(rawValue: 31), counter: 4), Dot(number: ReplicaFixture.hub, counter: 8),
    ]
    private let replica: ReplicaFixture
    private let column: Int

    init() throws {
        replica = try ReplicaFixture(isCapofila: true)
        column = try #require(try replica.table("quota_comune").column(named: "importo_cent"))
        try replica.pull([Self.listed(column: column)])
    }

    /// The amount of a quota: 500 is shown, 700 was kept aside, both began from 100.
    private static func listed(
        column: Int, state: String = "open", dots other: [UInt8]? = nil
    ) -> ReplicaFixture.Entry {
        var bytes: [UInt8] = []
        bytes.appendVarint(UInt64(dots.count))
        for dot in dots { bytes.appendDot(dot) }
        if let other { bytes = other }
        return ReplicaFixture.Entry(
            "zona_conflict", conflict,
            [
                "scope": .text("*"), "table_name": .text("quota_comune"), "record_id": ReplicaFixture.quota.value,
                "group_no": .integer(Int64(2 + column)), "columns": .text("importo_cent"), "kind": .text("concurrent"),
                "rule": .text("manual"), "state": .text(state), "contested": .integer(1),
                "other_values": .blob(ValueCoding.bytes(of: .integer(700))),
                "shown_values": .blob(ValueCoding.bytes(of: .integer(500))),
                "base_values": .blob(ValueCoding.bytes(of: .integer(100))), "other_author": .text("Bruno"),
                "other_comune": ReplicaFixture.amelia.value, "other_number": .integer(31), "other_counter": .integer(4),
                "other_time": .integer(1000), "shown_author": .text("Anna"),
                "shown_comune": ReplicaFixture.narni.value, "shown_number": .integer(77), "shown_counter": .integer(1),
                "shown_time": .integer(2000), "dots": .blob(bytes), "listed_at": .integer(3000),
            ])
    }

    private func amount() throws -> Int {
        try replica.count("SELECT importo_cent FROM quota_comune WHERE id = '\(ReplicaFixture.quota)'")
    }

    /// The amount that a change carries.
    private func carried(_ change: Change) throws -> Value? {
        let slices = try replica.table("quota_comune").slices(of: change)
        var reader = ByteReader(Array(slices[change.carried.intersection(.first(column)).count]))
        return try reader.value()
    }

    private func resolve(_ choice: ConflictChoice) throws {
        let conflict = try replica.store.conflict(startingWith: "00000000-0000-8000-8000-00000000cc")
        try replica.store.resolve(conflict, choice, note: "al telefono", by: replica.author, now: 4000)
    }

    @Test func `a listed conflict says both sides, their authors and comuni, and what they began from`() throws {
        let conflict = try #require(try replica.store.conflicts().first)
        let row = try #require(try replica.store.row(ReplicaFixture.quota, of: replica.table("quota_comune")))

        #expect(conflict.columns == ["importo_cent"])
        #expect(conflict.shown.values == [.integer(500)])
        #expect(conflict.other.values == [.integer(700)])
        #expect(conflict.base == [.integer(100)])
        #expect(conflict.shown.comune == "Narni")
        #expect(conflict.other.comune == "Amelia")
        #expect(conflict.other.author == "Bruno")
        #expect(row.isContested)
        #expect(row.openConflicts == 1)
        #expect(try replica.store.status().contestedConflicts == 1)
    }

    @Test func `the other value is written, and the change names the conflict and its dots, in one action`() throws {
        try resolve(.other)

        let changes = try replica.captured()

        let record = try #require(changes.first { $0.key.id == ReplicaFixture.quota })
        let decision = try #require(changes.first { $0.key.table == 902 })
        #expect(try amount() == 700)
        #expect(changes.count == 2)
        #expect(record.decides == [NamedConflict(conflict: Self.conflict, group: 2 + column, dots: Self.dots)])
        #expect(record.changed == ColumnSet([column]))
        #expect(try carried(record) == .integer(700))
        #expect(record.action == decision.action)
        #expect(record.action > 0)
        #expect(
            try replica.text("SELECT choice || ' ' || author || ' ' || note FROM zona_decision")
                == "other Anna al telefono")
    }

    @Test func `also when the shown value stays the decision travels as a change of the record`() throws {
        try resolve(.shown)

        let changes = try replica.captured()

        let record = try #require(changes.first { $0.key.id == ReplicaFixture.quota })
        #expect(try amount() == 500)
        #expect(record.decides.map(\.conflict) == [Self.conflict])
        #expect(record.changed == ColumnSet([column]))
        #expect(try carried(record) == .integer(500))
    }

    @Test func `a decision about a record that waits to go up for something else goes with it, or is refused with it`()
        throws
    {
        try replica.sql("UPDATE quota_comune SET criterio = 'x' WHERE id = '\(ReplicaFixture.quota)'")
        try resolve(.shown)

        let changes = try replica.captured()

        let record = try #require(changes.first { $0.key.id == ReplicaFixture.quota })
        let decision = try #require(changes.first { $0.key.table == 902 })
        #expect(record.action == decision.action)
        #expect(record.action > 0)
    }

    @Test func `a new value takes the place of both`() throws {
        try resolve(.new([(column, .integer(600))]))

        let record = try #require(try replica.captured().first { $0.key.id == ReplicaFixture.quota })

        #expect(try amount() == 600)
        #expect(try carried(record) == .integer(600))
        #expect(record.decides.count == 1)
    }

    @Test func `a column that the conflict is not about is refused and nothing is decided`() throws {
        let criterion = try #require(try replica.table("quota_comune").column(named: "criterio"))

        let error = #expect(throws: ReplicaStoreError.self) { try resolve(.new([(criterion, .text("x"))])) }

        #expect(error?.code == .unknownColumn)
        #expect(try replica.count("SELECT count(*) FROM zona_decision") == 0)
        #expect(try replica.captured().isEmpty)
    }

    @Test func `a value that a check refuses decides nothing`() throws {
        let error = #expect(throws: ReplicaStoreError.self) { try resolve(.new([(column, .integer(-5))])) }

        #expect(error?.code == .notValid)
        #expect(try amount() == 500)
        #expect(try replica.captured().isEmpty)
    }

    @Test(arguments: [false, true])
    func `a decision that is given again decides once, unless it is another or something has changed`(
        _ isCaptured: Bool
    ) throws {
        func count() throws -> Int { try replica.count("SELECT count(*) FROM zona_decision") }
        try resolve(.other)
        if isCaptured { try replica.capture() }
        let batches = try replica.batches().count

        try resolve(.other)
        try replica.capture()

        #expect(try count() == 1)
        #expect(try replica.batches().count == max(1, batches))
        try replica.sql("UPDATE quota_comune SET importo_cent = 650 WHERE id = '\(ReplicaFixture.quota)'")
        try resolve(.other)
        #expect(try count() == 2)
        #expect(try amount() == 700)
        try resolve(.new([(column, .integer(700))]))
        #expect(try count() == 3)
        var dots: [UInt8] = []
        dots.appendVarint(1)
        dots.appendDot(Dot(number: ReplicaNumber(rawValue: 90), counter: 1))
        try replica.pull([Self.listed(column: column, dots: dots)])
        try resolve(.new([(column, .integer(700))]))
        #expect(try count() == 4)
    }

    @Test func `a decision taken here is marked until the hub has it`() throws {
        try resolve(.other)
        let taken = try #require(try replica.store.conflicts().first).decidedHere
        try replica.capture()
        let captured = try #require(try replica.store.conflicts().first).decidedHere

        try replica.store.acknowledge(folded: 2)

        #expect(taken)
        #expect(captured)
        #expect(try #require(try replica.store.conflicts().first).decidedHere == false)
    }

    @Test func `a value that a sync brings while the operator looks at the conflict is not replaced unseen`() throws {
        let onScreen = try #require(try replica.store.conflicts().first)
        var dots: [UInt8] = []
        dots.appendVarint(1)
        dots.appendDot(Dot(number: ReplicaNumber(rawValue: 90), counter: 1))
        try replica.pull([Self.listed(column: column, dots: dots)])

        let error = #expect(throws: ReplicaStoreError.self) {
            try replica.store.resolve(onScreen, .other, note: "", by: replica.author, now: 4000)
        }

        #expect(error?.code == .stale)
        #expect(try amount() == 500)
    }

    @Test func `a conflict that was closed meanwhile is not decided again`() throws {
        let conflict = try #require(try replica.store.conflicts().first)
        try replica.pull([Self.listed(column: column, state: "decided")])

        let error = #expect(throws: ReplicaStoreError.self) {
            try replica.store.resolve(conflict, .other, note: "", by: replica.author, now: 4000)
        }

        #expect(error?.code == .stale)
        #expect(try amount() == 500)
        #expect(try replica.store.conflicts().isEmpty)
        #expect(try replica.store.conflicts(onlyOpen: false).count == 1)
    }
}
