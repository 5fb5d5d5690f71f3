import Foundation

/// A database's file and what SQLite keeps beside it: the logs of both journal modes, and the memory of one.
package enum DatabaseFile {
    package static let suffixes = ["", "-wal", "-shm", "-journal"]

    /// Removes them as far as they are there. A log that stayed would be taken for that of the next file of the name.
    package static func remove(at path: String) {
        for suffix in suffixes { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
}
