import Foundation
import HubStore
import ReplicaStore
import SyncCore
import Testing

/// A parent that is deleted while somebody who does not know adds a child: it comes back, and the child is listed while it is so.
@Suite struct OrphanTests {
    private let piano = "0190a000-0000-7000-8000-00000000aa01"
    private let tavolo = "0190a000-0000-7000-8000-00000000aa02"
    private let incontro = "0190a000-0000-7000-8000-00000000aa03"
    private let presenza = "0190a000-0000-7000-8000-00000000aa04"
    private let ambito: Ambito
    private let narni: Desk
    private let amelia: Desk
    private let otricoli: Desk
    private var all: [Desk] { [narni, amelia, otricoli] }
    private static let tables = ["tavolo", "incontro", "partecipazione", "zona_conflict"]

    init() throws {
        ambito = try Ambito()
        ambito.now = Int64(Date().timeIntervalSince1970 * 1000) - 40_000
        narni = try ambito.replica(of: "055022", "narni")
        try narni.sql(
            """
            INSERT INTO piano_di_zona(id, ambito_id, denominazione, anno_inizio, anno_fine, strumento, stato)
              SELECT '\(piano)', id, 'Piano', 2022, 2024, 'convenzione', 'in_costruzione' FROM ambito;
            INSERT INTO tavolo(id, piano_id, denominazione, tipo) VALUES ('\(tavolo)', '\(piano)', 'Anziani', 'coprogrammazione');
            """)
        try narni.sync()
        amelia = try ambito.replica(of: "055004", "amelia")
        otricoli = try ambito.replica(of: "055024", "otricoli")
    }

    private func settle(_ desks: [Desk]? = nil) throws {
        for _ in 0..<2 { for desk in desks ?? all { try desk.sync() } }
    }

    private func expectEqual() throws {
        for table in Self.tables {
            let hub = try ambito.rows(table)
            for desk in all { #expect(try desk.rows(table) == hub, "\(table)") }
        }
    }

    private func meet(_ desk: Desk, _ id: String? = nil) throws {
        try desk.sql(
            """
            INSERT INTO incontro(id, tavolo_id, comune_id, tipo, data)
              SELECT '\(id ?? incontro)', '\(tavolo)', comune, 'plenaria', '2022-03-01' FROM zona_state
            """)
    }

    /// Narni deletes the table while Amelia calls a meeting of it.
    private func lost() throws -> Conflict {
        try narni.sql("DELETE FROM tavolo")
        try meet(amelia)
        try settle()
        let open = try otricoli.store.conflicts()
        #expect(open.count == 1)
        return try #require(open.first)
    }

    @Test func `A deleted parent comes back while a child lives that the delete had not seen, and the child is listed`()
        throws
    {
        let conflict = try lost()

        #expect(conflict.kind == "orphan")
        #expect(conflict.table == "incontro" && conflict.recordID.description == incontro)
        #expect(conflict.columns == ["tavolo_id"])
        #expect(conflict.shown.comune == "Amelia" && conflict.other.comune == "Narni")
        #expect(try narni.values("SELECT denominazione FROM tavolo") == ["\"Anziani\""])
        try expectEqual()
    }

    @Test func `When the child goes, the parent goes again and the conflict is closed`() throws {
        _ = try lost()
        try amelia.sql("DELETE FROM incontro")
        try settle()

        #expect(try narni.rows("tavolo").isEmpty)
        #expect(try narni.store.conflicts().isEmpty)
        #expect(try narni.store.conflicts(onlyOpen: false).map(\.state) == ["closed"])
        try expectEqual()
    }

    @Test func `Who decides that the parent stays keeps it, with or without the child`() throws {
        try narni.store.resolve(try lost(), .shown, note: "serve", by: Operator("ufficio"), now: ambito.now)
        try settle()
        #expect(try otricoli.store.conflicts().isEmpty)
        #expect(try otricoli.store.conflicts(onlyOpen: false).map(\.closedBy) == ["ufficio"])

        try amelia.sql("DELETE FROM incontro")
        try settle()

        #expect(try otricoli.rows("tavolo").count == 1)
        try expectEqual()
    }

    @Test func `Who decides against the child deletes it, and the parent stays deleted`() throws {
        let conflict = try lost()
        try amelia.store.resolve(conflict, .other, note: "", by: Operator("anna"), now: ambito.now)
        try settle()

        #expect(try narni.rows("tavolo").isEmpty && narni.rows("incontro").isEmpty)
        #expect(try narni.store.conflicts(onlyOpen: false).map(\.state) == ["decided"])
        try expectEqual()
    }

    @Test func `Parents come back through several generations, and each child is listed`() throws {
        try meet(narni)
        try settle()
        try narni.sql("DELETE FROM incontro; DELETE FROM tavolo")
        try otricoli.sql(
            "INSERT INTO partecipazione(id, incontro_id, nominativo, ruolo) VALUES ('\(presenza)', '\(incontro)', 'Rosa', 'cittadino')"
        )
        try settle()

        #expect(try amelia.rows("tavolo").count == 1 && amelia.rows("incontro").count == 1)
        #expect(Set(try amelia.store.conflicts().map(\.table)) == ["incontro", "partecipazione"])
        try expectEqual()

        try otricoli.sql("DELETE FROM partecipazione")
        try settle()
        #expect(try amelia.rows("tavolo").isEmpty && amelia.rows("incontro").isEmpty)
        #expect(try amelia.store.conflicts().isEmpty)
        try expectEqual()
    }

    @Test(arguments: [false, true])
    func `A grandparent lives by a grandchild that nobody knew who deleted it, whoever comes first`(
        _ isGrandchildFirst: Bool
    ) throws {
        try meet(narni)
        try settle()
        func attend(_ desk: Desk, _ name: String) throws {
            try desk.sql(
                """
                INSERT INTO partecipazione(incontro_id, nominativo, ruolo) VALUES ('\(incontro)', '\(name)', 'cittadino')
                """)
        }
        try attend(amelia, "Bruna")
        try attend(otricoli, "Rosa")
        try otricoli.sync()
        // The meeting is deleted by who has not seen Rosa, the table by who has.
        try narni.sync(meanwhile: { try narni.sql("DELETE FROM incontro") })
        try narni.sql("DELETE FROM tavolo")

        for desk in isGrandchildFirst ? [amelia, narni] : [narni, amelia] { try desk.sync(pulls: false) }
        try settle()

        #expect(try otricoli.rows("tavolo").count == 1 && otricoli.rows("incontro").count == 1)
        try expectEqual()
    }

    @Test func `A parent deleted by somebody who saw the child stays deleted, and the child is listed`() throws {
        try meet(amelia)
        try settle()
        // Another program that switches the checks off.
        try narni.withoutChecks("tavolo").sql("DELETE FROM tavolo")
        try settle()

        #expect(try otricoli.rows("tavolo").isEmpty)
        #expect(try otricoli.store.conflicts().map(\.kind) == ["orphan"])
        let conflict = try #require(try amelia.store.conflicts().first)
        #expect(throws: ReplicaStoreError.self) {
            try amelia.store.resolve(conflict, .shown, note: "", by: Operator("anna"), now: ambito.now)
        }
        try expectEqual()
    }

