import ReplicaStore
import SyncCore
import Testing

@Suite struct RowQueryTests {
    private let replica: ReplicaFixture

    init() throws {
        replica = try ReplicaFixture()
    }

    private func ids(_ table: String, _ change: (inout RowQuery, TableDescription) throws -> Void) throws -> [RecordID]
    {
        let table = try replica.table(table)
        var query = RowQuery()
        try change(&query, table)
        var ids: [RecordID] = []
        try replica.store.forEachRow(of: table, query) { ids.append($0.row.id) }
        return ids
    }

    private func condition(_ table: TableDescription, _ column: String, _ test: RowQuery.Test) -> RowQuery.Condition {
        RowQuery.Condition(column: table.column(named: column), test: test)
    }

    @Test(arguments: ["banca", "DEL TEMPO", "bànca"])
    func `letters are found whatever their case and accents`(text: String) throws {
        let found = try ids("soggetto") { query, table in
            query.conditions = [condition(table, "denominazione", .contains(text, true))]
        }
        let searched = try ids("soggetto") { query, _ in query.search = text }

        #expect(found == [ReplicaFixture.body])
        #expect(searched == [ReplicaFixture.body])
    }

    @Test func `a column that points to a record is chosen by the record's name`() throws {
        let found = try ids("incontro") { query, table in
            query.conditions = [condition(table, "comune_id", .contains("amel", true))]
        }
        #expect(found == [ReplicaFixture.otherMeeting])
        #expect(try replica.store.ids(named: "AMELIA", in: replica.table("comune")) == [ReplicaFixture.amelia])
        #expect(try replica.store.ids(named: "055004", in: replica.table("comune")) == [ReplicaFixture.amelia])
        #expect(try replica.store.ids(named: "Amelìa", in: replica.table("comune")) == [ReplicaFixture.amelia])
    }

    @Test func `conditions add up, and NULL is different from every value`() throws {
        let table = try replica.table("incontro")
        let before = condition(table, "data", .compares(.less, .text("2026-11-30")))
        let notAmelia = condition(table, "comune_id", .pointsTo([ReplicaFixture.amelia], false))
        let noMinutes = condition(table, "verbale", .compares(.different, .text("x")))

        #expect(try ids("incontro") { query, _ in query.conditions = [before] }.count == 2)
        #expect(
            try ids("incontro") { query, _ in query.conditions = [before, notAmelia, noMinutes] }
                == [ReplicaFixture.ownMeeting])
    }

    @Test func `rows come in the order of a related name, the empty ones last either way, ties by id`() throws {
        try replica.sql("UPDATE incontro SET luogo = NULL WHERE id = '\(ReplicaFixture.ownMeeting)'")
        func ordered(_ columns: [(String, Bool)]) throws -> [RecordID] {
            try ids("incontro") { query, table in
                query.order = columns.map { RowQuery.Order(column: table.column(named: $0), isDescending: $1) }
            }
        }
        let (own, other) = (ReplicaFixture.ownMeeting, ReplicaFixture.otherMeeting)

        #expect(try ordered([("comune_id", false)]) == [other, own])
        #expect(try ordered([("comune_id", true)]) == [own, other])
        #expect(try ordered([("luogo", false)]) == [other, own])
        #expect(try ordered([("luogo", true)]) == [other, own])
        #expect(try ordered([("data", true)]) == [own, other])
    }

    @Test func `pages follow one another`() throws {
        let pages = try (0...2).map { page in
            try ids("comune") { query, table in
                query.limit = 1
                query.offset = page
                query.order = [RowQuery.Order(column: table.column(named: "denominazione"), isDescending: false)]
            }
        }
        #expect(pages == [[ReplicaFixture.amelia], [ReplicaFixture.narni], []])
        #expect(try replica.store.count(of: replica.table("comune"), RowQuery()) == 2)
    }

    @Test func `marks choose what is mine and what waits`() throws {
        try replica.sql("UPDATE incontro SET stato = 'svolto' WHERE id = '\(ReplicaFixture.ownMeeting)'")

        #expect(try ids("incontro") { query, _ in query.marks = [.mine] } == [ReplicaFixture.ownMeeting])
        #expect(try ids("incontro") { query, _ in query.marks = [.pending] } == [ReplicaFixture.ownMeeting])
        #expect(try ids("incontro") { query, _ in query.marks = [.contested] }.isEmpty)
    }

    @Test func `a record without a name of its own is called by its key, two steps far`() throws {
        #expect(try replica.store.name(of: ReplicaFixture.year, in: replica.table("annualita")) == "2026, Piano")
        #expect(
            try replica.store.name(of: ReplicaFixture.ownMeeting, in: replica.table("incontro"))
                == "2026-11-29, Anziani, Narni")
        let quota = try #require(try replica.store.name(of: ReplicaFixture.quota, in: replica.table("quota_comune")))
        #expect(quota == "FNPS, Narni")
    }

    @Test func `what belongs to a record is counted and named, table by table`() throws {
        let children = try replica.store.children(of: ReplicaFixture.narni, in: replica.table("comune"), limit: 1)

        #expect(children.map(\.table.name) == ["quota_comune", "incontro"])
        #expect(children.map(\.count) == [1, 1])
        #expect(children.last?.first.map(\.id) == [ReplicaFixture.ownMeeting])
    }

    @Test func `an error of the reader ends the reading as it is, and the store goes on`() throws {
        struct Enough: Error {}
        let table = try replica.table("incontro")

        #expect(throws: Enough.self) {
            try replica.store.forEachRow(of: table, RowQuery()) { _ in throw Enough() }
        }
        #expect(try replica.store.count(of: table, RowQuery()) == 2)
    }
}
