import HubStore
import ReplicaStore
import Schema
import SyncCore
import SyncSession
import SyncWire
import Testing

/// A hub and replicas one schema version apart.
@Suite struct SchemaVersionTests {
    private let record = TwoSchemas.record

    private func open(_ ambito: Ambito) throws -> [String] {
        try ambito.hub.openConflicts().map { conflict in
            guard case .text(let columns) = conflict.values["columns"] ?? .null else { return "?" }
            return "\(conflict.table) \(String(decoding: columns, as: UTF8.self))"
        }.sorted()
    }

    @Test func `An older replica gets the columns that it knows, and no table that came later`() throws {
        let (ambito, new, old) = try TwoSchemas.apart()
        try new.sql(
            """
            UPDATE scheda SET a = 'tre', n = 7;
            UPDATE voce SET n = 8, m = 'sì';
            INSERT INTO nuova(titolo) VALUES ('Nuova');
            INSERT INTO scheda(a, n) VALUES ('altra', 9);
            """)
        try new.sync()

        let applied = try old.sync()

        #expect(applied.rows == 3)
        #expect(try old.values("SELECT a, b FROM scheda ORDER BY a") == ["\"altra\"|\"\"", "\"tre\"|\"due\""])
        #expect(old.store.catalog.table(named: "nuova") == nil)
        try ambito.expectConverged(new)
    }

    @Test(arguments: [false, true])
    func `What the older writes in old columns and the newer in new ones is no conflict, in both orders`(
        _ isOldFirst: Bool
    ) throws {
        let (ambito, new, old) = try TwoSchemas.apart()
        try old.sql("UPDATE voce SET a = 'dal vecchio'")
        try new.sql("UPDATE voce SET n = 7, m = 'dal nuovo'")

        for desk in isOldFirst ? [old, new] : [new, old] { try desk.sync(pulls: false) }
        for _ in 0..<2 { for desk in [new, old] { try desk.sync() } }

        #expect(try new.value("SELECT a, b, n, m FROM voce") == "\"dal vecchio\"|\"due\"|7|\"dal nuovo\"")
        #expect(try old.value("SELECT a, b FROM voce") == "\"dal vecchio\"|\"due\"")
        #expect(try open(ambito) == [])
        try ambito.expectConverged(new)
    }

    @Test(arguments: ["scheda", "voce"], [false, true])
    func `An old column that both changed is one conflict, and the new column stays`(
        _ table: String, _ isOldFirst: Bool
    ) throws {
        let (ambito, new, old) = try TwoSchemas.apart()
        try old.sql("UPDATE \(table) SET a = 'dal vecchio'")
        try new.sql("UPDATE \(table) SET a = 'dal nuovo', n = 7")

        for desk in isOldFirst ? [old, new] : [new, old] { try desk.sync(pulls: false) }
        for _ in 0..<2 { for desk in [new, old] { try desk.sync() } }

        #expect(try new.value("SELECT n FROM \(table)") == "7")
        #expect(try open(ambito) == ["\(table) \(table == "voce" ? "a" : "a,b")"])
        #expect(try old.store.conflicts().count == 1)
        try ambito.expectConverged(new)
    }

    @Test func `A row that the older inserts has the new columns' defaults, and the newer may change them`() throws {
        let (ambito, new, old) = try TwoSchemas.apart()
        try old.sql("INSERT INTO voce(id, a) VALUES ('0190a000-0000-7000-8000-00000000dd02', 'nuova')")
        try old.sync()
        try new.sync()
        #expect(try new.value("SELECT n, m FROM voce WHERE a = 'nuova'") == "5|NULL")

        try new.sql("UPDATE voce SET n = 6 WHERE a = 'nuova'")
        try old.sql("UPDATE voce SET b = 'poi' WHERE a = 'nuova'")
        for _ in 0..<2 { for desk in [new, old] { try desk.sync() } }

        #expect(try new.value("SELECT b, n FROM voce WHERE a = 'nuova'") == "\"poi\"|6")
        #expect(try open(ambito) == [])
        try ambito.expectConverged(new)
    }

    @Test(arguments: [false, true])
    func `Both insert the same link, and nothing is concurrent with the new column`(_ isOldFirst: Bool) throws {
        let (ambito, new, old) = try TwoSchemas.apart()
        try old.sql("INSERT INTO legame(a, b) VALUES ('x', 'y')")
        try new.sql("INSERT INTO legame(a, b, n) VALUES ('x', 'y', 7)")

        for desk in isOldFirst ? [old, new] : [new, old] { try desk.sync(pulls: false) }
        for _ in 0..<2 { for desk in [new, old] { try desk.sync() } }

        #expect(try new.values("SELECT a, b, n FROM legame") == ["\"x\"|\"y\"|7"])
        #expect(try open(ambito) == [])
        try ambito.expectConverged(new)
    }

