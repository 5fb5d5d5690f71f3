import Foundation
import GRDB
import SQLiteAccess
import Schema
import SyncCore
import SyncWire

/// What was let go.
package struct PruneSummary: Sendable, Equatable {
    package var historyEntries = 0
    package var batches = 0
    package var batchBytes = 0
    /// The last entry of the log that the checkpoint holds.
    package var checkpointEntry: Int64 = 0
}

extension HubStore {
    /// Lets go of what is older than `before`: replaced values that no open conflict is about, and the bytes of folded
    /// batches, whose hashes stay. A signed copy of the file at `path` (and `path.signature`) takes their place for
    /// `verify`, which must have found all equal before: afterwards nobody can fold what is gone.
    package func prune(before: Int64, checkpoint path: String, now: Int64) throws(HubStoreError) -> PruneSummary {
        var summary = PruneSummary()
        summary.historyEntries = try write { database in
            let count = try Self.pruneHistory(before: before, database)
            var hub = try HubRow(database)
            var decided: [UInt8] = []
            decided.appendSigned(before)
            try hub.log(database, LogEntry(kind: "prune", decided: decided), at: now)
            try hub.save(database)
            return count
        }
        let checkpoint = try makeCheckpoint(at: path, now: now)
        summary.checkpointEntry = checkpoint.entry
        (summary.batches, summary.batchBytes) = try write { database in
            let old = """
                kind = 'batch' AND at < \(before) AND entry <= \(checkpoint.entry) AND length(bytes) > 0
                AND last_counter <= (SELECT folded_counter FROM replica WHERE replica.number = log.number)
                """
            let count = try RawStatement(
                database, "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM log WHERE \(old)")
            _ = try count.step()
            let found = (Int(count.integer(0)), Int(count.integer(1)))
            count.reset()
            try database.execute(sql: "UPDATE log SET bytes = x'' WHERE \(old)")
            return found
        }
        return summary
    }

    /// The same for the hub and for who folds its log again.
    static func pruneHistory(before: Int64, _ database: Database) throws -> Int {
        let stamp = HybridTime(milliseconds: max(0, before))
        let delete = try RawStatement(
            database,
            """
            DELETE FROM history WHERE time < ?1 AND NOT EXISTS (SELECT 1 FROM conflict c
                WHERE c.table_no = history.table_no AND c.record_id = history.id AND c.state = 'open')
            """)
        delete.bind(1, Int64(bitPattern: stamp.rawValue))
        try delete.run()
        return database.changesCount
    }

    static func signaturePath(of checkpoint: String) -> String { checkpoint + ".signature" }
    private static func nextSignaturePath(of checkpoint: String) -> String { signaturePath(of: checkpoint) + ".new" }

    /// The signatures that lie beside a checkpoint, by path, as they are now: two while a prune gives it the next one.
    package static func signatures(of checkpoint: String) -> [String: [UInt8]] {
        [signaturePath(of: checkpoint), nextSignaturePath(of: checkpoint)].reduce(into: [:]) { found, path in
            found[path] = FileManager.default.contents(atPath: path).map(Array.init)
        }
    }

    /// Whether a prune was cut between its copy and the signature of it, which then still has its first name.
    private static func isNextSigned(_ checkpoint: String) throws -> Bool {
        guard FileManager.default.fileExists(atPath: checkpoint),
            let bytes = FileManager.default.contents(atPath: nextSignaturePath(of: checkpoint)),
            let frame = try? Frame(reading: Array(bytes), kind: .checkpoint, limit: Limits.messageBytes),
            let signed = try? Checkpoint(reading: frame)
        else { return false }
        return try hash(of: checkpoint) == signed.fileHash
    }

    private static func hash(of path: String) throws -> [UInt8] {
        Hash.of(try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe))
    }

    /// Copies the file, whole, and signs the copy. The one before it is replaced when the new one is complete.
    private func makeCheckpoint(at path: String, now: Int64) throws(HubStoreError) -> Checkpoint {
        let fresh = path + ".new"
        do {
            if try Self.isNextSigned(path) {
                try FlushedFile.put(Self.nextSignaturePath(of: path), inPlaceOf: Self.signaturePath(of: path))
            }
            try? FileManager.default.removeItem(atPath: fresh)
            try pool.writeWithoutTransaction { database in
                let copy = try RawStatement(database, "VACUUM INTO ?1")
                copy.bind(1, text: fresh)
                try copy.run()
            }
            let queue = try DatabaseQueue(path: fresh)
            let (entry, chain) = try queue.read { database in
                let last = try RawStatement(database, "SELECT entry, chain FROM log ORDER BY entry DESC LIMIT 1")
                guard try last.step() else { throw HubStoreError(.notAHub, "the log is empty") }
                return (last.integer(0), last.blob(1))
            }
            try queue.close()
            let checkpoint = Checkpoint(
                ambito: identity.ambito, entry: entry, chain: chain, fileHash: try Self.hash(of: fresh), madeAt: now)
            // The next signature lies there, whole, before the copy that it belongs to takes its place: cut anywhere in
            // between, one of the two signatures is the copy's.
            let next = Self.nextSignaturePath(of: path)
            try Data(checkpoint.frame(key: key).bytes).write(to: URL(fileURLWithPath: next))
            try FlushedFile.flush(next)
            try FlushedFile.flushFolder(of: next)
            try FlushedFile.put(fresh, inPlaceOf: path)
            try FlushedFile.put(next, inPlaceOf: Self.signaturePath(of: path))
            return checkpoint
        } catch {
            throw HubStoreError(error)
        }
    }

    /// Takes a checkpoint that the hub signed as the beginning of a fold: copies it to `path` and opens it. Nothing
    /// when there is none.
    func beginning(
        fromCheckpoint checkpoint: String, into path: String, files: [Schema.File], _ report: inout HubVerification
    ) throws -> (scratch: HubStore, checkpoint: Checkpoint)? {
        let signature =
            try Self.isNextSigned(checkpoint)
            ? Self.nextSignaturePath(of: checkpoint) : Self.signaturePath(of: checkpoint)
        guard let bytes = FileManager.default.contents(atPath: signature),
            FileManager.default.fileExists(atPath: checkpoint)
        else {
            report.faults.append("batches were pruned, and their checkpoint \(checkpoint) is not there: put it back")
            return nil
        }
        let frame = try Frame(reading: Array(bytes), kind: .checkpoint, limit: Limits.messageBytes)
        try frame.verify(by: key.publicKey)
        let signed = try Checkpoint(reading: frame)
        guard signed.ambito == identity.ambito, try Self.hash(of: checkpoint) == signed.fileHash else {
            report.faults.append("the checkpoint \(checkpoint) is not what was signed: it was damaged or altered")
            return nil
        }
        try FileManager.default.copyItem(atPath: checkpoint, toPath: path)
        let copy = try DatabaseQueue(path: path)
        let version = try copy.read { try Upgrade.schemaVersion($0) }
        try copy.close()
        return (try HubStore(path: path, key: key, files: files.through(version: version), now: signed.madeAt), signed)
    }
}
