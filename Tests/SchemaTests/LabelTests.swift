import GRDB
import Schema
import Testing
import Texts

@Suite struct LabelTests {
    @Test func `Each label of the tables and columns is in English, once, and no English one is left over`() throws {
        let queue = try DatabaseQueue()
        let labels = try queue.write { database in
            for file in Schema.synced + Schema.replica { try database.execute(sql: file.sql) }
            return try Set(
                String.fetchAll(
                    database, sql: "SELECT label FROM zona_catalog UNION SELECT label FROM zona_column_rule"))
        }
        // Reading refuses what is there twice.
        var catalogue = Catalogue()
        try catalogue.read(Catalogue.englishLabelsFile)
        let entries = catalogue.entries

        #expect(labels.subtracting(entries.keys).isEmpty)
        #expect(Set(entries.keys).subtracting(labels).isEmpty)
        #expect(entries.filter { $0.value.contains("") }.isEmpty)
        #expect(localizedLabel("Denominazione") == "Name")
        #expect(localizedLabel("Una tabella propria") == "Una tabella propria")
    }
}
