import Foundation
import GRDB
import ReplicaStore
import SyncCore

/// How long `zona conflicts` and `zona status` take to know what they print: a file opened, and read.
struct InboxBench {
    let folder: String
    let rows: Int
    let rounds: Int
    private static let conflicts = 1_000

    func run(_ report: inout Report) throws {
        let path = "\(folder)/inbox.sqlite"
        BenchFile.remove(path)
        try ReplicaStore.create(at: path, enrolment: BenchFile.nobody).close()
        try BenchFile(path: path).write { try fill($0) }
        var inbox: [Double] = []
        var chosen: [Double] = []
        var status: [Double] = []
        for _ in 0..<max(rounds, 3) {
            inbox.append(try opened(path) { try $0.inbox().count })
            chosen.append(
                try opened(path) {
                    var filter = ConflictFilter()
                    filter.isMine = true
                    filter.columns = ["telefono"]
                    return try $0.inbox(filter, order: .amount).count
                })
            status.append(try opened(path) { try $0.status().openConflicts })
        }
        report["inbox_ms"] = median(inbox) * 1_000
        report["inbox_chosen_ms"] = median(chosen) * 1_000
        report["status_ms"] = median(status) * 1_000
    }

    /// Seconds to open the file and find all conflicts in it.
    private func opened(_ path: String, _ count: (ReplicaStore) throws -> Int) throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let store = try ReplicaStore(path: path)
        let found = try count(store)
        let spent = clock.now - start
        try store.close()
        precondition(found == Self.conflicts, "\(found) conflicts in the inbox")
        return seconds(spent)
    }

    private func fill(_ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE zona_state SET applying = 1;
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
                INSERT INTO soggetto(id, denominazione, tipo_soggetto, telefono)
                SELECT printf('00000000-0000-7000-8000-%012x', i), 'Associazione ' || i, 'VOL', '0744 ' || i FROM n;
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(Self.conflicts))
                INSERT INTO zona_conflict(id, scope, table_name, record_id, group_no, columns, kind, rule, state,
                    contested, other_values, shown_values, other_author, other_number, other_counter, other_time,
                    shown_author, shown_number, shown_counter, shown_time, dots, listed_at)
                SELECT printf('%08x-0000-8000-8000-%012x', i * 7919, i), '*', 'soggetto',
                    printf('00000000-0000-7000-8000-%012x', i * \(max(1, rows / Self.conflicts))), 9, 'telefono',
                    'update', 'last-writer-wins', 'open', 0, x'133131', x'133232', 'Anna', 1, i, i, 'Bruno', 2, i, i,
                    x'00', i FROM n;
                UPDATE zona_state SET applying = 0;
                """)
    }
}
