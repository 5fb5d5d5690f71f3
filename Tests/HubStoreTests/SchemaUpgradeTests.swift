import Foundation
import GRDB
import HubStore
import ReplicaStore
import Schema
import SyncCore
import SyncSession
import SyncWire
import Testing

/// Replicas that are upgraded while there is work in them.
@Suite struct SchemaUpgradeTests {
    private let record = TwoSchemas.record

    /// The open conflicts about the column `n`, both values of each in a fixed order.
    private func conflicts(_ desk: Desk) throws -> [String] {
        try desk.store.conflicts().filter { $0.columns == ["n"] }.map { conflict in
            let values = [conflict.shown.values, conflict.other.values].map { "\($0)" }.sorted()
            return "\(conflict.table) \(conflict.columns.joined(separator: ",")) \(values)"
        }
    }

    private func values(_ left: Int64, _ right: Int64, _ table: String) -> [String] {
        let sides = [left, right].map { "\([Value.integer($0)])" }.sorted()
        return ["\(table) n \(sides)"]
    }

    @Test(arguments: ["scheda", "voce"])
    func `Work that waits survives an upgrade, and the values of the new columns come with the next pull`(
        _ table: String
    ) throws {
        let (ambito, new, amelia) = try TwoSchemas.apart()
        try new.sql("UPDATE \(table) SET n = 7")
        try new.sync()
        try amelia.sync()
        try amelia.sql("UPDATE \(table) SET a = 'presa'")
        try amelia.capture()
        let waiting = try #require(try amelia.store.batch(after: 0)).bytes
        try amelia.sql("UPDATE \(table) SET b = 'in attesa'; INSERT INTO movimento(a) VALUES ('mia')")

        let upgraded = try amelia.reopened(files: TwoSchemas.new)

        #expect(try upgraded.store.batch(after: 0)?.bytes == waiting)
        #expect(try upgraded.value("SELECT cursor, schema_version FROM zona_state") == "0|2")
        try upgraded.sql("INSERT INTO nuova(titolo) VALUES ('subito')")
        try upgraded.sync()
        try upgraded.sync()
        try new.sync()
        #expect(try upgraded.value("SELECT a, b, n FROM \(table)") == "\"presa\"|\"in attesa\"|7")
        #expect(try new.store.conflicts().isEmpty)
        #expect(try upgraded.value("SELECT count(*) FROM zona_pending") == "0")
        #expect(try upgraded.value("SELECT count(*) FROM zona_behind") == "0")
        try ambito.expectConverged(new, upgraded)
    }

    @Test(arguments: ["scheda", "voce"], [false, true])
    func `A new column written before the first pull replaces nothing that its writer has not seen`(
        _ table: String, _ wasPulled: Bool
    ) throws {
        let (ambito, new, amelia) = try TwoSchemas.apart()
        try new.sql("UPDATE \(table) SET n = 7")
        try new.sync()
        // The record with the new column is covered by what amelia knows, but the column was not on her screen.
        if wasPulled { try amelia.sync() }

        let upgraded = try amelia.reopened(files: TwoSchemas.new)
        try upgraded.sql("UPDATE \(table) SET n = 9, a = 'anche'")
        for _ in 0..<2 { for desk in [upgraded, new] { try desk.sync() } }

        #expect(try conflicts(new) == values(7, 9, table))
        #expect(try new.value("SELECT a, n FROM \(table)") == "\"anche\"|9")
        try ambito.expectConverged(new, upgraded)
        // Now she has seen both.
        try upgraded.sql("UPDATE \(table) SET n = 10")
        for desk in [upgraded, new] { try desk.sync() }
        #expect(try new.value("SELECT n FROM \(table)") == "10")
        try ambito.expectConverged(new, upgraded)
    }

    @Test func `Of a new group the whole is written where the user wrote a part, and nothing where he did not`() throws
    {
        let (ambito, new, amelia) = try TwoSchemas.apart()
        try new.sql("UPDATE voce SET dal = 3, al = 4, m = 'visto'")
        try new.sync()
        try amelia.sync()

        let upgraded = try amelia.reopened(files: TwoSchemas.new)
        try upgraded.sql("UPDATE voce SET al = 9")
        for _ in 0..<2 { for desk in [upgraded, new] { try desk.sync() } }

        #expect(try new.value("SELECT dal, al, m FROM voce") == "0|9|\"visto\"")
        let conflict = try #require(try new.store.conflicts().first)
        #expect(conflict.columns == ["dal", "al"])
        #expect(conflict.other.values == [.integer(3), .integer(4)])
        try ambito.expectConverged(new, upgraded)
    }

