import HubStore
import ReplicaStore
import SyncCore
import SyncSession
import SyncWire
import Testing

/// Writes that the triggers did not see: found by asking the hub, adopted or undone.
@Suite struct EscapedWriteTests {
    private func world() throws -> Play {
        var play = try Play(seed: 21)
        try play.run(steps: 30)
        try play.settle()
        return play
    }

    private func unseen(_ sql: String, _ desk: Desk) throws {
        try desk.sql("UPDATE zona_state SET applying = 1; \(sql); UPDATE zona_state SET applying = 0;")
    }

    private func compare(_ desk: Desk) throws -> RecordComparison {
        let hub = desk.ambito.hub
        let state = try desk.store.state()
        let session = [UInt8](repeating: 5, count: 16)
        let greeting = ClientGreeting(
            nonce: [UInt8](repeating: 9, count: 32), certificate: state.certificate, number: state.number,
            incarnation: state.incarnation, acknowledgedCounter: state.acknowledgedCounter,
            acknowledgedHash: state.acknowledgedHash, cursor: state.cursor, logHash: state.logHash,
            oldest: try desk.store.oldestContext(), schemaVersion: state.schemaVersion)
        let peer = try hub.greet(
            greeting.frame(key: desk.key).bytes, now: desk.ambito.now, session: session, isOurNonce: { _ in true }
        ).peer
        var comparison = try RecordComparison(desk.store)
        while let question = comparison.next(session: session) {
            let answer = try hub.compare(question.frame(key: desk.key).bytes, from: peer, session: session)
            try comparison.receive(try ComparisonAnswer(reading: answer))
        }
        return comparison
    }

    @Test func `A file that escaped nothing is equal, after one question`() throws {
        let play = try world()

        for desk in play.desks {
            let comparison = try compare(desk)
            #expect(comparison.differences.isEmpty)
            #expect(comparison.requests == 1)
        }
    }

    @Test func `What others have changed meanwhile, and what waits here, is no difference`() throws {
        let play = try world()
        let (narni, amelia) = (play.desks[0], play.desks[1])
        try narni.sql(
            "UPDATE obiettivo SET titolo = 'altrove'; DELETE FROM soggetto WHERE id = (SELECT min(id) FROM soggetto)")
        try narni.sync()
        try amelia.sql(
            "UPDATE obiettivo SET descrizione = 'qui'; INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nuovo', 'VOL')"
        )

        #expect(try compare(amelia).differences.isEmpty)
    }

    @Test func `A hidden row whose id is none holds nothing back, changed or deleted`() throws {
        let play = try world()
        let (narni, amelia) = (play.desks[0], play.desks[1])
        let insert = "INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES ('BAD-ID', 'x', 'VOL')"
        try unseen(insert, amelia)
        try amelia.sql("UPDATE soggetto SET pec = 'a@b.it'")

        try amelia.sync()
        try narni.sync()

        #expect(try narni.value("SELECT count(*) FROM soggetto WHERE pec IS NULL") == "0")
        try amelia.sql("DELETE FROM soggetto WHERE id = 'BAD-ID'")
        try play.settle()
        #expect(try amelia.store.status().pendingRecords == 0)
        #expect(try narni.rows("soggetto") == amelia.rows("soggetto"))
        #expect(try compare(amelia).differences.isEmpty)
    }

    @Test func `A hidden edit, a hidden insert and a hidden delete are named, by record and column`() throws {
        let play = try world()
        let amelia = play.desks[1]
        try amelia.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Da togliere', 'VOL')")
        try amelia.sync()
        try unseen(
            """
            UPDATE obiettivo SET titolo = 'di nascosto' WHERE id = (SELECT min(id) FROM obiettivo);
            DELETE FROM soggetto WHERE denominazione = 'Da togliere';
            INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES ('0190a000-0000-7000-8000-0000000000ff', 'Nascosto', 'VOL')
            """, amelia)

        let found = try compare(amelia).differences

        #expect(found.count == 3)
        let edit = try #require(found.first { $0.table == "obiettivo" })
        #expect(edit.columns == ["titolo"])
        #expect(edit.here?.contains(.text("di nascosto")) == true)
        #expect(edit.hub?.contains(.text("di nascosto")) == false)
        #expect(found.filter { $0.here == nil && $0.hub != nil }.count == 1)
        #expect(found.filter { $0.here != nil && $0.hub == nil }.count == 1)
    }

