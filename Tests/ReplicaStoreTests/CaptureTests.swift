import Foundation
import ReplicaStore
import SyncCore
import SyncWire
import Testing

@Suite struct CaptureTests {
    private let replica: ReplicaFixture
    private let body = "'\(ReplicaFixture.body)'"

    init() throws {
        replica = try ReplicaFixture()
    }

    private func insert(_ count: Int) throws {
        try replica.sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            INSERT INTO soggetto(denominazione, tipo_soggetto) SELECT hex(randomblob(40)), 'ODV' FROM n
            """)
    }

    @Test func `nothing pending makes no batch`() throws {
        #expect(try replica.capture() == CaptureSummary())
        #expect(try replica.batches().isEmpty)
    }

    @Test func `a capture that ran is not repeated`() throws {
        try insert(3)
        let first = try replica.capture()

        let second = try replica.capture()

        #expect(first.changes == 3)
        #expect(first.batches == 1)
        #expect(second == CaptureSummary())
        #expect(try replica.store.status().waitingBytes == first.bytes)
    }

    @Test func `counters have no holes and batches are chained by hash and signed`() throws {
        try insert(2)
        try replica.capture()
        try insert(3)
        try replica.capture()

        let batches = try replica.batches()

        #expect(batches.map(\.header.firstCounter) == [1, 3])
        #expect(batches.flatMap(\.changes).map(\.dot.counter) == [1, 2, 3, 4, 5])
        #expect(batches[0].header.previousHash == Hash.none)
        #expect(batches[1].header.previousHash == batches[0].frame.hash)
        #expect(batches.allSatisfy { $0.header.number == ReplicaFixture.number && $0.header.isLastOfUnit })
        for batch in batches { try batch.frame.verify(by: replica.key.publicKey) }
    }

    @Test func `a large capture becomes one unit of several batches, whose last says so`() throws {
        try insert(400)

        let summary = try replica.capture(targetBytes: 4_000)

        let batches = try replica.batches()
        #expect(summary.batches == batches.count)
        #expect(batches.count > 3)
        #expect(batches.allSatisfy { $0.header.unit == 1 })
        #expect(batches.map(\.header.isLastOfUnit) == Array(repeating: false, count: batches.count - 1) + [true])
        #expect(batches.flatMap(\.changes).count == 400)
    }

    @Test func `no batch outgrows its limit, however well the one before was compressed`() throws {
        try replica.sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
            INSERT INTO soggetto(id, denominazione, tipo_soggetto, pec) SELECT
                printf('00000000-0000-7000-8000-1%011x', i), printf('%.*c', 3000, 'x'), 'ODV', NULL FROM n
            """)
        try replica.sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 160)
            INSERT INTO soggetto(id, denominazione, tipo_soggetto) SELECT
                printf('00000000-0000-7000-8000-2%011x', i), hex(randomblob(40000)), 'ODV' FROM n
            """)

        #expect(try replica.capture().changes == 560)
    }

    @Test func `parents are captured before their children`() throws {
        try replica.sql(
            """
            INSERT INTO incontro(tavolo_id, comune_id, tipo, data)
            VALUES ('\(ReplicaFixture.table)', '\(ReplicaFixture.narni)', 'tavolo', '2026-05-01');
            UPDATE tavolo SET denominazione = 'Nuovo nome';
            UPDATE soggetto SET telefono = '1';
            """)

        let tables = try replica.captured().map(\.key.table)

        #expect(tables.count == 3)
        #expect(tables == tables.sorted())
    }

    @Test func `the context is what the last complete pull knew`() throws {
        let known = VersionVector([Dot(number: ReplicaFixture.hub, counter: 40)])
        try replica.pull([], knows: known)
        try replica.sql("UPDATE soggetto SET telefono = '1'")

        try replica.capture()

        #expect(try replica.batches().map(\.header.context) == [known])
    }

    @Test func `a row written before a pull keeps the context that it was written with`() throws {
        try replica.pull([], knows: VersionVector([Dot(number: ReplicaFixture.hub, counter: 1)]))
        try replica.sql("UPDATE soggetto SET telefono = '1'")
        try replica.pull([], knows: VersionVector([Dot(number: ReplicaFixture.hub, counter: 2)]))
        try replica.sql("UPDATE tavolo SET denominazione = 'Altro'")

        try replica.capture()

        let batches = try replica.batches()
        #expect(batches.map { $0.header.context[ReplicaFixture.hub] } == [1, 2])
        #expect(batches.map { $0.changes.count } == [1, 1])
        #expect(batches.map(\.header.isLastOfUnit) == [false, true])
    }

    @Test func `stamps beat the floor, and the own ones are no floor`() throws {
        try insert(20)

        let floor = try replica.store.state().floor
        let times = try replica.captured().map(\.time)

        #expect(try replica.store.state().floor == floor)
        #expect(times.allSatisfy { $0 > HybridTime(milliseconds: ReplicaFixture.now) })
    }

    @Test func `a second change of a captured record is compared with what was captured, not with the row before`()
        throws
    {
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")
        try replica.capture()
        try replica.sql("UPDATE soggetto SET telefono = NULL WHERE id = \(body)")

        let changes = try replica.captured(after: 1)

        #expect(changes.map(\.operation) == [.update])
        #expect(changes.first?.values == ValueCoding.null)
    }

    @Test func `a captured value written back and forth before the acknowledgement is no second change`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")
        try replica.capture()
        try replica.sql("UPDATE soggetto SET telefono = '2' WHERE id = \(body)")
        try replica.sql("UPDATE soggetto SET telefono = '1' WHERE id = \(body)")

        #expect(try replica.captured(after: 1).isEmpty)
    }

    @Test func `values of every kind come back as they were`() throws {
        try replica.sql(
            """
            UPDATE soggetto SET denominazione = 'Città «à» ' || char(0) || char(10) || 'x', pec = '' WHERE id = \(body)
            """)

        let change = try #require(try replica.captured().first)

        var reader = ByteReader(change.values)
        #expect(try reader.value() == .text("Città «à» \u{0}\nx"))
        #expect(try reader.value() == .text(""))
        #expect(reader.isAtEnd)
    }

    @Test func `capturing without the triggers' flag left behind`() throws {
        try insert(1)
        try replica.capture()

        #expect(try replica.count("SELECT applying FROM zona_state") == 0)
    }
}