    @Test func `A row that was on screen during the first pull keeps its context, and gets the new columns later`()
        throws
    {
        let (ambito, new, amelia) = try TwoSchemas.apart()
        try new.sql("UPDATE voce SET n = 7, m = 'dal nuovo'")
        try new.sync()
        try amelia.sync()
        let upgraded = try amelia.reopened(files: TwoSchemas.new)
        let voce = try #require(upgraded.store.catalog.table(named: "voce"))
        let id = try #require(RecordID(record))
        try upgraded.store.touch(id, of: voce, now: ambito.now)
        #expect(try upgraded.sync().skipped == 1)

        try upgraded.sql("UPDATE voce SET n = 9")
        try upgraded.store.endTouch(id, of: voce)
        for _ in 0..<2 { for desk in [upgraded, new] { try desk.sync() } }

        #expect(try conflicts(new) == values(7, 9, "voce"))
        #expect(try upgraded.value("SELECT n, m FROM voce") == "9|\"dal nuovo\"")
        try ambito.expectConverged(new, upgraded)
    }

    @Test func `A row of the new table that another made before is not replaced unseen`() throws {
        let (ambito, new, amelia) = try TwoSchemas.apart()
        try new.sql("INSERT INTO nuova(id, titolo) VALUES ('\(record)', 'di Narni')")
        try new.sync()
        try amelia.sync()

        let upgraded = try amelia.reopened(files: TwoSchemas.new)
        try upgraded.sql("INSERT INTO nuova(id, titolo) VALUES ('\(record)', 'di Amelia')")
        for _ in 0..<2 { for desk in [upgraded, new] { try desk.sync() } }

        let conflict = try #require(try new.store.conflicts().first)
        #expect(Set([conflict.shown.values, conflict.other.values]) == [[.text("di Narni")], [.text("di Amelia")]])
        try ambito.expectConverged(new, upgraded)
    }

    @Test(arguments: ["scheda", "voce"])
    func `Whatever the order in which three unseen changes arrive, rows and conflicts are the same`(_ table: String)
        throws
    {
        var outcomes: Set<[String]> = []
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let (ambito, new, amelia) = try TwoSchemas.apart()
            let otricoli = try ambito.replica(of: "055024", "otricoli", files: TwoSchemas.old)
            // No stamp is ahead of the hub's clock: then it is as it was made, whenever it arrives.
            ambito.now = 2_000_000_000_000
            try new.sql("UPDATE \(table) SET n = 6")
            try new.sync()
            try otricoli.sync()
            let upgraded = try otricoli.reopened(files: TwoSchemas.new)
            try upgraded.sql("UPDATE \(table) SET n = 9, b = 'o'")
            try new.sql("UPDATE \(table) SET n = 7")
            try amelia.sql("UPDATE \(table) SET a = 'a'")
            let desks = [new, amelia, upgraded]
            // The stamps do not follow the order of arrival.
            for (index, desk) in desks.enumerated() {
                try desk.sql("UPDATE zona_pending SET changed_at = \(1_999_000_000_000 + index * 1_000)")
                try desk.capture()
            }
            for index in order { try desks[index].sync(pulls: false) }
            for _ in 0..<2 { for desk in desks { try desk.sync() } }
            try ambito.expectConverged(new, upgraded)
            outcomes.insert([try new.value("SELECT a, b, n FROM \(table)")] + (try conflicts(new)).sorted())
        }

