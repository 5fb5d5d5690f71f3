import GRDB
import Schema
import Testing

@Suite struct CatalogTests {
    private func loaded() throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        try queue.write { database in
            for file in Schema.synced + Schema.replica { try database.execute(sql: file.sql) }
        }
        return queue
    }

    /// The rows of a query that must find nothing, joined for the message.
    private func findings(_ sql: String) throws -> [String] {
        try loaded().read { database in
            try Row.fetchAll(database, sql: sql).map { $0.databaseValues.map { "\($0)" }.joined(separator: " ") }
        }
    }

    @Test func `Every column but the id has a rule row, and every rule row a column`() throws {
        let missing = try findings(
            """
            SELECT c.table_name, i.name FROM zona_catalog c JOIN pragma_table_info(c.table_name) i ON i.name <> 'id'
            LEFT JOIN zona_column_rule r ON r.table_name = c.table_name AND r.column_name = i.name WHERE r.label IS NULL
            """)
        let stray = try findings(
            """
            SELECT r.table_name, r.column_name FROM zona_column_rule r
            LEFT JOIN zona_catalog c ON c.table_name = r.table_name
            WHERE c.table_no IS NULL OR NOT EXISTS
                (SELECT 1 FROM pragma_table_info(r.table_name) i WHERE i.name = r.column_name)
            """)

        #expect(missing.isEmpty)
        #expect(stray.isEmpty)
    }

    @Test
    func `Parents exist, come before their children, and a table that all may read refers to no other kind`() throws {
        let broken = try findings(
            """
            SELECT r.table_name, r.column_name FROM zona_column_rule r
            JOIN zona_catalog child ON child.table_name = r.table_name
            LEFT JOIN zona_catalog parent ON parent.table_name = r.parent
            WHERE r.parent IS NOT NULL AND (parent.table_no IS NULL OR parent.table_no > child.table_no
                OR child.readable = 'ambito' AND parent.readable <> 'ambito')
            """)

        #expect(broken.isEmpty)
    }

    @Test func `Owner columns, keys and code lists name what is there`() throws {
        let owners = try findings(
            """
            SELECT table_name FROM zona_catalog c WHERE owner_column IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM pragma_table_info(c.table_name) i WHERE i.name = c.owner_column)
            """)
        let lists = Set(try CSVTable(Schema.vocabulary).dictionaries.compactMap { $0["tipo"] })
        let wanted = try loaded().read {
            try String.fetchSet($0, sql: "SELECT code_list FROM zona_column_rule WHERE code_list IS NOT NULL")
        }

        #expect(owners.isEmpty)
        #expect(wanted.isSubset(of: lists))
        #expect(!wanted.isEmpty)
    }

    @Test func `A synced table carries nothing that can make an apply fail`() throws {
        let tables = try loaded().read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT name, sql FROM sqlite_schema
                    WHERE type = 'table' AND name IN (SELECT table_name FROM zona_catalog)
                    """)
        }
        let unique = try findings(
            """
            SELECT c.table_name, l.name FROM zona_catalog c JOIN pragma_index_list(c.table_name) l
            WHERE l."unique" = 1 AND l.origin <> 'pk'
            """)

        #expect(tables.count == 39)
        for table in tables {
            let sql: String = table["sql"]
            #expect(sql.contains("STRICT"))
            #expect(!sql.contains("CHECK(") && !sql.contains("REFERENCES") && !sql.contains("UNIQUE"))
        }
        #expect(unique.isEmpty)
    }

    @Test func `Ids made by the DEFAULT are canonical, of version 7, and all different`() throws {
        let ids = try loaded().write { database in
            let insert = "INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('a', 'VOL') RETURNING id"
            return try (0..<200).map { _ in try String.fetchOne(database, sql: insert) ?? "" }
        }

        #expect(Set(ids).count == 200)
        for id in ids {
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }

    @Test func `The schema version that the program states is the catalog's`() throws {
        let highest = try loaded().read {
            try Int.fetchOne(
                $0,
                sql: """
                    SELECT max(since)
                    FROM (SELECT since FROM zona_catalog UNION SELECT since FROM zona_column_rule)
                    """)
        }

        #expect(highest == Schema.version)
    }
}
