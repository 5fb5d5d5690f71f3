import Foundation
import GRDB
import ReplicaStore
import SQLiteAccess
import SyncCore

/// How long `list`, `export` and `search` take to know what they print, among many rows: a file opened, and read;
/// beside SQLite's own query of the same rows.
struct ReadingBench {
    let folder: String
    let rows: Int
    let rounds: Int
    private var path: String { "\(folder)/reading.sqlite" }

    func run(_ report: inout Report) throws {
        try make(at: path)
        report["list_50_ms"] = try times { try list($0) { $0.limit = 50 } }
        report["list_50_sqlite_ms"] = try plain("SELECT * FROM soggetto ORDER BY id LIMIT 50", is: 50)
        report["list_50_ordered_ms"] = try times { store in
            try list(store) { query in
                query.limit = 50
                query.order = [RowQuery.Order(column: 0, isDescending: true)]
            }
        }
        report["list_50_ordered_sqlite_ms"] = try plain(
            "SELECT * FROM soggetto ORDER BY denominazione DESC, id LIMIT 50", is: 50)
        report["list_contains_ms"] = try times { store in
            try list(store) { query in
                query.limit = 50
                query.conditions = [RowQuery.Condition(column: 0, test: .contains("citta 99", true))]
            }
        }
        report["list_all_ms"] = try times { try list($0) { _ in } }
        report["list_all_sqlite_ms"] = try plain("SELECT * FROM soggetto ORDER BY id", is: rows)
        let index = path + ".search"
        report["search_build_ms"] = try times(before: { try? FileManager.default.removeItem(atPath: index) }, search)
        // A file that was changed a moment ago is compared; one that lies for a while is known by its times.
        report["search_compare_ms"] = try times(search)
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)]
        try FileManager.default.setAttributes(old, ofItemAtPath: path)
        _ = try times(search)
        report["search_warm_ms"] = try times(search)
        report["reading_peak_mb"] = peakMegabytes()
    }

    /// A replica with the rows that are read.
    func make(at path: String) throws {
        BenchFile.remove(path)
        try ReplicaStore.create(at: path, enrolment: BenchFile.nobody).close()
        try BenchFile(path: path).write { try fill($0) }
    }

    private func list(_ store: ReplicaStore, _ choose: (inout RowQuery) -> Void) throws {
        guard let table = store.catalog.table(named: "soggetto") else { return }
        var query = RowQuery()
        choose(&query)
        let total = try store.count(of: table, query)
        var found = 0
        try store.forEachRow(of: table, query) { _ in found += 1 }
        precondition(found == min(total, query.limit ?? total) && found > 0, "\(found) of \(total) rows")
    }

    private func search(_ store: ReplicaStore) throws {
        let found = try store.search(["citta", "777"], limit: 50)
        precondition(!found.hits.isEmpty, "nothing found")
    }

    /// The median of opening the file and reading.
    private func times(before: () throws -> Void = {}, _ body: (ReplicaStore) throws -> Void) throws -> Double {
        var spent: [Double] = []
        for _ in 0..<max(rounds, 3) {
            try before()
            let start = ContinuousClock.now
            let store = try ReplicaStore(path: path)
            try body(store)
            spent.append(seconds(ContinuousClock.now - start))
            try store.close()
        }
        return median(spent) * 1_000
    }

    /// The same with nothing but SQLite: each value is read.
    private func plain(_ sql: String, is count: Int) throws -> Double {
        var spent: [Double] = []
        for _ in 0..<max(rounds, 3) {
            let start = ContinuousClock.now
            let queue = try BenchFile(path: path).open()
            let found = try queue.read { database in
                let read = try RawStatement(database, sql)
                var found = 0
                while try read.step() {
                    for column in 0..<read.columnCount { _ = read.value(column) }
                    found += 1
                }
                return found
            }
            spent.append(seconds(ContinuousClock.now - start))
            try queue.close()
            precondition(found == count, "\(found) rows")
        }
        return median(spent) * 1_000
    }

    private func fill(_ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE zona_state SET applying = 1;
                INSERT INTO comune(id, codice_istat, codice_belfiore, denominazione, sigla_provincia)
                VALUES ('00000000-0000-7000-8000-0000000000c1', '055022', 'F844', 'Narni', 'TR');
                INSERT INTO vocabolario(tipo, codice, denominazione) VALUES ('tipo_soggetto', 'VOL', 'Volontariato');
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
                INSERT INTO soggetto(id, denominazione, tipo_soggetto, comune_id, telefono)
                SELECT printf('00000000-0000-7000-8000-%012x', i), 'Associazione Città ' || (i * 7919 % \(rows)), 'VOL',
                    '00000000-0000-7000-8000-0000000000c1', '0744 ' || i FROM n;
                DELETE FROM zona_pending;
                UPDATE zona_state SET applying = 0;
                """)
    }
}
