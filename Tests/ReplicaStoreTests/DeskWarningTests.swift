import DataDesk
import ReplicaStore
import SyncCore
import Testing

/// What the desk lets pass and says all the same.
@Suite struct DeskWarningTests {
    private let replica: ReplicaFixture

    init() throws {
        replica = try ReplicaFixture()
        try replica.sql(
            """
            INSERT INTO rendicontazione_comune(annualita_id, comune_id)
            VALUES ('\(ReplicaFixture.year)', '\(ReplicaFixture.narni)')
            """)
    }

    /// A step of Narni's reporting, as somebody writes it who leaves out the one before, or names it.
    private func pass(_ from: String, _ to: String, _ who: String, day: Int, namesPrevious: Bool) throws {
        let previous = "(SELECT id FROM rendicontazione_passaggio ORDER BY avvenuto DESC LIMIT 1)"
        try replica.sql(
            """
            INSERT INTO rendicontazione_passaggio(rendicontazione_id, comune_id, da, a, attore, avvenuto, precedente_id)
            SELECT id, comune_id, '\(from)', '\(to)', '\(who)', '2026-11-0\(day)T10:00:00Z',
                \(namesPrevious ? previous : "NULL") FROM rendicontazione_comune
            """)
    }

    /// The warnings about money that Narni writes for the year.
    private func warnings(today: String = "2026-11-27") throws -> [Fault.Kind] {
        let table = try replica.table("stanziamento_comune")
        let fields = try replica.values(
            "stanziamento_comune",
            [
                "annualita_id": ReplicaFixture.year.value, "comune_id": ReplicaFixture.narni.value,
                "fonte": .text("FNPS"),
                "importo_cent": .integer(100),
            ])
        let input = EntryInput(fields: fields.map { ($0.column, FieldInput.value($0.value)) })
        let faults = try replica.store.deskReading { session in
            try Entry.check(input, to: table, session, DeskKnowledge(session, today: Array(today.utf8))).faults
        }
        #expect(faults.filter { !$0.isWarning } == [])
        return faults.map(\.kind)
    }

    @Test(arguments: [false, true])
    func `money for a year that was reported is told, until the capofila opens it again`(
        namesPrevious: Bool
    ) throws {
        #expect(try warnings() == [])
        try pass("da_compilare", "in_compilazione", "comune", day: 1, namesPrevious: namesPrevious)
        #expect(try warnings() == [])
        try pass("in_compilazione", "inviata", "comune", day: 2, namesPrevious: namesPrevious)
        #expect(try warnings() == [.reported])
        // One that does not follow changes nothing.
        try pass("attesa_rettifica", "inviata", "comune", day: 3, namesPrevious: false)
        #expect(try warnings() == [.reported])
        try replica.pull([
            .init(
                "rendicontazione_passaggio", id("00000000-0000-7000-8000-0000000000aa"),
                [
                    "rendicontazione_id": .text(
                        Array(try #require(try replica.text("SELECT id FROM rendicontazione_comune")).utf8)),
                    "comune_id": ReplicaFixture.narni.value, "da": .text("inviata"), "a": .text("in_compilazione"),
                    "attore": .text("capofila"), "avvenuto": .text("2026-11-04T10:00:00Z"),
                ])
        ])
        #expect(try warnings() == [])
    }

    @Test func `a code is told that is not valid at the day`() throws {
        let capofila = try ReplicaFixture(isCapofila: true)
        try capofila.sql("UPDATE vocabolario SET valido_al = '2026-06-30' WHERE codice = 'ODV'")
        let table = try capofila.table("soggetto")
        let fields = try capofila.values("soggetto", ["denominazione": .text("Avis"), "tipo_soggetto": .text("ODV")])
        for (today, kinds) in [("2026-06-30", []), ("2026-07-01", [Fault.Kind.closedCode])] {
            let input = EntryInput(fields: fields.map { ($0.column, FieldInput.value($0.value)) })
            let faults = try capofila.store.deskReading { session in
                try Entry.check(input, to: table, session, DeskKnowledge(session, today: Array(today.utf8))).faults
            }
            #expect(faults.map(\.kind) == kinds)
        }
    }
}
