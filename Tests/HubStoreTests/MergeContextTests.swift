import Foundation
import HubStore
import ReplicaStore
import SyncCore
import Testing

/// What who merges duplicates had seen of each of the records, and in which order he wrote.
@Suite struct MergeContextTests {
    private let a = "0190a000-0000-7000-8000-00000000000a"
    private let b = "0190a000-0000-7000-8000-00000000000b"
    private let ambito: Ambito
    private let narni: Desk
    private let amelia: Desk
    private let duplicate: Conflict

    /// Amelia's association A and Narni's B have one key, and everybody has both.
    init() throws {
        ambito = try Ambito()
        ambito.now = Int64(Date().timeIntervalSince1970 * 1000) - 40_000
        narni = try ambito.replica(of: "055022", "narni")
        amelia = try ambito.replica(of: "055004", "amelia")
        for (desk, id, telephone) in [(amelia, a, "1"), (narni, b, "2")] {
            try desk.sql(
                """
                INSERT INTO soggetto(id, denominazione, tipo_soggetto, codice_fiscale, telefono)
                VALUES ('\(id)', 'Croce Verde', 'VOL', '12345678901', '\(telephone)')
                """)
        }
        for _ in 0..<2 { for desk in [narni, amelia] { try desk.sync() } }
        duplicate = try #require(try narni.store.conflicts().first)
    }

    private func set(_ column: String, _ value: String, of id: String, _ desk: Desk) throws {
        try desk.sql("UPDATE soggetto SET \(column) = '\(value)' WHERE id = '\(id)'")
    }

    private func merge() throws {
        _ = try narni.store.merge(duplicate, keeping: 0, [], note: "", by: Operator("ufficio"), now: ambito.now)
    }

    /// What shows of A, and what is listed, once everybody has everything.
    private func settled(_ column: String) throws -> (shown: String, listed: [Value]) {
        for _ in 0..<2 { for desk in [narni, amelia] { try desk.sync() } }
        for table in ["soggetto", "zona_conflict"] {
            let hub = try ambito.rows(table)
            for desk in [narni, amelia] { #expect(try desk.rows(table) == hub, "\(table)") }
        }
        return (
            try amelia.value("SELECT \(column) FROM soggetto WHERE id = '\(a)'"),
            try amelia.store.conflicts().flatMap(\.other.values)
        )
    }

    @Test func `Records that others belong to are not merged`() throws {
        let second = try ambito.replica(of: "055022", "narni-2")
        for desk in [narni, second] {
            try desk.sql(
                """
                INSERT INTO comune(codice_istat, codice_belfiore, denominazione, sigla_provincia)
                VALUES ('055099', 'Z999', 'Nuovo', 'TR')
                """)
        }
        for _ in 0..<2 { for desk in [narni, second] { try desk.sync() } }
        let twice = try #require(try narni.store.conflicts().first { $0.table == "comune" })

        #expect(throws: ReplicaStoreError.self) {
            try narni.store.merge(twice, keeping: 0, [], note: "", by: Operator("ufficio"), now: ambito.now)
        }
    }

    /// Narni writes to B before and after it merges the two, and the context of its merge is later than that of both.
    private func mergeWhileWriting(before: String?, after: String?) throws {
        try amelia.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Altra', 'VOL')")
        try amelia.sync()
        try narni.sync(meanwhile: { try set("telefono", "5", of: b, narni) })
        if let before { try set("telefono", before, of: b, narni) }
        try merge()
        if let after { try set("telefono", after, of: b, narni) }
    }

    @Test func `What is written to the record that goes after its merge, before that went up, is not given up`() throws
    {
        try mergeWhileWriting(before: nil, after: "77")

        let (shown, listed) = try settled("telefono")
        #expect(shown == "\"77\"")
        #expect(listed == [.text("1")])
    }

    @Test func `What was written to the record that goes before its merge is given up by it`() throws {
        try mergeWhileWriting(before: "77", after: nil)

        let (shown, listed) = try settled("telefono")
        #expect(shown == "\"1\"")
        #expect(listed.isEmpty)
    }

    @Test(arguments: [false, true])
    func `What a pull had skipped of the record that goes is not given up by its merge`(_ isOneColumn: Bool) throws {
        try set("pec", "x@y.it", of: b, amelia)
        try amelia.sync()
        try narni.sync(meanwhile: { try set(isOneColumn ? "pec" : "telefono", "5", of: b, narni) })
        try merge()

        let (shown, listed) = try settled("pec")
        #expect(shown == "\"x@y.it\"" || listed.contains(.text("x@y.it")), "\(shown) \(listed)")
    }
}
