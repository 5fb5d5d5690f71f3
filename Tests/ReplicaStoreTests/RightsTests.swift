import GRDB
import ReplicaStore
import SyncCore
import Testing

/// Who may write what, down to the column, whatever the program that writes.
@Suite struct RightsTests {
    private let comune: ReplicaFixture
    private let capofila: ReplicaFixture
    private let own = "'\(ReplicaFixture.ownMeeting)'"
    private let other = "'\(ReplicaFixture.otherMeeting)'"
    private let quota = "'\(ReplicaFixture.quota)'"
    private let body = "'\(ReplicaFixture.body)'"
    private let narni = "'\(ReplicaFixture.narni)'"
    private let amelia = "'\(ReplicaFixture.amelia)'"

    init() throws {
        comune = try ReplicaFixture()
        capofila = try ReplicaFixture(isCapofila: true)
    }

    private func refusal(of sql: String, at replica: ReplicaFixture) -> String {
        do {
            try replica.sql(sql)
            return ""
        } catch {
            return (error as? DatabaseError)?.message ?? "another error"
        }
    }

    @Test func `what is the capofila's a comune neither adds nor changes nor deletes`() throws {
        let writes = [
            "UPDATE quota_comune SET criterio = 'x' WHERE id = \(quota)", "DELETE FROM quota_comune",
            "INSERT INTO annualita(piano_id, anno) VALUES ('\(ReplicaFixture.plan)', 2027)",
        ]

        let refusals = writes.map { refusal(of: $0, at: comune) }

        #expect(refusals.allSatisfy { $0.contains("lo scrive solo il capofila") })
        #expect(try comune.store.status().pendingRecords == 0)
        for sql in writes.reversed() { try capofila.sql(sql) }
        #expect(try capofila.store.status().pendingRecords == 2)
    }

    @Test func `a comune writes its own rows and not another's`() throws {
        try comune.sql("UPDATE incontro SET verbale = 'fatto' WHERE id = \(own)")

        let update = refusal(of: "UPDATE incontro SET verbale = 'fatto' WHERE id = \(other)", at: comune)
        let delete = refusal(of: "DELETE FROM incontro WHERE id = \(other)", at: comune)
        let insert = refusal(
            of: "INSERT INTO bisogno(comune_id, descrizione) VALUES (\(amelia), 'x')", at: comune)

        #expect(update.contains("solo il comune a cui appartiene e il capofila"))
        #expect(delete.contains("solo il comune a cui appartiene e il capofila"))
        #expect(insert.contains("solo il comune a cui appartiene"))
        #expect(try comune.store.status().pendingRecords == 1)
    }

    @Test(arguments: [false, true]) func `nobody puts a row of his own in the place of another's by REPLACE`(
        _ areDeletesHeard: Bool
    ) throws {
        func replace(_ owner: String, _ meeting: String) -> String {
            """
            INSERT OR REPLACE INTO incontro(id, tavolo_id, comune_id, tipo, data)
            SELECT id, tavolo_id, \(owner), tipo, data FROM incontro WHERE id = \(meeting)
            """
        }
        let before = areDeletesHeard ? "PRAGMA recursive_triggers = ON; " : ""

        #expect(refusal(of: before + replace(narni, other), at: comune).contains("comune_id: non si cambia"))
        #expect(try comune.store.status().pendingRecords == 0)
        try comune.sql(before + replace(narni, own))
        try comune.sql(
            """
            INSERT INTO incontro(id, tavolo_id, comune_id, tipo, data)
            SELECT id, tavolo_id, comune_id, tipo, '2022-08-01' FROM incontro WHERE id = \(own)
            ON CONFLICT(id) DO UPDATE SET data = excluded.data
            """)
        #expect(try comune.store.status().pendingRecords == 1)
    }

    @Test func `nobody gives the id of a row that he deleted to another owner`() throws {
        func insert(_ owner: String) -> String {
            """
            INSERT INTO incontro(id, tavolo_id, comune_id, tipo, data)
            SELECT \(own), id, \(owner), 'tavolo', '2022-08-01' FROM tavolo LIMIT 1
            """
        }
        try capofila.sql("DELETE FROM incontro WHERE id = \(own)")

        #expect(refusal(of: insert(amelia), at: capofila).contains("comune_id: non si cambia"))
        try capofila.sql(insert(narni))
        #expect(try capofila.store.status().pendingRecords == 1)
    }

    @Test func `where owner and capofila write, the capofila writes every row`() throws {
        try capofila.sql("UPDATE incontro SET verbale = 'fatto' WHERE id = \(other)")

        #expect(try capofila.store.status().pendingRecords == 1)
    }

