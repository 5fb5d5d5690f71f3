import Foundation
import GRDB
import SQLiteAccess

/// What change tracking costs: the same statements on a plain file and on a replica, one after the other in each round.
struct TrackingBench {
    let folder: String
    let rows: [BenchRow]
    let rounds: Int
    /// Rows of the one-row transactions: each waits for the disk, so fewer are enough.
    static let smallTransactions = 2_000

    func run(_ report: inout Report) throws {
        var insert = Pairs()
        var single = Pairs()
        var update = Pairs()
        var updateSingle = Pairs()
        var delete = Pairs()
        var deleteSingle = Pairs()
        var small = Pairs()
        var smallPrepared = Pairs()
        for round in 1...rounds {
            progress("tracking, round \(round) of \(rounds)")
            for isTracked in [false, true] {
                let file = try fresh(isTracked)
                insert.add(try file.time { try Work.insertAll(rows, $0) }, isTracked)
                try settle(file)
                update.add(try file.time { try Work.updateAll(rows, seed: 5, $0) }, isTracked)
                try settle(file)
                updateSingle.add(
                    try file.time {
                        try $0.execute(sql: "UPDATE banco SET quantita = quantita + 1, importo_cent = importo_cent + 1")
                    },
                    isTracked)
                try settle(file)
                delete.add(try file.time { try Work.deleteAll(rows, $0) }, isTracked)
                single.add(try insertSelect(isTracked), isTracked)
                deleteSingle.add(try deleteAtOnce(isTracked), isTracked)
                small.add(try smallTransactions(isTracked, keeps: true), isTracked)
                smallPrepared.add(try smallTransactions(isTracked, keeps: false), isTracked)
            }
        }
        report["tracking_insert_ratio"] = insert.ratio
        report["tracking_insert_single_statement_ratio"] = single.ratio
        report["tracking_update_ratio"] = update.ratio
        report["tracking_update_single_statement_ratio"] = updateSingle.ratio
        report["tracking_delete_ratio"] = delete.ratio
        report["tracking_delete_single_statement_ratio"] = deleteSingle.ratio
        report["small_tx_ratio"] = small.ratio
        report["small_tx_prepared_each_time_ratio"] = smallPrepared.ratio
        report["plain_insert_s"] = median(insert.plain)
        report["plain_small_tx_per_s"] = Double(Self.smallTransactions) / median(small.plain)
    }

    private func fresh(_ isTracked: Bool) throws -> BenchFile {
        let path = "\(folder)/\(isTracked ? "tracked" : "plain").sqlite"
        return isTracked ? try BenchFile.replica(at: path, enrolment: BenchFile.nobody) : try BenchFile.plain(at: path)
    }

    /// Makes every row clean again, as after a sync.
    private func settle(_ file: BenchFile) throws {
        try file.write { database in
            try database.execute(sql: "DELETE FROM zona_pending; DELETE FROM zona_before_banco")
        }
        let queue = try file.open()
        _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        try queue.close()
    }

    private func insertSelect(_ isTracked: Bool) throws -> Double {
        let file = try fresh(isTracked)
        let queue = try file.open()
        defer { try? queue.close() }
        let clock = ContinuousClock()
        return try queue.writeWithoutTransaction { database in
            try database.execute(sql: "CREATE TEMP TABLE source AS SELECT * FROM banco LIMIT 0")
            try database.inTransaction {
                try Work.insertAll(rows, into: "temp.source", database)
                return .commit
            }
            let start = clock.now
            try database.execute(sql: "INSERT INTO banco SELECT * FROM temp.source")
            return seconds(clock.now - start)
        }
    }

    private func deleteAtOnce(_ isTracked: Bool) throws -> Double {
        let file = try fresh(isTracked)
        try file.write { try Work.insertAll(rows, $0) }
        try settle(file)
        return try file.time { try $0.execute(sql: "DELETE FROM banco WHERE anno > 0") }
    }

    /// - Parameter keeps: whether the program keeps its prepared statement, or prepares it for each transaction; then
    ///   SQLite compiles the triggers each time too.
    private func smallTransactions(_ isTracked: Bool, keeps: Bool) throws -> Double {
        let file = try fresh(isTracked)
        let queue = try file.open()
        defer { try? queue.close() }
        let clock = ContinuousClock()
        return try queue.writeWithoutTransaction { database in
            let insert = try Work.insertion(into: "banco", database)
            let start = clock.now
            for row in rows.prefix(Self.smallTransactions) {
                try database.inTransaction {
                    try Work.insert(row, keeps ? insert : try Work.insertion(into: "banco", database))
                    return .commit
                }
            }
            return seconds(clock.now - start)
        }
    }
}

/// Times of the plain side and of ours.
struct Pairs {
    private(set) var plain: [Double] = []
    private(set) var ours: [Double] = []

    mutating func add(_ seconds: Double, _ isOurs: Bool) {
        if isOurs { ours.append(seconds) } else { plain.append(seconds) }
    }

    var ratio: Double { median(ours) / median(plain) }
}
