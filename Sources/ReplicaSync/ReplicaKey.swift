import Foundation
package import SyncWire

/// The replica's private key: a file of its own beside the replica, mode 0600, 64 hexadecimal digits.
package enum ReplicaKey {
    package static func path(for replica: String) -> String {
        replica + ".key"
    }

    package static func load(for replica: String) throws(SyncFault) -> SigningKey {
        let path = path(for: replica)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SyncFault(
                .noKey,
                "the replica's key \(path) is missing: without it the hub does not know this PC; put it back, or enrol again"
            )
        }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let seed = Hash.bytes(text), let key = SigningKey(seed: seed) else {
            throw SyncFault(.noKey, "\(path) does not hold a key: put the right file back, or enrol again")
        }
        return key
    }

    /// Draws a key and writes its file, which must not exist.
    package static func create(for replica: String) throws(SyncFault) -> SigningKey {
        var generator = SystemRandomNumberGenerator()
        let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        guard let key = SigningKey(seed: seed) else { throw SyncFault(.noKey, "no key could be made on this machine") }
        let path = path(for: replica)
        // Created with its mode, so that it is never readable by others, and only if it is not there.
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard file >= 0 else {
            throw SyncFault(
                .file,
                "the key file \(path) cannot be made: \(errno == EEXIST ? "it exists already" : String(cString: strerror(errno)))"
            )
        }
        defer { Foundation.close(file) }
        let text = Array((Hash.text(seed) + "\n").utf8)
        guard write(file, text, text.count) == text.count, fsync(file) == 0 else {
            unlink(path)
            throw SyncFault(.file, "the key file \(path) cannot be written: the disk may be full")
        }
        return key
    }
}
