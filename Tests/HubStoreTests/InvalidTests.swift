import Foundation
import GRDB
import Schema
import SyncCore
import SyncSession
import SyncWire
import Testing

@testable import HubStore

/// A row that a merge brought against a check over columns that are merged apart: shown, and listed while it is so.
@Suite struct InvalidTests {
    /// The table of the test: a period whose two days are two groups.
    private static let files: [Schema.File] =
        Schema.synced.filter { $0.name == "R001_catalog" } + [
            Schema.File(
                name: "periodo",
                sql: """
                    CREATE TABLE periodo(id TEXT PRIMARY KEY NOT NULL, dal INTEGER NOT NULL, al INTEGER NOT NULL) STRICT;
                    INSERT INTO zona_catalog(table_name, table_no, label, readable, writable, rule)
                      VALUES ('periodo', 1, 'Periodo', 'ambito', 'all', 'fields');
                    INSERT INTO zona_column_rule(table_name, column_name, label) VALUES ('periodo', 'dal', 'Dal'), ('periodo', 'al', 'Al');
                    INSERT INTO zona_check(table_name, name, columns, expression, message)
                      VALUES ('periodo', 'ordine', 'dal,al', 'al >= dal', 'la fine viene dopo');
                    """)
        ] + Schema.synced.filter { $0.name == "R002_conflict" }

    private let hub: HubStore
    private let folder: String
    private let key = RecordKey(table: 1, id: RecordID(high: 1, low: 1))

    init() throws {
        folder = NSTemporaryDirectory() + "zona-invalid-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let founding = Founding(
            code: "X", name: "X", regione: "", formaGestione: "convenzione", comuni: Array(Ambito.comuni.prefix(1)),
            since: "2018-01-01",
            vocabulary: [])
        hub = try HubStore.create(
            at: folder + "/hub.sqlite", founding: founding,
            key: #require(SigningKey(seed: [UInt8](repeating: 3, count: 32))), now: 1_000,
            files: Self.files)
    }

    /// Folds one change of `number` whose writer had seen `seen`.
    private func fold(
        _ number: UInt64, _ operation: SyncCore.Operation, _ values: [Int: Int64], seen: [UInt64: UInt64],
        counter: UInt64 = 1
    ) throws {
        let columns = ColumnSet(values.keys)
        let change = Change(
            key: key, operation: operation, dot: Dot(number: ReplicaNumber(rawValue: number), counter: counter),
            time: HybridTime(milliseconds: 1_000 + Int64(counter) * 10 + Int64(number)), author: Array("anna".utf8),
            carried: columns,
            changed: columns,
            values: columns.columns.reduce(into: []) { $0 += ValueCoding.bytes(of: .integer(values[$1] ?? 0)) })
        var context = VersionVector()
        for (number, counter) in seen {
            context.formUnion(Dot(number: ReplicaNumber(rawValue: number), counter: counter))
        }
        let vector = context
        let catalog = hub.catalog
        try hub.write { database in
            var fold = try Fold(
                database, catalog: catalog, hub: HubRow(database),
                writer: Writer(comune: RecordID(high: 9, low: 9), isCapofila: false),
                now: 5_000)
            fold.hub.vector.formUnion(change.dot)
            try fold.fold(
                change, context: fold.contexts.context(of: vector), author: fold.authors.number(of: change.author),
                contextIsKnown: true)
            try fold.settle(by: change.author)
            try fold.hub.save(database)
        }
    }

    private func open() throws -> [String] {
        try hub.openConflicts().map { conflict in
            let texts = ["kind", "columns", "rule", "table_name"].map { name in
                if case .text(let text)? = conflict.values[name] { String(decoding: text, as: UTF8.self) } else { "?" }
            }
            return texts.joined(separator: " ")
        }
    }

    @Test
    func `Columns changed apart that break a check together are both kept, listed, and closed when they fit again`()
        throws
    {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try fold(1, .insert, [0: 10, 1: 20], seen: [:])
        #expect(try open().isEmpty)
        try fold(2, .update, [0: 18], seen: [1: 1])
        #expect(try open().isEmpty)

        try fold(3, .update, [1: 15], seen: [1: 1])

        #expect(try open() == ["invalid dal,al ordine periodo"])
        try fold(3, .update, [1: 30], seen: [1: 1, 2: 1], counter: 2)
        #expect(try open().isEmpty)
        try fold(2, .update, [0: 40], seen: [1: 1, 2: 1], counter: 2)
        #expect(try open() == ["invalid dal,al ordine periodo"])
        try fold(2, .delete, [:], seen: [1: 1, 3: 2], counter: 3)
        #expect(try open().isEmpty)
    }

    @Test func `The same in the other order`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try fold(1, .insert, [0: 10, 1: 20], seen: [:])
        try fold(3, .update, [1: 15], seen: [1: 1])
        try fold(2, .update, [0: 18], seen: [1: 1])

        #expect(try open() == ["invalid dal,al ordine periodo"])
    }
}
