import Foundation
import GRDB
import SQLiteAccess
import SyncCore
import SyncWire
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The end of the hub's log, in a small file beside the hub's own. Who puts an old copy of the hub's file in its place
/// leaves it lying there, and the next start sees a log that has not come as far.
///
/// It is written behind each commit and not flushed: a mark that is behind the log is in the log all the same, and one
/// that cannot be written or read, or that a power cut tore, is none.
struct LogMark: Sendable {
    private let path: String
    private var last: [UInt8] = []

    init(beside file: String) {
        path = file + ".mark"
    }

    /// The log hash that was marked last; nothing where none was.
    func read() -> [UInt8]? {
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count == 2 * Hash.size else { return nil }
        let hash = Array(bytes.prefix(Hash.size))
        return Self.sealed(hash).elementsEqual(bytes) ? hash : nil
    }

    mutating func write(_ hash: [UInt8]) {
        guard hash != last else { return }
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        let bytes = Self.sealed(hash)
        if bytes.withUnsafeBytes({ pwrite(file, $0.baseAddress, $0.count, 0) }) == bytes.count { last = hash }
    }

    /// With a hash of its own, so that a torn one is told.
    private static func sealed(_ hash: [UInt8]) -> [UInt8] { hash + Hash.of(hash) }
}

extension HubStore {
    /// Compares the file with the mark beside it, and keeps that from here on. A file whose log has not come as far was
    /// put back by hand: it begins a new life, before a replica can write under dots that are known elsewhere.
    ///
    /// For whoever serves replicas, before the first of them comes.
    ///
    /// - Parameter names: 63 random bits each time, never 0.
    /// - Returns: whether the file was put back.
    @discardableResult
    package func noticePutBack(names: () -> UInt64 = HubStore.randomName, now: Int64) throws(HubStoreError) -> Bool {
        let kept = LogMark(beside: path)
        let marked = kept.read()
        let wasPutBack = try read { database in
            guard let marked else { return false }
            return try !HubRow(database).hasLogged(marked, database)
        }
        mark.withLock { $0 = kept }
        if wasPutBack {
            try beginNewLife(names: names, now: now)
        } else {
            try write { _ in }
        }
        return wasPutBack
    }

    /// The log's end, where somebody keeps the mark.
    func endOfLog(_ database: Database) throws -> [UInt8]? {
        guard mark.withLock({ $0 != nil }) else { return nil }
        let end = try RawStatement(database, "SELECT log_hash FROM hub")
        return try end.step() ? end.blob(0) : nil
    }

    func note(endOfLog hash: [UInt8]?) {
        guard let hash else { return }
        mark.withLock { $0?.write(hash) }
    }
}