    @Test func `Adopted, they are changes of the operator that reach everybody, and the file is equal again`() throws {
        let play = try world()
        let (narni, amelia, otricoli) = (play.desks[0], play.desks[1], play.desks[2])
        try amelia.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Da togliere', 'VOL')")
        for desk in [amelia, narni, otricoli] { try desk.sync() }
        try unseen(
            """
            UPDATE obiettivo SET titolo = 'di nascosto' WHERE id = (SELECT min(id) FROM obiettivo);
            DELETE FROM soggetto WHERE denominazione = 'Da togliere';
            INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nascosto', 'VOL')
            """, amelia)

        let summary = try amelia.store.adopt(
            try compare(amelia).differences, by: Operator("rosa"), now: play.ambito.now)
        for desk in [amelia, narni, otricoli] { try desk.sync() }

        #expect(
            summary
                == {
                    var wanted = EscapedSummary(); wanted.done = 3; return wanted
                }())
        #expect(try narni.value("SELECT count(*) FROM obiettivo WHERE titolo = 'di nascosto'") == "1")
        #expect(try otricoli.value("SELECT count(*) FROM soggetto WHERE denominazione = 'Da togliere'") == "0")
        #expect(try otricoli.value("SELECT count(*) FROM soggetto WHERE denominazione = 'Nascosto'") == "1")
        #expect(try compare(amelia).differences.isEmpty)
        #expect(try amelia.store.digestComparison().result == .equal)
        #expect(try narni.store.conflicts().isEmpty == (try otricoli.store.conflicts().isEmpty))
    }

    @Test func `Undone, the hub's rows are back, the others are kept beside the refused changes, and nothing is sent`()
        throws
    {
        let play = try world()
        let amelia = play.desks[1]
        let before = try ["obiettivo", "soggetto"].map { try amelia.rows($0) }
        try unseen(
            """
            UPDATE obiettivo SET titolo = 'di nascosto' WHERE id = (SELECT min(id) FROM obiettivo);
            INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Nascosto', 'VOL')
            """, amelia)

        let summary = try amelia.store.undo(
            try compare(amelia).differences, by: Operator("rosa"), now: play.ambito.now)

        #expect(summary.done == 2)
        #expect(try ["obiettivo", "soggetto"].map { try amelia.rows($0) } == before)
        let kept = try amelia.store.refusedChanges().filter { $0.reason == .undone }
        #expect(kept.count == 2)
        #expect(
            kept.contains {
                $0.values.contains { $0.column == "titolo" && $0.value == .text("di nascosto") && $0.isChanged }
            })
        #expect(try amelia.value("SELECT count(*) FROM zona_pending") == "0")
        try amelia.sync()
        #expect(try amelia.store.digestComparison().result == .equal)
    }

    @Test(
        arguments: [
            "DROP TRIGGER zona_track_soggetto_update", "UPDATE zona_state SET applying = 1",
        ], [false, true])
    func `What escaped is kept where a pull replaces it, also one from the beginning`(
        _ trick: String, _ isFresh: Bool
    ) throws {
        let play = try world()
        let (narni, amelia) = (play.desks[0], play.desks[1])
        try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Croce Verde', 'VOL')")
        for desk in [narni, amelia] { try desk.sync() }
        try amelia.sql("\(trick); UPDATE soggetto SET telefono = '77' WHERE denominazione = 'Croce Verde'")
        try narni.sql(
            isFresh
                ? "DELETE FROM soggetto WHERE denominazione = 'Croce Verde'"
                : "UPDATE soggetto SET pec = 'n@n.it' WHERE denominazione = 'Croce Verde'")
        try narni.sync()

        let applied = try amelia.sync()

        #expect(applied.kept == 1)
        let kept = try #require(try amelia.store.refusedChanges().first)
        #expect(kept.values.contains { $0.column == "telefono" && $0.value == .text("77") })
        #expect(kept.reason == .replaced)
    }

    @Test func `A file that notes nothing takes no command's writes`() throws {
        let amelia = try world().desks[1]
        try amelia.sql("DROP TRIGGER zona_track_soggetto_insert")
        let table = try #require(amelia.store.catalog.table(named: "soggetto"))
        let values = [("denominazione", "x"), ("tipo_soggetto", "VOL")].compactMap { name, text in
            table.column(named: name).map { (column: $0, value: Value.text(text)) }
        }

        #expect(throws: ReplicaStoreError.self) {
            try amelia.store.insert(into: table, values, by: Operator("anna"))
        }
        try amelia.store.repairTriggers()
        _ = try amelia.store.insert(into: table, values, by: Operator("anna"))
    }

    @Test func `A row that was changed again since it was found is left as it is`() throws {
        let play = try world()
        let amelia = play.desks[1]
        try unseen("UPDATE obiettivo SET titolo = 'uno' WHERE id = (SELECT min(id) FROM obiettivo)", amelia)
        let found = try compare(amelia).differences
        try amelia.sql("UPDATE obiettivo SET titolo = 'due' WHERE id = (SELECT min(id) FROM obiettivo)")

        let summary = try amelia.store.undo(found, by: Operator("rosa"), now: play.ambito.now)

        #expect(summary.left == 1)
        #expect(summary.done == 0)
        #expect(try amelia.value("SELECT count(*) FROM obiettivo WHERE titolo = 'due'") == "1")
    }

    @Test func `Rows that a comune may not read are not given, whatever it asks for`() throws {
        let play = try world()
        let (amelia, otricoli) = (play.desks[1], play.desks[2])
        try amelia.sql(
            """
            INSERT INTO personale_ambito(comune_id, anno, profilo, rapporto, fte_centesimi)
              SELECT comune, 2023, 'assistente_sociale', 'indeterminato', 150 FROM zona_state
            """)
        try amelia.sync()
        try otricoli.sync()
        let id = try #require(RecordID(try amelia.value("SELECT max(id) FROM personale_ambito").filter { $0 != "\"" }))
        let table = try #require(amelia.store.catalog.table(named: "personale_ambito"))
        let hub = play.ambito.hub
        let state = try otricoli.store.state()
        let greeting = ClientGreeting(
            nonce: [UInt8](repeating: 9, count: 32), certificate: state.certificate, number: state.number,
            incarnation: state.incarnation, acknowledgedCounter: state.acknowledgedCounter,
            acknowledgedHash: state.acknowledgedHash, cursor: state.cursor, logHash: state.logHash,
            oldest: state.cursor, schemaVersion: state.schemaVersion)
        let peer = try hub.greet(
            greeting.frame(key: otricoli.key).bytes, now: play.ambito.now, session: [5], isOurNonce: { _ in true }
        ).peer
        let key = RecordKey(table: table.number, id: id)
        let request = ComparisonRequest(session: [5], cursor: state.cursor, leftOut: [], question: .rows([key]))

        let answer = try ComparisonAnswer(
            reading: hub.compare(request.frame(key: otricoli.key).bytes, from: peer, session: [5]))

        #expect(answer.content == .rows([key: nil]))
        #expect(throws: Problem.self) {
            try hub.compare(request.frame(key: amelia.key).bytes, from: peer, session: [5])
        }
        #expect(throws: Problem.self) {
            try hub.compare(request.frame(key: otricoli.key).bytes, from: peer, session: [6])
        }
    }
}
