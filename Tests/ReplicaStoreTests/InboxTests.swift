import ReplicaStore
import SyncCore
import Testing

/// The inbox: which conflicts are in it, in which order, what is at stake, and many decided at once.
@Suite struct InboxTests {
    private let replica: ReplicaFixture

    /// Narni's own replica. Three conflicts, each an hour after the one before: an amount of the capofila's, a name, and
    /// a place of a meeting of Amelia's, which Narni does not write.
    init() throws {
        replica = try ReplicaFixture()
        try replica.pull([
            try listed(1, "quota_comune", ReplicaFixture.quota, "importo_cent", .integer(500), .integer(700), hour: 1),
            try listed(
                2, "soggetto", ReplicaFixture.body, "denominazione", .text("Banca del tempo"), .text("B. del tempo"),
                hour: 2),
            try listed(
                3, "incontro", ReplicaFixture.otherMeeting, "luogo", .text("Sala"), .text("Aula"), hour: 3,
                other: ReplicaFixture.amelia),
        ])
    }

    private static func conflict(_ number: Int) -> RecordID { id("0000000\(number)-0000-8000-8000-00000000cc01") }

    private func listed(
        _ number: Int, _ table: String, _ record: RecordID, _ column: String, _ shown: Value, _ other: Value,
        hour: Int64, other comune: RecordID = ReplicaFixture.narni
    ) throws -> ReplicaFixture.Entry {
        let position = try #require(try replica.table(table).column(named: column))
        var dots: [UInt8] = []
        dots.appendVarint(1)
        dots.appendDot(Dot(number: ReplicaNumber(rawValue: 31), counter: UInt64(number)))
        return ReplicaFixture.Entry(
            "zona_conflict", Self.conflict(number),
            [
                "scope": .text("*"), "table_name": .text(table), "record_id": record.value,
                "group_no": .integer(Int64(2 + position)), "columns": .text(column), "kind": .text("update"),
                "rule": .text("manual"), "state": .text("open"), "contested": .integer(table == "quota_comune" ? 1 : 0),
                "other_values": .blob(ValueCoding.bytes(of: other)),
                "shown_values": .blob(ValueCoding.bytes(of: shown)), "other_author": .text("Bruno"),
                "other_comune": comune.value, "other_number": .integer(31), "other_counter": .integer(Int64(number)),
                "other_time": .integer(1000), "shown_author": .text("Anna"),
                "shown_comune": ReplicaFixture.narni.value, "shown_number": .integer(77), "shown_counter": .integer(1),
                "shown_time": .integer(2000), "dots": .blob(dots), "listed_at": .integer(hour * 3_600_000),
            ])
    }

    private func numbers(_ order: ConflictOrder = .oldest, _ choose: (inout ConflictFilter) -> Void) throws -> [Int] {
        var filter = ConflictFilter()
        choose(&filter)
        return try replica.store.inbox(filter, order: order).map { item in
            (1...3).first { Self.conflict($0) == item.conflict.id } ?? 0
        }
    }

    @Test func `without a choice it holds all that wait, the oldest first, with names and money`() throws {
        let items = try replica.store.inbox()

        #expect(items.map(\.conflict.id) == (1...3).map(Self.conflict))
        #expect(items.map(\.amount) == [200, nil, nil])
        #expect(items[1].name == .text("Banca del tempo"))
    }

