import Foundation
package import ReplicaStore
import SyncWire
import Texts

/// Puts a backup in the place of a replica. What was there is kept beside it under another name, never written over.
package struct ReplicaRestore: Sendable {
    /// What is lost by it.
    package enum Loss: Sendable {
        /// No file is there.
        case noFile
        case known(CopyLoss)
        /// The file that is there cannot be read: why.
        case unreadable(String)
    }

    package let backup: ReplicaBackup
    package let facts: CopyFacts
    package let loss: Loss
    private let path: String

    /// Checks the backup and compares it with what is at `path`. Changes nothing.
    package init(_ backup: ReplicaBackup, to path: String) throws(SyncFault) {
        facts = try backup.check()
        guard !facts.isNewer else {
            throw SyncFault(
                ReplicaStoreError(
                    .newerSchema,
                    localized(
                        "the backup is of a newer Zona (schema \(facts.schemaVersion)): upgrade this program first")))
        }
        self.backup = backup
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            loss = .noFile
            return
        }
        do throws(ReplicaStoreError) {
            let current = try ReplicaStore.facts(ofCopy: path)
            guard current.ambito == facts.ambito, current.comune == facts.comune else {
                throw ReplicaStoreError(
                    .otherAmbito,
                    localized(
                        """
                        the backup is of \(facts.comuneName) (\(facts.ambitoCode)), and \(path) of \
                        \(current.comuneName) (\(current.ambitoCode)): choose another name with --file
                        """))
            }
            loss =
                current.damage.isEmpty
                ? .known(try CopyLoss(current: path, copy: backup.file)) : .unreadable(current.damage[0])
        } catch {
            guard [.database, .badBytes].contains(error.code) || error.code == .notAReplica else {
                throw SyncFault(error)
            }
            loss = .unreadable(error.context)
        }
        guard backup.manifest.hasKey || FileManager.default.fileExists(atPath: ReplicaKey.path(for: path)) else {
            throw SyncFault(
                .noKey,
                localized(
                    """
                    the backup was made without the key, and there is none beside \(path): put \
                    \(ReplicaKey.path(for: path)) there first
                    """))
        }
    }

    /// Does it. Each step leaves both files somewhere, whenever it is cut.
    ///
    /// - Returns: where the file that was there lies now.
    package func run(now: Int64) throws(SyncFault) -> String? {
        let lock = try SyncLock(path: path + ".lock")
        defer { lock.release() }
        let new = path + ".zona-new"
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(new + suffix) }
        do { try FileManager.default.copyItem(atPath: backup.file, toPath: new) } catch {
            unlink(new)
            throw SyncFault(
                .file, localized("\(new) cannot be written: free some space, and check the folder's permissions"))
        }
        chmod(new, 0o600)
        try flush(new)
        let kept = try putAside(as: "\(path).before-\(ReplicaBackup.stamp(now))")
        if backup.manifest.hasKey, let key = FileManager.default.contents(atPath: backup.key) {
            try PrivateFile.write(Array(key), to: ReplicaKey.path(for: path))
        }
        guard rename(new, path) == 0, PrivateFile.flushFolder(of: path) else { throw failure(path) }
        return kept
    }

    /// Gives the file, its log and its key another name; a log without a file, too, for the new one must not meet it.
    private func putAside(as aside: String) throws(SyncFault) -> String? {
        let isThere = FileManager.default.fileExists(atPath: path)
        if isThere, case .known = loss {
            // The last one to close it folds its log into the file.
            do throws(ReplicaStoreError) { try ReplicaStore(path: path).close() } catch { throw SyncFault(error) }
            guard !FileManager.default.fileExists(atPath: path + "-wal") else {
                throw SyncFault(
                    ReplicaStoreError(
                        .busy,
                        localized("another program has \(path) open: close it, then restore; nothing was changed")))
            }
        }
        let key = ReplicaKey.path(for: path)
        if isThere, let bytes = FileManager.default.contents(atPath: key) {
            try PrivateFile.write(Array(bytes), to: ReplicaKey.path(for: aside))
        }
        for suffix in ["", "-wal", "-shm", "-journal"]
        where FileManager.default.fileExists(atPath: path + suffix) {
            guard rename(path + suffix, aside + suffix) == 0 else { throw failure(aside) }
        }
        return isThere ? aside : nil
    }

    private func flush(_ path: String) throws(SyncFault) {
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure(path) }
    }

    private func failure(_ path: String) -> SyncFault {
        SyncFault(
            .file,
            localized(
                "\(path) cannot be written (\(String(cString: strerror(errno)))): both files are kept beside each other"
            ))
    }
}
