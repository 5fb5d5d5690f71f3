import Foundation
package import ReplicaStore
package import SyncWire
import Texts

/// The replica's private key: a file of its own beside the replica, mode 0600, 64 hexadecimal digits.
package enum ReplicaKey {
    package static func path(for replica: String) -> String {
        replica + ".key"
    }

    package static func load(for replica: String) throws(SyncFault) -> SigningKey {
        let path = path(for: replica)
        // The last step of an enrolment that was cut just before it.
        if !FileManager.default.fileExists(atPath: path) { finish(for: replica) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SyncFault(
                .noKey,
                localized(
                    """
                    the replica's key \(path) is missing: without it the hub does not know this PC; put it back, \
                    or enrol again
                    """))
        }
        guard let key = key(in: data) else {
            throw SyncFault(.noKey, localized("\(path) does not hold a key: put the right file back, or enrol again"))
        }
        return key
    }

    /// Where the key lies until the replica is made. An enrolment that was cut takes it up again: the hub gives the key
    /// that used a code the same answer once more.
    static func unfinishedPath(for replica: String) -> String {
        replica + ".key.new"
    }

    /// Gives the key of a replica that is made its name.
    static func finish(for replica: String) {
        rename(unfinishedPath(for: replica), path(for: replica))
    }

    /// The key for a replica that is to be made: the one of an enrolment that was cut, else a new one in a file of its
    /// own.
    static func begin(for replica: String) throws(SyncFault) -> (key: SigningKey, isNew: Bool) {
        let path = path(for: replica)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw SyncFault(
                .file,
                localized(
                    """
                    \(path) is there already, the key of another replica: put it aside, or choose another name \
                    with --file
                    """))
        }
        if let data = FileManager.default.contents(atPath: unfinishedPath(for: replica)), let key = key(in: data) {
            return (key, false)
        }
        unlink(unfinishedPath(for: replica))
        return (try create(at: unfinishedPath(for: replica)), true)
    }

    private static func key(in data: Data) -> SigningKey? {
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return Hash.bytes(text).flatMap { SigningKey(seed: $0) }
    }

    /// Draws a key and writes its file, which must not exist.
    package static func create(for replica: String) throws(SyncFault) -> SigningKey {
        try create(at: path(for: replica))
    }

    private static func create(at path: String) throws(SyncFault) -> SigningKey {
        var generator = SystemRandomNumberGenerator()
        let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        guard let key = SigningKey(seed: seed) else {
            throw SyncFault(.noKey, localized("no key could be made on this machine"))
        }
        // Created with its mode, so that it is never readable by others, and only if it is not there.
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard file >= 0 else {
            let reason = errno == EEXIST ? localized("it exists already") : String(cString: strerror(errno))
            throw SyncFault(
                .file,
                localized(
                    """
                    the key file \(path) cannot be made (\(reason)): check that its folder is there and can be \
                    written
                    """))
        }
        defer { Foundation.close(file) }
        let text = Array((Hash.text(seed) + "\n").utf8)
        guard write(file, text, text.count) == text.count, fsync(file) == 0, PrivateFile.flushFolder(of: path)
        else {
            unlink(path)
            throw SyncFault(
                .file,
                localized(
                    """
                    the key file \(path) cannot be written: the disk may be full; free some space and try again
                    """))
        }
        return key
    }
}

/// How a replica's key file stands.
package struct KeyCondition: Sendable {
    /// Why it cannot be used; nothing when it can.
    package let fault: String?
    /// Others on this PC may read it.
    package let isOpen: Bool

    package init(of store: ReplicaStore) {
        let path = ReplicaKey.path(for: store.path)
        var facts = stat()
        isOpen = stat(path, &facts) == 0 && facts.st_mode & 0o077 != 0
        do {
            let key = try ReplicaKey.load(for: store.path)
            let isOwn = (try? store.state()).map { store.isOwn(key, certificate: $0.certificate) } ?? true
            fault = isOwn ? nil : ReplicaStore.otherKey(path)
        } catch {
            fault = error.context
        }
    }
}
