import Foundation
import HubStore
import ReplicaStore
import SyncCore
import Testing

/// The recorded history under another rule: what would have been different, and that nothing is.
@Suite struct PolicyTrialTests {
    private let body = "0190a000-0000-7000-8000-00000000aa01"
    private let ambito: Ambito
    private let narni: Desk
    private let amelia: Desk

    /// Narni, the capofila, and then Amelia change one telephone without seeing each other's change.
    init() throws {
        ambito = try Ambito()
        ambito.now = Int64(Date().timeIntervalSince1970 * 1000) - 40_000
        narni = try ambito.replica(of: "055022", "narni")
        amelia = try ambito.replica(of: "055004", "amelia")
        try narni.sql(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto, telefono) VALUES ('\(body)', 'Banca', 'VOL', '1')
            """)
        for desk in [narni, amelia] { try desk.sync() }
        try narni.sql("UPDATE soggetto SET telefono = '2'")
        try narni.capture()
        try amelia.sql("UPDATE soggetto SET telefono = '3'")
        for desk in [narni, amelia, narni] { try desk.sync() }
    }

    private func attempt(_ table: String, _ column: String?, _ rule: MergeRule) throws -> PolicyTrial {
        let path = ambito.folder + "/trial-\(UUID().uuidString).sqlite"
        return try ambito.hub.tryPolicy(PolicyChange(table: table, column: column, rule: rule), foldingInto: path)
    }

    private func rows() throws -> [String] {
        try ["soggetto", "zona_conflict", "zona_decision"].flatMap { try ambito.rows($0) }
    }

    @Test func `the rule that is there comes to what is there`() throws {
        let trial = try attempt("soggetto", nil, .fields)

        #expect(trial.isSame)
        #expect(trial.batches == 3)
        #expect(trial.listedNow == 1 && trial.listedThen == 1)
    }

    @Test func `under capofila the capofila's value would show, and the other would be listed`() throws {
        let before = try rows()

        let trial = try attempt("soggetto", "telefono", .capofila)

        #expect(trial.rowCount == 1)
        let row = try #require(trial.rows.first)
        #expect(row.table == "soggetto" && row.id.description == body)
        #expect(row.columns.map(\.name) == ["telefono"])
        #expect(row.columns.first?.now == .text(Array("3".utf8)))
        #expect(row.columns.first?.then == .text(Array("2".utf8)))
        #expect(trial.conflicts.map(\.now).contains("open") && trial.conflicts.map(\.then).contains("open"))
        #expect(trial.conflicts.count == 2)
        #expect(try rows() == before)
        #expect(try ambito.hub.verify(foldingInto: ambito.folder + "/again.sqlite").isEqual)
    }

    @Test func `under manual the same value shows, and its conflict is contested`() throws {
        let trial = try attempt("soggetto", "telefono", .manual)

        #expect(trial.rowCount == 0)
        #expect(trial.conflicts.map(\.now) == ["open"])
        #expect(trial.conflicts.map(\.then) == ["open, contested"])
    }

    @Test func `a decision that was taken is played as it was`() throws {
        let conflict = try #require(try amelia.store.conflicts().first)
        try amelia.store.resolve(conflict, .new([(7, .text(Array("9".utf8)))]), note: "", by: amelia.author, now: 1)
        for desk in [amelia, narni] { try desk.sync() }

        let trial = try attempt("soggetto", "telefono", .capofila)

        #expect(trial.rowCount == 0)
        #expect(try narni.value("SELECT telefono FROM soggetto") == "\"9\"")
    }

    @Test func `a rule that cannot be there is refused, and says why`() throws {
        let wrong: [(table: String, column: String?, rule: MergeRule, says: String)] = [
            ("soggeto", nil, .manual, "no table"), ("zona_conflict", nil, .manual, "no table"),
            ("soggetto", "tel", .manual, "no column"), ("soggetto", nil, .ordered, "can be tried under"),
            ("soggetto", "telefono", .ordered, "declares no order"), ("soggetto", "telefono", .fields, "can be tried"),
            ("vocabolario", nil, .owner, "no owning comune"), ("soggetto'; --", nil, .manual, "no table"),
        ]
        for (table, column, rule, says) in wrong {
            let error = #expect(throws: HubStoreError.self) { try attempt(table, column, rule) }
            #expect(error?.context.contains(says) == true, "\(table) \(rule): \(error?.context ?? "")")
        }
    }
}
