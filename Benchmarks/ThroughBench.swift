import Foundation
import GRDB
import HubService
import HubStore
import ReplicaStore
import ReplicaSync
import SQLiteAccess
import SyncCore
import SyncWire

/// A hub in a process of its own, and replicas enrolled by its key.
struct BenchAmbito {
    let folder: String
    private let hub: Child
    private let port: String
    private let key: SigningKey
    private let fingerprint: [UInt8]
    private let ambito: RecordID
    private let incarnation: Incarnation

    init(in folder: String) throws {
        try? FileManager.default.removeItem(atPath: folder)
        let data = DataFolder(folder)
        try data.makeFolder(of: "B")
        let keys = try ServerKeys.create(in: data, names: ["127.0.0.1"], now: Roles.now)
        key = try AmbitoKeys.create(for: "B", in: data)
        fingerprint = keys.fingerprint
        let capofila = FoundingComune(
            name: "Banco", codiceISTAT: "000000", codiceBelfiore: "A000", provincia: "XX", isCapofila: true,
            popolazione: nil)
        let founding = Founding(
            code: "B", name: "Banco", regione: "", formaGestione: "convenzione", comuni: [capofila],
            since: "2018-01-01", vocabulary: [])
        let store = try HubStore.create(
            at: data.hubFile(of: "B"), founding: founding, key: key, now: Roles.now, files: BenchSchema.files)
        ambito = store.identity.ambito
        incarnation = store.incarnation
        try store.close()
        self.folder = folder
        hub = try Child(["hub", folder])
        guard let line = hub.line(), line.hasPrefix("port ") else { throw BenchFailure(what: "the hub did not start") }
        port = String(line.dropFirst(5))
    }

    func replica(_ name: String) throws -> BenchFile {
        let path = "\(folder)/\(name).sqlite"
        let replicaKey = try ReplicaKey.create(for: path)
        let comune = RecordID(high: 1, low: 1)
        let certificate = Certificate(
            ambito: ambito, key: replicaKey.publicKey, comune: comune, isCapofila: true, issuedAt: Roles.now)
        return try BenchFile.replica(
            at: path,
            enrolment: ReplicaStore.Enrolment(
                ambito: ambito, ambitoCode: "B", ambitoName: "Banco", comune: comune, comuneName: "Banco",
                isCapofila: true,
                number: ReplicaNumber(rawValue: HubStore.randomName()), incarnation: incarnation,
                hubURL: "https://127.0.0.1:\(port)",
                pin: fingerprint, ambitoKey: key.publicKey.bytes, certificate: certificate.frame(key: key).bytes))
    }

    /// What one sync of a replica, in a process of its own, says of itself.
    struct Sync {
        let seconds: Double
        let peak: Double
        let bytesSent: Double
        let changes: Double
    }

    func sync(_ file: BenchFile, pulls: Bool = true) throws -> Sync {
        let child = try Child(["sync", file.path, pulls ? "pull" : "push"])
        guard let line = child.line(), line.hasPrefix("done "), child.wait() == 0 else {
            throw BenchFailure(what: "a sync failed")
        }
        let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        return Sync(seconds: numbers[0], peak: numbers[1], bytesSent: numbers[2], changes: numbers[3])
    }

    /// Stops the hub; its peak memory in MB.
    func stop() throws -> Double {
        hub.stop()
        let line = hub.line()
        guard hub.wait() == 0, let line, line.hasPrefix("peak ") else {
            throw BenchFailure(what: "the hub did not stop in order")
        }
        return Double(line.dropFirst(5)) ?? 0
    }
}

/// Rows from one replica through a hub over loopback TLS into another.
struct ThroughBench {
    let folder: String
    let rows: [BenchRow]
    let rounds: Int

    func run(_ report: inout Report) throws {
        var plain: [Double] = []
        var through: [Double] = []
        var bytes: [Double] = []
        var hubPeak: [Double] = []
        var replicaPeak: [Double] = []
        var metadata = 0.0
        for round in 1...rounds {
            progress("through the hub, round \(round) of \(rounds)")
            let file = try BenchFile.plain(at: "\(folder)/plain.sqlite")
            plain.append(try file.time { try Work.insertAll(rows, $0) })
            let ambito = try BenchAmbito(in: "\(folder)/ambito")
            let (sender, receiver) = (try ambito.replica("a"), try ambito.replica("b"))
            try sender.write { try Work.insertAll(rows, $0) }
            let empty = try size(of: receiver)
            let up = try ambito.sync(sender, pulls: false)
            let down = try ambito.sync(receiver)
            through.append(up.seconds + down.seconds)
            progress("  up \(up.seconds) s, down \(down.seconds) s")
            bytes.append(up.bytesSent / up.changes)
            replicaPeak.append(max(up.peak, down.peak))
            hubPeak.append(try ambito.stop())
            guard try count(receiver) == rows.count else { throw BenchFailure(what: "rows are missing") }
            if round == 1 { metadata = try (size(of: receiver) - empty - rowsSize(file)) / Double(rows.count) }
        }
        report["raw_bytes_per_row"] = Double(rows.reduce(0) { $0 + $1.rawBytes }) / Double(rows.count)
        report["through_ratio"] = median(through) / median(plain)
        report["through_rows_per_s"] = Double(rows.count) / median(through)
        report["wire_bytes_per_insert"] = median(bytes)
        report["replica_metadata_bytes_per_clean_row"] = max(0, (metadata * 10).rounded() / 10)
        report["hub_peak_mb"] = median(hubPeak)
        report["replica_peak_mb"] = median(replicaPeak)
    }