    @Test(arguments: [false, true])
    func `Both add the same row where rows are only added, and it is accepted with the new column`(
        _ isOldFirst: Bool
    ) throws {
        let (ambito, new, old) = try TwoSchemas.apart()
        try old.sql("INSERT INTO movimento(id, a, b) VALUES ('\(record)', 'x', 'y')")
        try new.sql("INSERT INTO movimento(id, a, b, n) VALUES ('\(record)', 'x', 'y', 7)")

        for desk in isOldFirst ? [old, new] : [new, old] { try desk.sync(pulls: false) }
        for _ in 0..<2 { for desk in [new, old] { try desk.sync() } }

        #expect(try new.values("SELECT a, b, n FROM movimento") == ["\"x\"|\"y\"|7"])
        #expect(try old.store.refusedChanges().isEmpty && new.store.refusedChanges().isEmpty)
        try ambito.expectConverged(new)
    }

    @Test(arguments: ["scheda", "voce"], [false, true])
    func `Who deletes a record where others wrote to columns that he has not seen is asked`(
        _ table: String, _ isUpgraded: Bool
    ) throws {
        let (ambito, new, apart) = try TwoSchemas.apart()
        try new.sql("UPDATE \(table) SET n = 7")
        try new.sync()
        try apart.sync()
        let old = isUpgraded ? try apart.reopened(files: TwoSchemas.new) : apart
        try old.sql("DELETE FROM \(table)")
        for _ in 0..<2 { for desk in [old, new] { try desk.sync() } }

        #expect(try new.value("SELECT n FROM \(table)") == "7")
        #expect(try old.value("SELECT a FROM \(table)") == "\"uno\"")
        let asked = try #require(try old.store.conflicts().first)
        #expect(asked.kind == "edit-delete")

        _ = try old.store.resolve(asked, .other, note: "", by: Operator("x"), now: ambito.now)
        for _ in 0..<2 { for desk in [old, new] { try desk.sync() } }
        #expect(try new.values("SELECT n FROM \(table)") == [])
        #expect(try new.store.conflicts().isEmpty)
        try ambito.expectConverged(new)
    }

    @Test func `A batch that names columns which its schema lacks is refused, change by change`() throws {
        let (ambito, new, _) = try TwoSchemas.apart()
        try new.sql("UPDATE voce SET n = 7; INSERT INTO nuova(titolo) VALUES ('x'); UPDATE scheda SET a = 'buona'")
        try new.capture()
        let frame = try Frame(reading: try #require(try new.store.batch(after: 0)).bytes, kind: .batch)
        var reader = frame.header
        var header = try BatchHeader(reading: &reader, after: nil)
        let body = try frame.body(size: header.bodyBytes)
        header.schemaVersion = 1
        header.contextVersion = 1
        let forged = Frame(.batch, header: header.encoded(after: nil), body: body, key: new.key).bytes
        let peer = try new.greeted()

        _ = try ambito.hub.accept(forged, from: peer, offset: 0, now: ambito.now)

        #expect(try ambito.hub.figures().refusals == 2)
        #expect(try ambito.wholeRows("nuova") == [])
        #expect(try ambito.wholeRows("voce") == ["\(record) uno|due|5|-|0|0"])
        #expect(try ambito.wholeRows("scheda") == ["\(record) buona|due|5|-"])
    }

    @Test func `A newer replica waits for its hub and works on, and nothing is lost`() throws {
        let (ambito, narni, amelia) = try TwoSchemas.world()
        try narni.sql("UPDATE voce SET b = 'prima'")
        try narni.capture()
        let new = try narni.reopened(files: TwoSchemas.new)
        try new.sql("UPDATE voce SET n = 7; INSERT INTO nuova(titolo) VALUES ('Nuova')")

        #expect(throws: Problem.self) { try new.sync() }
        #expect(try new.store.waiting().changes == 3)
        #expect(throws: Problem.self) { try new.sync() }
        #expect(try new.store.waiting().changes == 3)
        try ambito.upgradeHub(to: TwoSchemas.new)
        try new.sync()
        try new.sync()
        try amelia.sync()

        #expect(try new.value("SELECT b, n FROM voce") == "\"prima\"|7")
        #expect(try amelia.value("SELECT b FROM voce") == "\"prima\"")
        #expect(try new.value("SELECT count(*) FROM zona_pending") == "0")
        try ambito.expectConverged(new)
    }

    @Test func `The upgrade of a hub is one entry of its log, and an older program does not open it any more`() throws {
        let (ambito, _, _) = try TwoSchemas.world()

        try ambito.upgradeHub(to: TwoSchemas.new)
        try ambito.upgradeHub(to: TwoSchemas.new)

        #expect(
            try ambito.hubValues("SELECT kind, hex(decided) FROM log ORDER BY entry DESC LIMIT 2").first
                == "\"upgrade\"|\"0102\"")
        #expect(try ambito.hubValues("SELECT count(*) FROM log WHERE kind = 'upgrade'") == ["1"])
        #expect(
            performing: { try ambito.upgradeHub(to: TwoSchemas.old) },
            throws: { ($0 as? HubStoreError)?.code == .newerSchema })
    }

    @Test func `A later version only appends: what was there before is described as it was`() throws {
        for files in [Schema.synced, TwoSchemas.new] {
            let newest = try Ambito(files: files).hub.catalog
            for version in 1...files.version {
                let then = try Ambito(files: files.through(version: version)).hub.catalog
                #expect(then.version == version)
                #expect("\(newest.restricted(to: version).tables)" == "\(then.tables)")
            }
        }
    }
}
