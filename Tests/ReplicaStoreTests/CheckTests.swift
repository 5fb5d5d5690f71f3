import GRDB
import ReplicaStore
import SyncCore
import Testing

/// Each kind of check that the catalog declares says no to any program, names the field, and leaves everything as it was.
@Suite struct CheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let sql: String
        let says: String

        init(_ sql: String, says: String) {
            self.sql = sql
            self.says = says
        }

        var testDescription: String { sql }
    }

    static let own = "'\(ReplicaFixture.ownMeeting)'"
    static let narni = "'\(ReplicaFixture.narni)'"
    static let table = "'\(ReplicaFixture.table)'"
    static let body = "'\(ReplicaFixture.body)'"
    static let plan = "'\(ReplicaFixture.plan)'"

    static let refused = [
        Case("UPDATE incontro SET data = '2026-02-30' WHERE id = \(own)", says: "serve una data"),
        Case("UPDATE incontro SET data = '29/11/2026' WHERE id = \(own)", says: "serve una data"),
        Case("UPDATE incontro SET ora_inizio = '24:00' WHERE id = \(own)", says: "serve un'ora"),
        Case("UPDATE incontro SET ora_inizio = '9:00' WHERE id = \(own)", says: "serve un'ora"),
        Case("UPDATE incontro SET tipo = 'pranzo' WHERE id = \(own)", says: "valori ammessi"),
        Case("UPDATE incontro SET ora_inizio = '10:00', ora_fine = '09:00' WHERE id = \(own)", says: "Ora di fine"),
        Case("UPDATE incontro SET tavolo_id = \(body) WHERE id = \(own)", says: "nessuna riga di tavolo"),
        Case("UPDATE incontro SET id = \(body) WHERE id = \(own)", says: "id: non si cambia"),
        Case("UPDATE soggetto SET tipo_soggetto = 'club' WHERE id = \(body)", says: "lista tipo_soggetto"),
        Case("UPDATE soggetto SET codice_fiscale = '123' WHERE id = \(body)", says: "Codice fiscale"),
        Case("UPDATE soggetto SET denominazione = NULL WHERE id = \(body)", says: "NOT NULL"),
        Case("UPDATE incontro SET stato = x'00' WHERE id = \(own)", says: ""),
        Case(
            "INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES ('ABC', 'x', 'ODV')",
            says: "id: deve essere un UUID"),
        Case(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto)
            VALUES ('0190F3C2-0000-7000-8000-000000000000', 'x', 'ODV')
            """, says: "id: deve essere un UUID"),
        Case(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto)
            VALUES ('-7a3b21c-0000-7000-8000-000000000001', 'x', 'ODV')
            """, says: "id: deve essere un UUID"),
        Case(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto)
            VALUES ('0190f3c2-0000-7000-8000-000000000000' || char(0) || 'x', 'x', 'ODV')
            """, says: "id: deve essere un UUID"),
        Case(
            """
            INSERT INTO bisogno(comune_id, descrizione, espresso) VALUES (\(narni), 'x', 2)
            """, says: "fuori dai limiti"),
        Case(
            """
            INSERT INTO valore_portato(soggetto_id, piano_id, tipo, descrizione, valore_cent)
            VALUES (\(body), \(plan), 'denaro', 'x', -1)
            """, says: "fuori dai limiti"),
        Case("DELETE FROM tavolo WHERE id = \(table)", says: "ci sono righe di incontro"),
        Case("DELETE FROM vocabolario", says: "le righe non si eliminano"),
    ]

    private let replica: ReplicaFixture

    init() throws {
        replica = try ReplicaFixture()
    }

    @Test(arguments: refused)
    func `a local write against a check is refused with the reason`(refused: Case) throws {
        let before = try replica.store.status()

        let error = #expect(throws: DatabaseError.self) { try replica.sql(refused.sql) }

        #expect(error?.resultCode == .SQLITE_CONSTRAINT)
        #expect(error?.message?.contains(refused.says) == true)
        let after = try replica.store.status()
        #expect(after.pendingRecords == 0)
        #expect(after.records == before.records)
    }

    @Test func `the store says the same, without a prefix, as not valid`() throws {
        let error = #expect(throws: ReplicaStoreError.self) {
            try replica.store.update(
                ReplicaFixture.ownMeeting, of: replica.table("incontro"),
                replica.values("incontro", ["data": .text("oggi")]), by: replica.author)
        }

        #expect(error?.code == .notValid)
        #expect(error?.context.hasPrefix("incontro: data (Data): serve una data") == true)
        #expect(try replica.text("SELECT author FROM zona_state") == "-")
    }

    @Test func `a natural key that another row has is refused, also when a row is changed into it`() throws {
        try replica.sql(
            """
            INSERT INTO soggetto(denominazione, tipo_soggetto, codice_fiscale) VALUES ('Uno', 'ODV', '12345678901')
            """)

        let inserting = #expect(throws: DatabaseError.self) {
            try replica.sql(
                """
                INSERT INTO soggetto(denominazione, tipo_soggetto, codice_fiscale) VALUES ('Due', 'ODV', '12345678901')
                """)
        }
        let changing = #expect(throws: DatabaseError.self) {
            try replica.sql("UPDATE soggetto SET codice_fiscale = '12345678901' WHERE id = \(Self.body)")
        }

        #expect(inserting?.message?.contains("stessa chiave") == true)
        #expect(changing?.message?.contains("stessa chiave") == true)
    }

    @Test func `two rows without the key's value are no duplicates`() throws {
        try replica.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Uno', 'ODV'), ('Due', 'ODV')")

        #expect(try replica.store.status().pendingRecords == 2)
    }

    @Test func `a duplicate that a merge brought can be mended column by column`() throws {
        let duplicate: [String: Value] = [
            "denominazione": .text("Uno"), "tipo_soggetto": .text("ODV"), "codice_fiscale": .text("12345678901"),
        ]
        let second = id("00000000-0000-7000-8000-0000000000e2")
        try replica.pull([.init("soggetto", ReplicaFixture.body, duplicate), .init("soggetto", second, duplicate)])

        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = '\(second)'")
        try replica.sql("UPDATE soggetto SET codice_fiscale = '10987654321' WHERE id = '\(second)'")

        #expect(try replica.captured().count == 1)
    }
}