    private func count(_ file: BenchFile) throws -> Int {
        let queue = try file.open()
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM banco") ?? 0 }
    }

    /// Bytes of the file once it is written compactly.
    private func size(of file: BenchFile) throws -> Double {
        let compact = "\(folder)/compact.sqlite"
        BenchFile.remove(compact)
        let queue = try file.open()
        try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO '\(compact)'") }
        try queue.close()
        let attributes = try FileManager.default.attributesOfItem(atPath: compact)
        return (attributes[.size] as? NSNumber)?.doubleValue ?? 0
    }

    /// What the rows alone take in a file with the same tables and indexes.
    private func rowsSize(_ file: BenchFile) throws -> Double {
        let full = try size(of: file)
        try file.write { try $0.execute(sql: "DELETE FROM banco") }
        return full - (try size(of: file))
    }
}

/// Changes on both sides, some or all of the same rows: what merging costs.
struct DeltaBench {
    let folder: String
    let rows: [BenchRow]
    let rounds: Int
    static let changed = 10_000
    static let concurrent = 1_000

    func run(_ report: inout Report) throws {
        try run("banco", meeting: Self.concurrent, &report, "delta", bytes: "wire_bytes_per_fields_update")
        try run("banco_lww", meeting: Self.concurrent, &report, "delta_lww", bytes: "wire_bytes_per_lww_update")
        try run("banco", meeting: Self.changed, &report, "meeting")
        try run("banco_lww", meeting: Self.changed, &report, "meeting_lww")
    }

    /// Two replicas change `changed` rows each, `meeting` of them the same; both end with what wins and what is listed.
    private func run(
        _ table: String, meeting: Int, _ report: inout Report, _ name: String, bytes: String? = nil
    ) throws {
        var plain: [Double] = []
        var merged: [Double] = []
        var sizes: [Double] = []
        let left = rows.prefix(Self.changed)
        let right = rows.dropFirst(Self.changed - meeting).prefix(Self.changed)
        for round in 1...rounds {
            progress("\(name): changes on both sides of \(table), round \(round) of \(rounds)")
            let file = try BenchFile.plain(at: "\(folder)/plain.sqlite")
            try file.write { try Work.insertAll(rows, into: table, $0) }
            plain.append(
                try file.time { database in
                    try Work.updateAll(left, of: table, seed: 11, database)
                    try Work.updateAll(right, of: table, seed: 12, database)
                })
            let ambito = try BenchAmbito(in: "\(folder)/ambito")
            let (first, second) = (try ambito.replica("a"), try ambito.replica("b"))
            try first.write { try Work.insertAll(rows, into: table, $0) }
            for replica in [first, second] { _ = try ambito.sync(replica) }
            try first.write { try Work.updateAll(left, of: table, seed: 11, $0) }
            try second.write { try Work.updateAll(right, of: table, seed: 12, $0) }
            let up = try ambito.sync(first)
            let both = try ambito.sync(second)
            let down = try ambito.sync(first)
            merged.append(up.seconds + both.seconds + down.seconds)
            sizes.append(up.bytesSent / up.changes)
            _ = try ambito.stop()
            guard try dump(first, table) == dump(second, table) else {
                throw BenchFailure(what: "the replicas differ")
            }
            guard try listed(first) >= meeting else { throw BenchFailure(what: "a loser is not listed") }
        }
        report["\(name)_ratio"] = median(merged) / median(plain)
        report["\(name)_rows_per_s"] = Double(2 * Self.changed) / median(merged)
        if let bytes { report[bytes] = median(sizes) }
    }

    /// Open conflicts that the file holds: at least one for each row of which two values met.
    private func listed(_ file: BenchFile) throws -> Int {
        let queue = try file.open()
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: "SELECT count(DISTINCT record_id) FROM zona_conflict") ?? 0 }
    }

    private func dump(_ file: BenchFile, _ table: String) throws -> [String] {
        let queue = try file.open()
        defer { try? queue.close() }
        return try queue.read {
            try GRDB.Row.fetchAll($0, sql: "SELECT * FROM \(table) ORDER BY id").map(\.description)
        }
    }
}