        let outcome = try #require(outcomes.first)
        #expect(outcomes.count == 1, "\(outcomes)")
        #expect(outcome.contains(values(7, 9, table)[0]))
    }

    @Test func `Pages that an older program kept are not applied after the upgrade`() throws {
        let (ambito, new, amelia) = try TwoSchemas.apart()
        try new.sql("UPDATE voce SET n = 7")
        try new.sync()
        let peer = try amelia.greeted()
        let frame = try ambito.hub.page(for: peer, after: peer.greeting.cursor, sizeBytes: 1 << 20, now: ambito.now)
        let header = try PageHeader(reading: frame)
        try amelia.store.keep(frame, header: header)

        let upgraded = try amelia.reopened(files: TwoSchemas.new)

        #expect(header.schemaVersion == 1)
        #expect(try upgraded.value("SELECT count(*) FROM zona_inbox") == "0")
        #expect(throws: ReplicaStoreError.self) { try upgraded.store.keep(frame, header: header) }
        try upgraded.sync()
        #expect(try upgraded.value("SELECT n FROM voce") == "7")
        try ambito.expectConverged(new, upgraded)
    }

    @Test func `An upgrade that fails at its end changes nothing`() throws {
        let (ambito, _, amelia) = try TwoSchemas.apart()
        try amelia.sql("UPDATE voce SET a = 'in attesa'")
        let everything = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*' ORDER BY type, name"
        let before =
            try amelia.values(everything) + amelia.values("SELECT * FROM zona_state")
            + amelia.values("SELECT * FROM zona_pending")
        let broken = TwoSchemas.new + [Schema.File(name: "rotto", sql: "UPDATE voce SET nessuna = 1", since: 2)]

        let error = #expect(throws: ReplicaStoreError.self) { try amelia.reopened(files: broken) }

        #expect(error?.context.contains("it is as it was") == true)
        let again = try Desk(
            ambito: ambito, store: ReplicaStore(path: amelia.store.path, files: TwoSchemas.old), key: amelia.key)
        #expect(
            try again.values(everything) + again.values("SELECT * FROM zona_state")
                + again.values("SELECT * FROM zona_pending") == before)
        try again.sync()
        #expect(try again.value("SELECT count(*) FROM zona_pending") == "0")
    }

    @Test func `A column of somebody's own under a new column's name is named as the cause`() throws {
        let (_, _, amelia) = try TwoSchemas.apart()
        try amelia.sql("ALTER TABLE voce ADD COLUMN n TEXT")

        let error = #expect(throws: ReplicaStoreError.self) { try amelia.reopened(files: TwoSchemas.new) }

        #expect(error?.context.contains("rename it") == true)
        #expect(error?.context.contains("duplicate column name: n") == true)
    }

    @Test func `A program that ran while another upgraded the file writes no more, and none of the old opens it`()
        throws
    {
        let (ambito, new, amelia) = try TwoSchemas.apart()
        try amelia.sql("UPDATE voce SET a = 'in attesa'")
        let upgraded = Desk(
            ambito: ambito, store: try ReplicaStore(path: amelia.store.path, files: TwoSchemas.new), key: amelia.key)
        try upgraded.sql("UPDATE voce SET n = 9")

        #expect(performing: { try amelia.capture() }, throws: { ($0 as? ReplicaStoreError)?.code == .newerSchema })
        #expect(
            performing: { _ = try ReplicaStore(path: amelia.store.path, files: TwoSchemas.old) },
            throws: { ($0 as? ReplicaStoreError)?.code == .newerSchema })
        for _ in 0..<2 { for desk in [upgraded, new] { try desk.sync() } }
        #expect(try new.value("SELECT a, n FROM voce") == "\"in attesa\"|9")
        try ambito.expectConverged(new, upgraded)
    }

    @Test func `The triggers of an upgraded file know the new columns and tables`() throws {
        let (_, _, amelia) = try TwoSchemas.apart()
        let upgraded = try amelia.reopened(files: TwoSchemas.new)

        #expect(throws: DatabaseError.self) { try upgraded.sql("UPDATE voce SET dal = 2, al = 1") }
        try upgraded.sql("UPDATE voce SET dal = 1, al = 2; INSERT INTO nuova(titolo) VALUES ('x')")

        #expect(try upgraded.value("SELECT n, dal, al FROM zona_before_voce") == "5|0|0")
        #expect(try upgraded.value("SELECT count(*) FROM zona_pending") == "2")
        #expect(try upgraded.value("SELECT applying FROM zona_state") == "0")
    }
}
