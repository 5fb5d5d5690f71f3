import Foundation
import HubStore
import ReplicaStore
import SyncCore
import Testing

/// The same natural key inserted at two comuni: listed while it is so, merged by an operator, and then one record everywhere.
@Suite struct DuplicateTests {
    private let a = "0190a000-0000-7000-8000-00000000000a"
    private let b = "0190a000-0000-7000-8000-00000000000b"
    private let c = "0190a000-0000-7000-8000-00000000000c"
    private let d = "0190a000-0000-7000-8000-00000000000d"
    private let piano = "0190a000-0000-7000-8000-00000000aa01"

    private let ambito: Ambito
    private let narni: Desk
    private let amelia: Desk
    private let otricoli: Desk
    private var all: [Desk] { [narni, amelia, otricoli] }

    init() throws {
        ambito = try Ambito()
        ambito.now = Int64(Date().timeIntervalSince1970 * 1000) - 40_000
        narni = try ambito.replica(of: "055022", "narni")
        try narni.sql(
            """
            INSERT INTO piano_di_zona(id, ambito_id, denominazione, anno_inizio, anno_fine, strumento, stato)
              SELECT '\(piano)', id, 'Piano', 2022, 2024, 'convenzione', 'in_costruzione' FROM ambito;
            """)
        try narni.sync()
        amelia = try ambito.replica(of: "055004", "amelia")
        otricoli = try ambito.replica(of: "055024", "otricoli")
    }

    private func settle(_ desks: [Desk]? = nil) throws {
        for _ in 0..<2 { for desk in desks ?? all { try desk.sync() } }
    }

