import ReplicaStore
import SyncCore
import Testing

@Suite struct RowReadingTests {
    private let replica: ReplicaFixture

    init() throws {
        replica = try ReplicaFixture()
    }

    @Test func `rows come in the order of their ids, as many as are asked for`() throws {
        let table = try replica.table("incontro")

        let all = try replica.store.rows(of: table)
        let second = try replica.store.rows(of: table, limit: 1, offset: 1)

        #expect(all.map(\.id) == [ReplicaFixture.ownMeeting, ReplicaFixture.otherMeeting])
        #expect(second.map(\.id) == [ReplicaFixture.otherMeeting])
    }

    @Test func `rows are chosen by value, and by no value`() throws {
        let table = try replica.table("incontro")
        let owner = try replica.values("incontro", ["comune_id": ReplicaFixture.amelia.value])
        let noMinutes = try replica.values("incontro", ["verbale": .null])

        #expect(try replica.store.rows(of: table, where: owner).map(\.id) == [ReplicaFixture.otherMeeting])
        #expect(try replica.store.rows(of: table, where: noMinutes).count == 2)
        #expect(try replica.store.rows(of: table, where: owner + noMinutes).count == 1)
    }

    @Test func `a row that waits is marked as pending`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '1'")

        let row = try #require(try replica.store.row(ReplicaFixture.body, of: replica.table("soggetto")))
        let pending = try replica.store.pendingRecords()

        #expect(row.isPending)
        #expect(!row.isBehind)
        #expect(pending.map(\.id) == [ReplicaFixture.body])
        #expect(pending.map(\.author) == ["-"])
        #expect(pending.map(\.isCaptured) == [false])
    }

    @Test func `an id may be shortened while no other begins like it`() throws {
        let table = try replica.table("incontro")

        #expect(
            try replica.store.id(startingWith: "00000000-0000-7000-8000-000000000011", in: table)
                == ReplicaFixture.ownMeeting)
        #expect(try replica.store.record(startingWith: "00000000-0000-7000-8000-0000000000e").id == ReplicaFixture.body)
    }

    @Test(arguments: [("00000000", "ambiguous"), ("0190", "not-found"), ("", "not-found"), ("%", "not-found")])
    func `a prefix of several ids or of none is told`(prefix: String, code: String) throws {
        let error = #expect(throws: ReplicaStoreError.self) {
            try replica.store.id(startingWith: prefix, in: replica.table("incontro"))
        }

        #expect(error?.code.rawValue == code)
    }

    @Test func `writing a row that is not there says so`() throws {
        let table = try replica.table("soggetto")
        let missing = id("00000000-0000-7000-8000-0000000000ff")

        let update = #expect(throws: ReplicaStoreError.self) {
            try replica.store.update(missing, of: table, [(0, .text("x"))], by: replica.author)
        }
        let delete = #expect(throws: ReplicaStoreError.self) {
            try replica.store.delete(missing, of: table, by: replica.author)
        }

        #expect(update?.code == .notFound)
        #expect(delete?.code == .notFound)
    }

    @Test func `an update with the values that are there changes nothing and says so`() throws {
        let isChanged = try replica.store.update(
            ReplicaFixture.body, of: replica.table("soggetto"),
            replica.values("soggetto", ["denominazione": .text("Banca del tempo")]), by: replica.author)

        #expect(!isChanged)
        #expect(try replica.store.status().pendingRecords == 0)
    }

    @Test func `a name for the history is cut to its limit and loses control characters`() {
        let long = Operator(String(repeating: "è", count: 400))
        let odd = Operator("An\u{1B}[31mna\n")

        #expect(long.name.utf8.count <= Limits.authorBytes)
        #expect(odd.name == "An[31mna")
        #expect(Operator("").name == "-")
    }

    @Test func `how the last contact went is remembered until a good one`() throws {
        try replica.store.noteContact(at: 10, offset: 200, fault: "the hub did not answer")
        let failed = try replica.store.state()
        try replica.store.noteContact(at: 20, offset: nil, fault: nil)
        let fine = try replica.store.state()

        #expect(failed.lastFault == "the hub did not answer")
        #expect(failed.lastContact == nil)
        #expect(fine.lastFault == nil)
        #expect(fine.lastContact == 20)
        #expect(fine.clockOffset == 200)
    }
}
