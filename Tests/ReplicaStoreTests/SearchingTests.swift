import Foundation
import ReplicaStore
import SyncCore
import Testing

@Suite struct SearchingTests {
    private let replica: ReplicaFixture
    private var index: String { replica.path + ".search" }

    init() throws {
        replica = try ReplicaFixture()
    }

    private func ids(_ text: String, in table: String? = nil) throws -> [RecordID] {
        let table = try table.map { try replica.table($0) }
        return try replica.store.search(ReplicaStore.searchWords(text), in: table, limit: 10).hits.map(\.id)
    }

    @Test(arguments: ["banca", "TEMPO ban", "bàn", "tem"])
    func `words are found by how they begin, whatever their case and accents`(text: String) throws {
        #expect(try ids(text) == [ReplicaFixture.body])
        #expect(try ids(text, in: "incontro").isEmpty)
        #expect(try ids(text + " altro").isEmpty)
    }

    @Test func `what any program changes is found at the next search, what is gone no more`() throws {
        #expect(try ids("banca") == [ReplicaFixture.body])
        try replica.sql("UPDATE soggetto SET denominazione = 'Società Città Viva'")
        #expect(try ids("banca").isEmpty)
        #expect(try ids("citta") == [ReplicaFixture.body])
        try replica.sql("DELETE FROM soggetto")
        #expect(try ids("citta").isEmpty)
        #expect(try ids("anziani") == [ReplicaFixture.table])
    }

    @Test func `an index that is gone, broken or old is made anew; a file that is none of ours stays`() throws {
        #expect(try ids("banca") == [ReplicaFixture.body])
        let whole = try Data(contentsOf: URL(filePath: index))

        try FileManager.default.removeItem(atPath: index)
        #expect(try ids("banca") == [ReplicaFixture.body])

        try whole.prefix(5_000).write(to: URL(filePath: index))
        #expect(try ids("banca") == [ReplicaFixture.body])
        #expect(try Data(contentsOf: URL(filePath: index)).count == whole.count)

        // A text or a database of somebody else: the search goes on in memory.
        let other = try ReplicaFixture()
        try other.store.close()
        let text = Data(repeating: UInt8(ascii: "n"), count: 200)
        for foreign in [text, try Data(contentsOf: URL(filePath: other.path))] {
            try foreign.write(to: URL(filePath: index))
            #expect(try ids("banca") == [ReplicaFixture.body])
            #expect(try Data(contentsOf: URL(filePath: index)) == foreign)
        }
    }

    @Test func `nothing of the replica itself is written by a search`() throws {
        let before = try replica.count("SELECT count(*) FROM sqlite_master")
        _ = try ids("banca")
        #expect(try replica.count("SELECT count(*) FROM sqlite_master") == before)
        #expect(try replica.captured().isEmpty)
    }

    @Test(arguments: ["\"", "AND", "banca OR x", "*", "col:x", "(", "-"])
    func `signs of a query language are none here`(text: String) throws {
        let words = ReplicaStore.searchWords(text)
        if !words.isEmpty { #expect(try replica.store.search(words, limit: 1).hits.isEmpty) }
    }
}
