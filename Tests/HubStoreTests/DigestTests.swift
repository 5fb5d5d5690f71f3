import GRDB
import HubStore
import ReplicaStore
import SyncCore
import SyncWire
import Testing

@Suite struct DigestTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `Whatever is played, every pull ends equal to the hub's digest, and the hub's digest is that of its records`(
        seed: UInt64
    ) throws {
        var play = try Play(seed: seed)
        var compared = 0
        try play.run(steps: 60) { desk in
            let comparison = try desk.store.digestComparison()
            #expect(comparison.result == .equal || comparison.result == .waits)
            if comparison.result == .equal { compared += 1 }
        }
        try play.settle()

        #expect(compared > 5)
        for desk in play.desks { #expect(try desk.store.digestComparison().result == .equal) }
        let report = try play.ambito.hub.verify(foldingInto: play.ambito.folder + "/again.sqlite")
        #expect(report.faults == [])
        #expect(report.differences == [])
        #expect(report.batches > 10)
    }

    @Test func `A row that was changed while the triggers were off makes the next pull say that the file differs`()
        throws
    {
        let play = try Play(seed: 7)
        let amelia = play.desks[1]
        try amelia.sql(
            """
            UPDATE zona_state SET applying = 1;
            UPDATE obiettivo SET titolo = 'di nascosto' WHERE id = (SELECT min(id) FROM obiettivo);
            UPDATE zona_state SET applying = 0;
            """)

        try amelia.sync()

        let comparison = try amelia.store.digestComparison()
        #expect(comparison.result == .differs)
        #expect(comparison.differsSince == play.ambito.now)
        #expect(try amelia.store.status().comparison == comparison)
    }

    @Test func `A record that is on its way makes a pull wait with its verdict, and the next one gives it`() throws {
        let play = try Play(seed: 8)
        let (amelia, otricoli) = (play.desks[1], play.desks[2])
        let table = try #require(amelia.store.catalog.table(named: "obiettivo"))
        let id = try #require(try amelia.store.rows(of: table).first?.id)
        try amelia.store.touch(id, of: table, now: play.ambito.now)
        try otricoli.sql("UPDATE obiettivo SET titolo = 'nuovo'")
        try otricoli.sync()
        try amelia.sync()
        #expect(try amelia.store.digestComparison().result == .waits)

        try amelia.sql("UPDATE obiettivo SET descrizione = 'scritto' WHERE id = '\(id)'")
        try amelia.store.endTouch(id, of: table)
        try amelia.sync()
        try amelia.sync()

        #expect(try amelia.store.digestComparison().result == .equal)
    }

    @Test func `The sum of a row depends on its id, its table and each of its values, and not on trailing defaults`()
        throws
    {
        let table = TableDescription(
            name: "t", number: 7,
            columns: [ColumnDescription(name: "a", type: .any), ColumnDescription(name: "b", type: .any)])
        let digest = TableDigest(table, version: 1)
        let (one, two) = (RecordID(high: 1, low: 1), RecordID(high: 1, low: 2))
        func sum(_ id: RecordID, _ values: [Value]) throws -> DigestSum {
            try digest.sum(of: id, row: SyncCore.Row(values).bytes)
        }
        let sums = [
            try sum(one, [.integer(1), .integer(2)]), try sum(two, [.integer(1), .integer(2)]),
            try sum(one, [.integer(2), .integer(1)]), try sum(one, [.integer(1), .text("2")]),
            try sum(one, [.null, .null]),
        ]

        #expect(Set(sums).count == sums.count)
        #expect(try sum(one, [.null]) == sum(one, [.null, .null]))
        #expect(sums.allSatisfy { $0.rows == 1 })
    }

    @Test func `A reader of an earlier schema adds up the columns that he knows, and comes to the sum of the parts`()
        throws
    {
        let old = [ColumnDescription(name: "a", type: .any), ColumnDescription(name: "b", type: .any)]
        let new =
            old + [
                ColumnDescription(name: "c", type: .any, since: 2), ColumnDescription(name: "d", type: .any, since: 3),
            ]
        let atHub = TableDigest(TableDescription(name: "t", number: 7, columns: new), version: .max)
        let reader = TableDigest(TableDescription(name: "t", number: 7, columns: old), version: 1)
        let id = RecordID(high: 5, low: 5)
        let whole = SyncCore.Row([.integer(1), .text("x"), .integer(9), .blob([1])])
        var parts: [Int: DigestSum] = [:]

        try atHub.forEachPart(of: id, row: whole.bytes) { parts[$0] = $1 }

        #expect(Set(parts.keys) == [1, 2, 3])
        #expect(parts.values.reduce(0) { $0 + $1.rows } == 1)
        #expect(try reader.sum(of: id, row: SyncCore.Row([.integer(1), .text("x")]).bytes) == parts[1])
        #expect(try reader.sum(of: id, row: whole.bytes) == parts[1])
        var short: [Int: DigestSum] = [:]
        try atHub.forEachPart(of: id, row: SyncCore.Row([.integer(1), .text("x")]).bytes) { short[$0] = $1 }
        var filled: [Int: DigestSum] = [:]
        try atHub.forEachPart(of: id, row: SyncCore.Row([.integer(1), .text("x"), .null, .null]).bytes) {
            filled[$0] = $1
        }
        #expect(short == filled)
    }
}
