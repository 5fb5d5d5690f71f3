import ReplicaStore
import SyncCore
import Testing

/// Decisions that are taken back while nobody has heard of them.
@Suite struct TakenDecisionTests {
    private static let conflict = id("00000000-0000-8000-8000-00000000cc01")
    private let replica: ReplicaFixture

    /// The name of an association, or whether it exists, is in conflict.
    init() throws {
        replica = try ReplicaFixture()
    }

    private func list(existence: Bool = false) throws -> Conflict {
        let column = try #require(try replica.table("soggetto").column(named: "denominazione"))
        var dots: [UInt8] = []
        dots.appendVarint(1)
        dots.appendDot(Dot(number: ReplicaNumber(rawValue: 31), counter: 4))
        func values(_ text: String) -> Value {
            .blob(existence ? [] : ValueCoding.bytes(of: .text(Array(text.utf8))))
        }
        try replica.pull([
            ReplicaFixture.Entry(
                "zona_conflict", Self.conflict,
                [
                    "scope": .text("*"), "table_name": .text("soggetto"), "record_id": ReplicaFixture.body.value,
                    "group_no": .integer(existence ? 0 : Int64(2 + column)),
                    "columns": .text(existence ? "" : "denominazione"),
                    "kind": .text(existence ? "edit-delete" : "update"), "rule": .text("fields"),
                    "state": .text("open"), "contested": .integer(0), "other_values": values("B. del tempo"),
                    "shown_values": values("Banca del tempo"), "other_author": .text("Bruno"),
                    "other_number": .integer(31), "other_counter": .integer(4), "other_time": .integer(1000),
                    "shown_author": .text("Anna"), "shown_number": .integer(77), "shown_counter": .integer(1),
                    "shown_time": .integer(2000), "dots": .blob(dots), "listed_at": .integer(3000),
                ])
        ])
        return try replica.store.conflict(startingWith: "00000000-0000-8000-8000-00000000cc")
    }

    private func take(_ conflict: Conflict, _ choice: ConflictChoice) throws -> TakenDecision {
        try replica.store.take(conflict, choice, note: "", by: replica.author, now: 4000)
    }

    private func name() throws -> String? {
        try replica.text("SELECT denominazione FROM soggetto WHERE id = '\(ReplicaFixture.body)'")
    }

    @Test(arguments: [true, false])
    func `a decision that is taken back leaves no row, no pending change and nothing to send`(_ other: Bool) throws {
        let taken = try take(try list(), other ? .other : .shown)
        #expect(try name() == (other ? "B. del tempo" : "Banca del tempo"))

        #expect(try replica.store.takeBack(taken))

        #expect(try name() == "Banca del tempo")
        #expect(try replica.captured().isEmpty)
        #expect(try replica.count("SELECT count(*) FROM zona_decision") == 0)
        #expect(try replica.count("SELECT count(*) FROM zona_deciding") == 0)
        #expect(try replica.count("SELECT count(*) FROM zona_pending") == 0)
        #expect(try replica.store.inbox().count == 1)
    }

    @Test func `a record that a decision deleted is there again`() throws {
        let taken = try take(try list(existence: true), .other)
        #expect(try name() == nil)

        #expect(try replica.store.takeBack(taken))

        #expect(try name() == "Banca del tempo")
        #expect(try replica.captured().isEmpty)
    }

    @Test func `what was changed and not captured before the decision is still to be sent`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '0744 1'")
        let taken = try take(try list(), .other)

        #expect(try replica.store.takeBack(taken))

        let changes = try replica.captured()
        #expect(changes.count == 1)
        #expect(try changes.map { try replica.names($0.changed, of: "soggetto") } == [["telefono"]])
    }

    @Test func `one that was captured is not taken back, and another takes its place`() throws {
        let conflict = try list()
        let taken = try take(conflict, .other)
        try replica.capture()

        #expect(try !replica.store.takeBack(taken))

        #expect(try name() == "B. del tempo")
        _ = try take(conflict, .new([(0, .text(Array("Terzo".utf8)))]))
        #expect(try name() == "Terzo")
        #expect(try replica.captured().filter { !$0.decides.isEmpty }.count == 2)
    }

    @Test func `one whose record was changed since is not taken back`() throws {
        let taken = try take(try list(), .other)
        try replica.sql("UPDATE soggetto SET telefono = '0744 1'")

        #expect(try !replica.store.takeBack(taken))

        #expect(try name() == "B. del tempo")
        #expect(try replica.count("SELECT count(*) FROM zona_decision") == 1)
    }
}
