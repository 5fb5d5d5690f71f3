import GRDB
import Testing

/// Compares replicas and publications table by table, row by row.
struct Sameness {
    private struct Table {
        let name: String
        let readable: String
        let owner: String?
    }

    let stage: Stage
    private let tables: [Table]

    /// - Parameter capofila: the replica that may read everything.
    init(_ stage: Stage, capofila: String) throws {
        self.stage = stage
        tables = try stage.sql(
            capofila, "SELECT table_name, readable, owner_column FROM zona_catalog ORDER BY table_no"
        ).map { Table(name: $0[0] ?? "", readable: $0[1] ?? "", owner: $0[2]) }
    }

    /// Each replica holds what the capofila's holds, as far as its comune may read; and nothing waits anywhere.
    func expectEqual(_ files: [String], capofila: String) async throws {
        for file in files {
            let status = try await stage.json(StatusAnswer.self, file, "status")
            #expect(status.pendingRecords == 0 && status.behindRecords == 0, "\(file)")
            for table in tables {
                let found = try rows(file, table, of: nil)
                let expected = try rows(capofila, table, of: file == capofila ? nil : status.comuneId)
                #expect(found == expected, "\(table.name) in \(file)")
            }
        }
    }

    /// A publication holds the capofila's domain rows.
    func expectPublished(_ publication: Publication, capofila: String) throws {
        for table in tables where !table.name.hasPrefix("zona_") {
            #expect(
                try rows(publication.database, table, of: nil) == rows(capofila, table, of: nil), "\(table.name)")
        }
    }

    /// All rows in id order; of a table that only its owner reads, one comune's.
    private func rows(_ file: String, _ table: Table, of comune: String?) throws -> [[DatabaseValue]] {
        var query = "SELECT * FROM \(table.name)"
        var arguments: [String] = []
        if let comune, let column = table.readable == "scoped" ? "scope" : table.owner, table.readable != "ambito" {
            query += " WHERE \(column) = ?" + (table.readable == "scoped" ? " OR \(column) = ''" : "")
            arguments = [comune]
        }
        return try stage.values(file, query + " ORDER BY id", arguments)
    }
}
