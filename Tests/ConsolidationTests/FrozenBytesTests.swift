import Consolidation
import Foundation
import GRDB
import ReplicaStore
import SyncCore
import Testing

@Suite
struct FrozenBytesTests {
    @Test
    func `equal rows make equal bytes, whatever way they came`() throws {
        let straight = try SampleAmbito()
        let crooked = try SampleAmbito()
        let rows = (0x100..<0x400).map { SampleAmbito.allotment($0, SampleAmbito.borgo, cents: Int64($0) * 100) }
        let strangers = (0x900..<0x980).map { SampleAmbito.allotment($0, SampleAmbito.corte, cents: 1) }

        try straight.fill()
        try straight.applied(rows.joined(separator: ";"))
        let turned = Array(rows.reversed())
        try crooked.applied((strangers + turned[..<300]).joined(separator: ";"))
        try crooked.applied("DELETE FROM stanziamento_comune WHERE importo_cent = 1")
        try crooked.applied(turned[300...].joined(separator: ";"))
        try crooked.applied(SampleAmbito.registers.reversed().joined(separator: ";"))
        try crooked.applied("CREATE INDEX mio ON stanziamento_comune(importo_cent)")
        let first = try straight.publish()
        let second = try crooked.publish(contacts: [], at: SampleAmbito.night + 86_400_000)

        let names = try FileManager.default.contentsOfDirectory(atPath: first.folder).sorted()
        let different = try names.filter { try first.bytes($0) != second.bytes($0) }
        #expect(names.count == straight.store.catalog.domainTables.count + 4)
        #expect(different == ["impronta.txt", "riepilogo.json", "riepilogo.txt"])
    }

    @Test
    func `one more row makes other bytes`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        let first = try sample.publish()

        try sample.applied(SampleAmbito.allotment(0x100, SampleAmbito.borgo, cents: 5))
        let second = try sample.publish()

        #expect(try first.bytes("piano-di-zona.sqlite") != second.bytes("piano-di-zona.sqlite"))
        #expect(try first.bytes("stanziamento_comune.csv") != second.bytes("stanziamento_comune.csv"))
        #expect(try first.bytes("comune.csv") == second.bytes("comune.csv"))
    }

    @Test
    func `the published database is one file with the domain's tables and indexes, and nothing of the engine`() throws {
        let sample = try SampleAmbito()
        try sample.fill()

        let publication = try sample.publish()

        let tables = sample.store.catalog.domainTables.map(\.name)
        #expect(try publication.rows("SELECT name FROM sqlite_master WHERE type = 'table'").sorted() == tables.sorted())
        #expect(try publication.rows("SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index')").isEmpty)
        #expect(
            try publication.rows("SELECT name FROM sqlite_master WHERE name = 'ix_stanziamento_comune_chiave'").count
                == 1)
        #expect(try publication.rows("PRAGMA integrity_check") == ["ok"])
        #expect(try publication.rows("PRAGMA journal_mode") == ["delete"])
    }

    @Test
    func `rows stand in the order of their ids`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        for number: UInt64 in [0x300, 0x100, 0x200] {
            try sample.applied(SampleAmbito.allotment(number, SampleAmbito.borgo, cents: 1))
        }

        let publication = try sample.publish()

        let ids: [UInt64] = [0x100, 0x200, 0x300]
        #expect(
            try publication.rows("SELECT id FROM stanziamento_comune ORDER BY rowid")
                == ids.map { SampleAmbito.id($0).description })
    }

    @Test
    func `a freeze never writes over a file`() throws {
        let sample = try SampleAmbito()
        let path = sample.scratch.path + "/altro"
        try Data("mio".utf8).write(to: URL(fileURLWithPath: path))

        let fault = #expect(throws: ReplicaStoreError.self) { try sample.store.freeze(into: path) }

        #expect(fault?.code == .exists)
        #expect(FileManager.default.contents(atPath: path) == Data("mio".utf8))
    }
}