    private func expectEqual(_ tables: [String] = ["soggetto", "adesione", "bisogno", "zona_conflict"]) throws {
        for table in tables {
            let hub = try ambito.rows(table)
            for desk in all { #expect(try desk.rows(table) == hub, "\(table)") }
        }
    }

    private func add(_ desk: Desk, _ id: String, _ name: String, telefono: String = "1") throws {
        try desk.sql(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto, codice_fiscale, telefono)
            VALUES ('\(id)', '\(name)', 'VOL', '12345678901', '\(telefono)')
            """)
    }

    /// Both have the association; Amelia's, A, joined the plan, Otricoli's, B, joined too and has a need that names it.
    private func twice() throws -> Conflict {
        try add(amelia, a, "Croce Verde", telefono: "1")
        try add(otricoli, b, "C. Verde", telefono: "2")
        try otricoli.sql(
            """
            INSERT INTO adesione(soggetto_id, piano_id) VALUES ('\(b)', '\(piano)');
            INSERT INTO bisogno(comune_id, area_utenza, descrizione, portato_da)
              SELECT comune, 'ANZ', 'Trasporto', '\(b)' FROM zona_state;
            """)
        try settle()
        let open = try narni.store.conflicts()
        #expect(open.count == 1)
        return try #require(open.first)
    }

    private func merge(_ desk: Desk, _ conflict: Conflict, keeping member: Int = 0, _ telefono: String? = nil) throws {
        let table = try #require(desk.store.catalog.table(named: "soggetto"))
        let values = try telefono.map {
            [(column: try #require(table.column(named: "telefono")), value: Value.text($0))]
        }
        _ = try desk.store.merge(
            conflict, keeping: member, values ?? [], note: "la stessa", by: Operator("ufficio"), now: ambito.now)
    }

    @Test func `Two records with one natural key are listed once, the smallest id first, and nothing is contested`()
        throws
    {
        let conflict = try twice()

        #expect(conflict.kind == "duplicate")
        #expect(conflict.columns == ["codice_fiscale"])
        #expect(conflict.members.map(\.description) == [a, b])
        #expect(conflict.recordID.description == a)
        #expect(conflict.shown.comune == "Amelia" && conflict.other.comune == "Otricoli")
        #expect(!conflict.isContested)
        try expectEqual()
    }

    @Test
    func
        `The list is empty again when the key of one changes or one is deleted, and lists again when it is shared again`()
        throws
    {
        _ = try twice()
        try otricoli.sql("UPDATE soggetto SET codice_fiscale = '10987654321' WHERE id = '\(b)'")
        try settle()
        #expect(try narni.store.conflicts().isEmpty)
        #expect(try narni.store.conflicts(onlyOpen: false).map(\.state) == ["closed"])

        // Another program that switches the checks off.
        try amelia.sql("DROP TRIGGER zona_check_soggetto_update; UPDATE soggetto SET codice_fiscale = '12345678901'")
        try settle()
        #expect(try narni.store.conflicts().map(\.kind) == ["duplicate"])

        try narni.sql("DELETE FROM soggetto WHERE id = '\(a)'")
        try settle()
        #expect(try narni.store.conflicts().isEmpty)
        try expectEqual()
    }

    @Test func `NULL keys are no duplicates where NULLs are not equal`() throws {
        for desk in [amelia, otricoli] {
            try desk.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Senza codice', 'VOL')")
        }
        try settle()

        #expect(try narni.store.conflicts().isEmpty)
        #expect(try narni.rows("soggetto").count == 2)
    }

    @Test func `A merge makes one record with the chosen values, and what pointed to the other points to it`() throws {
        try merge(narni, try twice(), keeping: 1, "3")
        #expect(try narni.store.conflicts().map(\.decidedHere) == [true])
        try settle()

        #expect(
            try otricoli.values("SELECT id, denominazione, telefono FROM soggetto") == ["\"\(a)\"|\"C. Verde\"|\"3\""])
        #expect(try amelia.value("SELECT portato_da FROM bisogno") == "\"\(a)\"")
        let link = try #require(narni.store.catalog.table(named: "adesione"))
        let row = try #require(try amelia.store.rows(of: link).first)
        #expect(row.values[0] == .text(a))
        #expect(try amelia.rows("adesione").count == 1)
        #expect(try narni.store.conflicts().isEmpty)
        let closed = try #require(try amelia.store.conflicts(onlyOpen: false).first)
        #expect(closed.state == "decided" && closed.closedBy == "ufficio")
        #expect(try otricoli.value("SELECT note FROM zona_decision") == "\"la stessa\"")
        try expectEqual()
    }

    @Test
    func `What points to a merged record is led to the survivor also when it arrives later, in append-only tables too`()
        throws
    {
        let conflict = try twice()
        // Offline, not knowing of the merge: a link and a proposal that name the record that goes.
        try otricoli.sql(
            """
            INSERT INTO valore_portato(soggetto_id, piano_id, tipo, descrizione)
              VALUES ('\(b)', '\(piano)', 'volontari', 'dieci ore');
            INSERT INTO proposta(soggetto_id, comune_id, titolo, testo, presentata_il)
              SELECT '\(b)', comune, 'Trasporto', 'Un pulmino', '2022-05-01' FROM zona_state;
            """)
        try merge(narni, conflict)
        try narni.sync()
        try otricoli.capture()
        try settle()

        #expect(try amelia.value("SELECT soggetto_id FROM valore_portato") == "\"\(a)\"")
        #expect(try amelia.value("SELECT soggetto_id FROM proposta") == "\"\(a)\"")
        #expect(try otricoli.value("SELECT soggetto_id FROM proposta") == "\"\(a)\"")
        #expect(try amelia.store.conflicts().isEmpty)
        try expectEqual(["valore_portato", "proposta", "soggetto", "adesione", "zona_conflict"])
    }

    @Test
    func `An edit of the merged record that had not seen the merge stands beside the chosen value, and is listed`()
        throws
    {
        let conflict = try twice()
        try otricoli.sql("UPDATE soggetto SET telefono = '9' WHERE id = '\(b)'")
        try otricoli.capture()
        try merge(narni, conflict)
        try settle([narni, otricoli, amelia])

        let open = try amelia.store.conflicts()
        #expect(open.map(\.kind) == ["update"])
        #expect(open.map(\.columns) == [["telefono"]])
        let sides = try #require(open.first)
        #expect(Set([sides.shown.values, sides.other.values]) == [[.text("9")], [.text("1")]])
        #expect(sides.recordID.description == a)
        #expect(try otricoli.values("SELECT id FROM soggetto") == ["\"\(a)\""])
        try expectEqual()
    }

    @Test func `Merges made apart make one record of three, whatever their order`() throws {
        var outcomes: Set<[String]> = []
        for order in [[0, 1], [1, 0]] {
            let test = try DuplicateTests()
            try test.add(test.amelia, a, "Uno")
            try test.add(test.otricoli, b, "Due")
            try test.settle()
            try test.add(test.narni.withoutChecks("soggetto"), c, "Tre")
            try test.settle()
            let conflict = try #require(try test.amelia.store.conflicts().first)
            #expect(conflict.members.map(\.description) == [a, b, c])
            try test.merge(test.otricoli, conflict, keeping: 2)
            try test.merge(test.amelia, conflict, keeping: 1)
            try test.stamp()
            for index in order { try [test.amelia, test.otricoli][index].sync(pulls: false) }
            try test.settle()
            try test.expectEqual()
            #expect(try test.narni.store.conflicts().map(\.columns) == [["denominazione"]])
            outcomes.insert(try test.outcome())
        }
        #expect(outcomes.count == 1)
    }

    @Test func `What stands in the list only stays there when its record is merged by somebody who had not seen it`()
        throws
    {
        let conflict = try twice()
        try merge(narni, conflict)
        try narni.capture()
        try amelia.sql("UPDATE soggetto SET telefono = '5' WHERE id = '\(b)'")
        try amelia.sync(pulls: false)
        try otricoli.sql("UPDATE soggetto SET telefono = '6' WHERE id = '\(b)'")
        try otricoli.sync()
        try otricoli.sql("UPDATE soggetto SET telefono = '7' WHERE id = '\(b)'")
        try otricoli.sync()
        let listed = [[Value.text(Array("5".utf8))]]
        #expect(try otricoli.store.conflicts().filter { $0.kind == "update" }.map(\.other.values) == listed)

        try settle()

        #expect(try narni.store.conflicts().map(\.other.values).contains(listed[0]))
        try expectEqual()
    }

    @Test func `A merge of records that have another key by now leaves those listed that have it since`() throws {
        let conflict = try twice()
        try merge(amelia, conflict)
        try amelia.capture()
        try narni.sql("UPDATE soggetto SET codice_fiscale = '9999999999' || iif(id = '\(a)', 1, 2)")
        try narni.sync()
        #expect(try narni.store.conflicts().isEmpty)
        try otricoli.sync()
        for (desk, id) in [(narni, c), (otricoli, d)] {
            try desk.sql(
                """
                INSERT INTO soggetto(id, denominazione, tipo_soggetto, codice_fiscale)
                VALUES ('\(id)', 'Altra', 'VOL', '12345678901')
                """)
        }

        try settle([narni, otricoli, amelia, narni])

        #expect(
            try narni.store.conflicts().filter { $0.kind == "duplicate" }.map { $0.members.map(\.description).sorted() }
                == [[c, d]])
        try settle()
        try expectEqual()
    }

    @Test func `A merge that one may not make is refused as a whole, and says so`() throws {
        try amelia.sql(
            """
            INSERT INTO personale_ambito(id, comune_id, anno, profilo, rapporto, fte_centesimi)
              SELECT '\(a)', comune, 2022, 'assistente_sociale', 'indeterminato', 100 FROM zona_state
            """)
        try amelia.withoutChecks("personale_ambito").sql(
            """
            INSERT INTO personale_ambito(id, comune_id, anno, profilo, rapporto, fte_centesimi)
              SELECT '\(b)', comune, 2022, 'assistente_sociale', 'indeterminato', 200 FROM zona_state
            """)
        try settle()
        let conflict = try #require(try narni.store.conflicts().first)
        #expect(conflict.kind == "duplicate")
        #expect(try otricoli.store.conflicts(onlyOpen: false).isEmpty)

        #expect(throws: ReplicaStoreError.self) { try merge(narni, conflict) }

        #expect(try narni.value("SELECT count(*) FROM zona_decision") == "0")
        try merge(amelia, conflict, keeping: 1)
        try settle()
        #expect(try narni.values("SELECT id, fte_centesimi FROM personale_ambito") == ["\"\(a)\"|200"])
    }

    /// Rows and open conflicts, without the random numbers of the replicas.
    private func outcome() throws -> [String] {
        try ambito.rows("soggetto") + ambito.rows("adesione") + ambito.rows("valore_portato")
            + narni.store.conflicts().map {
                "\($0.kind) \($0.recordID) \($0.columns) \($0.shown.values) \($0.other.values) \($0.members)"
            }.sorted()
    }

    /// Dates what waits at each desk, so that who is later does not hang on this PC's speed; then captures it.
    private func stamp() throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        for (index, desk) in all.enumerated() {
            try desk.sql("UPDATE zona_pending SET changed_at = \(now + Int64(index) * 1_000)")
            try desk.capture()
        }
    }

    @Test func `Concurrent units with one key, an edit and a merge give the same rows and conflicts in every order`()
        throws
    {
        var outcomes: Set<[String]> = []
        for order in permutations(of: [0, 1, 2]) {
            let test = try DuplicateTests()
            try test.twiceQuietly()
            let conflict = try #require(try test.narni.store.conflicts().first)
            try test.merge(test.narni, conflict, "7")
            try test.amelia.sql("UPDATE soggetto SET pec = 'a@b.example' WHERE id = '\(a)'")
            try test.amelia.withoutChecks("soggetto").sql(
                "INSERT INTO soggetto(id, denominazione, tipo_soggetto, codice_fiscale) VALUES ('\(c)', 'Terza', 'VOL', '12345678901')"
            )
            try test.otricoli.sql(
                """
                UPDATE soggetto SET denominazione = 'Croce Verde OdV' WHERE id = '\(b)';
                INSERT INTO valore_portato(id, soggetto_id, piano_id, tipo, descrizione)
                  VALUES ('0190a000-0000-7000-8000-0000000000f2', '\(b)', '\(piano)', 'volontari', 'dieci ore');
                DELETE FROM adesione;
                """)
            try test.stamp()
            for index in order { try test.all[index].sync(pulls: false) }
            try test.settle()
            try test.expectEqual()
            outcomes.insert(try test.outcome())
        }
        #expect(outcomes.count == 1, "\(outcomes)")
    }

    private func twiceQuietly() throws {
        try add(amelia, a, "Croce Verde")
        try add(otricoli, b, "C. Verde", telefono: "2")
        try otricoli.sql("INSERT INTO adesione(soggetto_id, piano_id) VALUES ('\(b)', '\(piano)')")
        try settle()
    }

    private func telephone(_ number: String, of id: String, _ desk: Desk) throws {
        try desk.sql("UPDATE soggetto SET telefono = '\(number)' WHERE id = '\(id)'")
    }

    @Test(arguments: [false, true])
    func `What was written to one record is not replaced by who wrote to the other and did not know that they are one`(
        isOfSurvivor: Bool
    ) throws {
        let conflict = try twice()
        let (first, other) = isOfSurvivor ? (a, b) : (b, a)
        try telephone("11", of: first, amelia)
        try amelia.sync()
        try otricoli.sync()
        try merge(narni, conflict)
        try narni.sync()

        // Otricoli has seen 11 at the one record, and writes to the other.
        try telephone("77", of: other, otricoli)
        try settle()

        let shown = try narni.value("SELECT telefono FROM soggetto")
        let open = try narni.store.conflicts().flatMap(\.other.values)
        for value in ["11", "77"] {
            #expect(shown == "\"\(value)\"" || open.contains(.text(value)), "\(value) of \(shown), \(open)")
        }
        try expectEqual()
    }

    @Test func `Who goes on with a record after its merge replaces his own value and lists nothing more`() throws {
        let conflict = try twice()
        try telephone("11", of: b, otricoli)
        try otricoli.sync()
        try merge(narni, conflict)
        try narni.sync()
        try settle()
        let open = try narni.store.conflicts()
        #expect(open.flatMap(\.other.values) == [.text("11")])

        try telephone("12", of: a, otricoli)
        try settle()
        #expect(try narni.value("SELECT telefono FROM soggetto") == "\"12\"")
        try expectEqual()
    }
}

extension Desk {
    /// Another program that takes the checks of a table away.
    func withoutChecks(_ table: String) throws -> Desk {
        for kind in ["insert", "update", "delete"] { try sql("DROP TRIGGER IF EXISTS zona_check_\(table)_\(kind)") }
        return self
    }
}

/// All orders of some numbers.
func permutations(of numbers: [Int]) -> [[Int]] {
    guard let first = numbers.first else { return [[]] }
    return permutations(of: Array(numbers.dropFirst())).flatMap { rest in
        (0...rest.count).map { place in
            var order = rest
            order.insert(first, at: place)
            return order
        }
    }
}
