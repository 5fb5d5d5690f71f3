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
        var comuni: [String: String] = [:]
        for file in files {
            let status = try await stage.json(StatusAnswer.self, file, "status")
            #expect(status.pendingRecords == 0 && status.behindRecords == 0, "\(file)")
            comuni[file] = status.comuneId
        }
        try stage.reading(capofila) { whole in
            for file in files {
                let comune = file == capofila ? nil : comuni[file]
                try stage.reading(file) { part in
                    for table in tables {
                        let (found, expected) = (try rows(part, table, of: nil), try rows(whole, table, of: comune))
                        #expect(Self.differences(found, expected) == [], "\(table.name) in \(file)")
                    }
                }
            }
        }
    }

    /// A publication holds the capofila's domain rows.
    func expectPublished(_ publication: Publication, capofila: String) throws {
        try stage.reading(capofila) { whole in
            try stage.reading(publication.database) { published in
                for table in tables where !table.name.hasPrefix("zona_") {
                    let (found, expected) = (try rows(published, table, of: nil), try rows(whole, table, of: nil))
                    #expect(Self.differences(found, expected) == [], "\(table.name)")
                }
            }
        }
    }

    /// All rows in id order; of a table that only its owner reads, one comune's.
    private func rows(_ database: Database, _ table: Table, of comune: String?) throws -> [[DatabaseValue]] {
        var query = "SELECT * FROM \(table.name)"
        var arguments: [String] = []
        if let comune, table.readable != "ambito" {
            query += table.readable == "scoped" ? " WHERE scope IN (?, '*')" : " WHERE \(table.owner ?? "id") = ?"
            arguments = [comune]
        }
        return try Stage.values(database, query + " ORDER BY id", arguments)
    }

    /// The first rows that only one side has; empty when the two are equal.
    private static func differences(_ found: [[DatabaseValue]], _ expected: [[DatabaseValue]]) -> [String] {
        guard found != expected else { return [] }
        let extra = found.filter { !expected.contains($0) }.map { "only here: \($0)" }
        let missing = expected.filter { !found.contains($0) }.map { "missing here: \($0)" }
        let isOtherwise = extra.isEmpty && missing.isEmpty
        return isOtherwise ? ["the same rows, repeated or in another order"] : Array((extra + missing).prefix(3))
    }
}
