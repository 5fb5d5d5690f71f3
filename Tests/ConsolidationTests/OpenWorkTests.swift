import Consolidation
import ReplicaStore
import SyncCore
import SyncWire
import Testing

/// What stands open when the picture is taken: conflicts, and rows that are not synced.
@Suite
struct OpenWorkTests {
    private let author = Operator("Bianchi")

    @Test
    func `contested amounts are shown and their total is provisional`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(SampleAmbito.allotment(0x100, SampleAmbito.borgo, cents: 500))
        try sample.applied(SampleAmbito.conflict(0x800, about: SampleAmbito.id(0x100), isContested: true))

        let publication = try sample.publish()

        let conflicts = try publication.summary()["conflitti_aperti"] as? [[String: Any]]
        #expect(publication.contestedConflicts == 1)
        #expect(conflicts?.first?["id"] as? String == SampleAmbito.id(0x800).description)
        #expect(conflicts?.first?["riga_id"] as? String == SampleAmbito.id(0x100).description)
        #expect(conflicts?.first?["campi"] as? [String] == ["importo_cent"])
        #expect(try publication.total("stanziamento_comune")["provvisorio"] as? Bool == true)
        #expect(try publication.total("voce_budget")["provvisorio"] as? Bool == false)
        #expect(publication.text.contains("CONTESTATO"))
        #expect(publication.text.contains("provvisorio: importi contestati"))
    }

    @Test
    func `a conflict that contests nothing makes no total provisional, and a closed one is not shown`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(SampleAmbito.conflict(0x800, about: SampleAmbito.id(0x100), isContested: false))
        try sample.applied(SampleAmbito.conflict(0x801, about: SampleAmbito.id(0x100), isContested: true))
        try sample.applied("UPDATE zona_conflict SET state = 'closed' WHERE contested = 1")

        let publication = try sample.publish()

        #expect(publication.openConflicts.map(\.id) == [SampleAmbito.id(0x800)])
        #expect(try publication.total("stanziamento_comune")["provvisorio"] as? Bool == false)
    }

    @Test
    func `rows that are not synced are left out, as last acknowledged, and named`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(SampleAmbito.allotment(0x100, SampleAmbito.alba, cents: 100))
        try sample.applied(SampleAmbito.allotment(0x101, SampleAmbito.alba, cents: 200))
        let before = try sample.publish()
        let table = try #require(sample.store.catalog.table(named: "stanziamento_comune"))
        let amount = try #require(table.column(named: "importo_cent"))

        _ = try sample.store.update(SampleAmbito.id(0x100), of: table, [(amount, .integer(999))], by: author)
        try sample.store.delete(SampleAmbito.id(0x101), of: table, by: author)
        let new = try sample.store.insert(
            into: table,
            [
                (0, .text(SampleAmbito.year.description)), (1, .text(SampleAmbito.alba.description)),
                (2, .text("FNPS")),
                (amount, .integer(5)),
            ], by: author)
        let after = try sample.publish()

        let named = after.unsynced.sorted { $0.id < $1.id }
        #expect(named.map(\.id) == [SampleAmbito.id(0x100), SampleAmbito.id(0x101), new].sorted())
        #expect(
            Set(named.map { "\($0.id == new ? "new" : "old") \($0.change)" }) == [
                "new insert", "old update", "old delete",
            ])
        #expect(named.map(\.author) == ["Bianchi", "Bianchi", "Bianchi"])
        #expect(try before.bytes("piano-di-zona.sqlite") == after.bytes("piano-di-zona.sqlite"))
        #expect(try before.bytes("stanziamento_comune.csv") == after.bytes("stanziamento_comune.csv"))
        #expect(try after.total("stanziamento_comune")["totale_cent"] as? Int == 300)
        #expect(after.text.contains("stanziamento_comune \(new): inserimento di Bianchi"))
    }

    @Test
    func `what a pull brought for a pending record is what the picture shows`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(SampleAmbito.allotment(0x100, SampleAmbito.alba, cents: 100))
        let table = try #require(sample.store.catalog.table(named: "stanziamento_comune"))
        let amount = try #require(table.column(named: "importo_cent"))
        _ = try sample.store.update(SampleAmbito.id(0x100), of: table, [(amount, .integer(999))], by: author)
        let row = SyncCore.Row([
            .text(SampleAmbito.year.description), .text(SampleAmbito.alba.description), .text("FNPS"), .text("c256"),
            .integer(150),
        ])
        let page = SamplePages.page(from: 42, to: 50) {
            $0.append(.init(table: table.number, id: SampleAmbito.id(0x100)), row)
        }
        _ = try Consolidation.refresh(sample.store, from: { _, _ in page }, now: SampleAmbito.night)

        let publication = try sample.publish()

        #expect(try publication.rows("SELECT importo_cent FROM stanziamento_comune") == ["150"])
        #expect(publication.unsynced.map(\.id) == [SampleAmbito.id(0x100)])
        #expect(publication.cursor == 50)
    }
}