    @Test func `where the owner alone writes, the capofila does not write for another comune`() throws {
        let insert = refusal(
            of: "INSERT INTO bisogno(comune_id, descrizione) VALUES (\(amelia), 'x')", at: capofila)

        #expect(insert.contains("solo il comune a cui appartiene"))
    }

    @Test func `the owner of a row does not change`() throws {
        let message = refusal(of: "UPDATE incontro SET comune_id = \(amelia) WHERE id = \(own)", at: comune)

        #expect(message.contains("comune_id: non si cambia"))
    }

    @Test func `a column of the capofila takes its default from others, and no change`() throws {
        try comune.sql("INSERT INTO progetto_rete(titolo) VALUES ('Rete')")

        let insert = refusal(of: "INSERT INTO progetto_rete(titolo, buona_prassi) VALUES ('B', 1)", at: comune)
        let update = refusal(of: "UPDATE progetto_rete SET buona_prassi = 1", at: comune)

        #expect(insert.contains("buona_prassi (Buona prassi): lo scrive solo il capofila"))
        #expect(update.contains("buona_prassi (Buona prassi): lo scrive solo il capofila"))
        try capofila.sql("INSERT INTO progetto_rete(titolo, buona_prassi) VALUES ('B', 1)")
        #expect(try capofila.count("SELECT count(*) FROM progetto_rete WHERE buona_prassi = 1") == 1)
    }

    @Test func `rows that are only added are neither changed nor deleted nor replaced by others`() throws {
        let proposal = "'00000000-0000-7000-8000-0000000000aa'"
        let insert = "INTO proposta(id, comune_id, titolo, testo, presentata_il) VALUES (\(proposal), \(narni), "
        try comune.sql("INSERT \(insert)'Mensa', 'Testo', '2026-03-01')")

        let update = refusal(of: "UPDATE proposta SET titolo = 'x'", at: comune)
        let delete = refusal(of: "DELETE FROM proposta", at: comune)
        let replace = refusal(of: "INSERT OR REPLACE \(insert)'Altra', 'Testo', '2026-03-01')", at: comune)

        #expect(update.contains("le righe non si modificano"))
        #expect(delete.contains("le righe non si eliminano"))
        #expect(replace.contains("le righe non si modificano"))
        try comune.sql("INSERT OR REPLACE \(insert)'Mensa', 'Testo', '2026-03-01')")
        #expect(try comune.captured().map(\.operation) == [.insert])
    }

    @Test func `a synced row that is only added is not replaced either`() throws {
        let proposal = id("00000000-0000-7000-8000-0000000000aa")
        try comune.pull([
            .init(
                "proposta", proposal,
                [
                    "comune_id": ReplicaFixture.narni.value, "titolo": .text("Mensa"), "testo": .text("T"),
                    "presentata_il": .text("2026-03-01"),
                ])
        ])

        let replace = refusal(
            of: """
                INSERT OR REPLACE INTO proposta(id, comune_id, titolo, testo, presentata_il)
                VALUES ('\(proposal)', \(narni), 'Altra', 'T', '2026-03-01')
                """, at: comune)

        #expect(replace.contains("le righe non si modificano"))
        #expect(try comune.text("SELECT titolo FROM proposta") == "Mensa")
    }

    @Test func `a row of a set is added and deleted, not changed`() throws {
        try comune.sql("INSERT INTO adesione(soggetto_id, piano_id) VALUES (\(body), '\(ReplicaFixture.plan)')")

        let update = refusal(of: "UPDATE adesione SET soggetto_id = \(body), piano_id = piano_id", at: comune)

        #expect(update.contains("eliminare la riga e aggiungerne un'altra"))
        try comune.sql("DELETE FROM adesione")
        #expect(try comune.captured().isEmpty)
    }

    @Test func `conflicts are written by the hub alone, decisions are not changed`() throws {
        let conflict = refusal(of: "DELETE FROM zona_conflict WHERE 1", at: capofila)
        try capofila.sql(
            """
            INSERT INTO zona_decision(scope, conflict_id, choice, author, decided_at) VALUES ('*', \(body), 'shown', 'x', 1)
            """)

        let change = refusal(of: "UPDATE zona_decision SET note = 'x'", at: capofila)
        let insert = refusal(
            of: """
                INSERT INTO zona_conflict(id, scope, table_name, record_id, group_no, columns, kind, rule, state, contested,
                    other_values, shown_values, other_author, other_number, other_counter, other_time, shown_author,
                    shown_number, shown_counter, shown_time, dots, listed_at)
                VALUES (\(own), '*', 'a', 'b', 0, '', 'k', 'r', 'open', 0, x'', x'', 'a', 1, 1, 1, 'a', 1, 1, 1, x'', 1)
                """, at: capofila)

        #expect(conflict.isEmpty)
        #expect(insert.contains("lo scrive solo il sistema"))
        #expect(change.contains("le righe non si modificano"))
    }
}