    @Test func `each option chooses by itself, and together they choose what all choose`() throws {
        #expect(try numbers { $0.tables = ["soggetto", "incontro"] } == [2, 3])
        #expect(try numbers { $0.columns = ["luogo"] } == [3])
        #expect(try numbers { $0.kinds = ["duplicate"] } == [])
        #expect(try numbers { $0.comuni = ["Amelia"] } == [3])
        #expect(try numbers { $0.isContested = true } == [1])
        #expect(try numbers { $0.listedSince = 2 * 3_600_000 } == [2, 3])
        #expect(try numbers { $0.listedUntil = 2 * 3_600_000 } == [1, 2])
        #expect(try numbers { $0.minimumAmount = 200 } == [1])
        #expect(try numbers { $0.minimumAmount = 201 } == [])
        #expect(
            try numbers {
                $0.tables = ["soggetto", "incontro"]
                $0.listedUntil = 2 * 3_600_000
            } == [2])
    }

    @Test func `mine are those that this comune may write`() throws {
        // The quota is the capofila's to write, the meeting Amelia's.
        #expect(try numbers { $0.isMine = true } == [2])
    }

    @Test func `the orders are by age, by money and by record`() throws {
        #expect(try numbers(.newest) { _ in } == [3, 2, 1])
        #expect(try numbers(.amount) { _ in } == [1, 2, 3])
        let byRecord = try replica.store.inbox(order: .record).map { item in
            try replica.table(item.conflict.table).number
        }
        #expect(byRecord == byRecord.sorted())
    }

    @Test func `what was decided here is no longer in it, and counted`() throws {
        let conflict = try replica.store.conflict(startingWith: "00000002")
        try replica.store.resolve(conflict, .other, note: "", by: replica.author, now: 1)

        #expect(try numbers { _ in } == [1, 3])
        #expect(try numbers { $0.states = .all } == [1, 2, 3])
        #expect(try replica.store.conflictsDecidedHere() == 1)
    }

    @Test func `a rehearsal says what would be decided and why the rest would not, and changes nothing`() throws {
        let all = try replica.store.inbox().map(\.conflict)

        let outcome = try replica.store.resolve(all, .other, note: "", by: replica.author, now: 1, isRehearsal: true)

        #expect(outcome.decided == [Self.conflict(2)])
        #expect(outcome.left.map(\.conflict) == [Self.conflict(1), Self.conflict(3)])
        #expect(outcome.left.allSatisfy { $0.why.code == .notValid })
        #expect(try replica.captured().isEmpty)
        #expect(try replica.count("SELECT count(*) FROM zona_decision") == 0)
        #expect(try replica.text("SELECT denominazione FROM soggetto") == "Banca del tempo")
    }

    @Test func `many are decided at once, and one that cannot be keeps no other from it`() throws {
        let all = try replica.store.inbox().map(\.conflict)

        let outcome = try replica.store.resolve(all, .other, note: "tutti", by: replica.author, now: 1)

        #expect(outcome.decided == [Self.conflict(2)])
        #expect(try replica.captured().count == 2)
        #expect(try replica.text("SELECT denominazione FROM soggetto") == "B. del tempo")
        #expect(try replica.store.decisions(about: [Self.conflict(2)]).map(\.note) == ["tutti"])
        #expect(try replica.text("SELECT luogo FROM incontro WHERE id = '\(ReplicaFixture.otherMeeting)'") == "Sala")
    }

    @Test func `what was written here and not sent is not written over by many at once, and stays by the shown`() throws
    {
        try replica.sql("UPDATE soggetto SET denominazione = 'Banca delle ore'")
        let all = try replica.store.inbox().map(\.conflict)

        let other = try replica.store.resolve(all, .other, note: "", by: replica.author, now: 1)

        #expect(other.decided == [])
        #expect(other.left.first { $0.conflict == Self.conflict(2) }?.why.code == .stale)
        #expect(try replica.text("SELECT denominazione FROM soggetto") == "Banca delle ore")

        let shown = try replica.store.resolve(all, .shown, note: "", by: replica.author, now: 1)

        #expect(shown.decided == [Self.conflict(2)])
        #expect(try replica.text("SELECT denominazione FROM soggetto") == "Banca delle ore")
    }

    @Test func `another field that was written here keeps none of many from being decided`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '0744 999999'")
        let all = try replica.store.inbox().map(\.conflict)

        let outcome = try replica.store.resolve(all, .other, note: "", by: replica.author, now: 1)

        #expect(outcome.decided == [Self.conflict(2)])
        #expect(try replica.text("SELECT denominazione || telefono FROM soggetto") == "B. del tempo0744 999999")
    }

    @Test func `an amount at the end of the integers is no trap`() throws {
        try replica.pull([
            try listed(
                1, "quota_comune", ReplicaFixture.quota, "importo_cent", .integer(.min), .integer(.max), hour: 1)
        ])

        #expect(try replica.store.inbox().first?.amount == .max)
    }
}