    @Test func `A parent that comes in the same unit as its child, after it, is no orphan's`() throws {
        let other = "0190a000-0000-7000-8000-00000000aa09"
        try amelia.withoutChecks("incontro").sql(
            """
            INSERT INTO incontro(id, tavolo_id, comune_id, tipo, data)
              SELECT '\(incontro)', '\(other)', comune, 'plenaria', '2022-03-01' FROM zona_state;
            """)
        try settle()
        #expect(try otricoli.store.conflicts().map(\.kind) == ["orphan"])

        try otricoli.sql(
            "INSERT INTO tavolo(id, piano_id, denominazione, tipo) VALUES ('\(other)', '\(piano)', 'Minori', 'coprogrammazione')"
        )
        try settle()
        #expect(try amelia.store.conflicts().isEmpty)

        try meet(amelia, "0190a000-0000-7000-8000-00000000aa05")
        try settle()
        #expect(try amelia.store.conflicts().isEmpty)
        #expect(try narni.store.conflicts(onlyOpen: false).count == 1)
        try expectEqual()
    }

    @Test func `Deletes, children and their deletes give the same rows and conflicts in every order`() throws {
        var outcomes: Set<[String]> = []
        for order in permutations(of: [0, 1, 2]) {
            let test = try OrphanTests()
            try test.meet(test.narni)
            try test.settle()
            try test.narni.sql("DELETE FROM incontro; DELETE FROM tavolo")
            try test.meet(test.amelia, "0190a000-0000-7000-8000-00000000aa06")
            try test.otricoli.sql(
                "INSERT INTO partecipazione(id, incontro_id, nominativo, ruolo) VALUES ('\(presenza)', '\(incontro)', 'Rosa', 'cittadino')"
            )
            for desk in test.all { try desk.capture() }
            for index in order { try test.all[index].sync(pulls: false) }
            try test.settle()
            try test.expectEqual()
            outcomes.insert(try test.outcome())
        }
        #expect(outcomes.count == 1, "\(outcomes)")
        #expect(outcomes.first?.filter { $0.hasPrefix("orphan") }.count == 3)
    }

    private func outcome() throws -> [String] {
        // The comune and the time of a row are the same in every run; ids of replicas are not shown.
        try ["tavolo", "incontro", "partecipazione"].flatMap { try ambito.rows($0) }
            + narni.store.conflicts().map {
                "\($0.kind) \($0.recordID) \($0.columns) \($0.shown.author) \($0.other.comune ?? "-")"
            }
            .sorted()
    }
}
