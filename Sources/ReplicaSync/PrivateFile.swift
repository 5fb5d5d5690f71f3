import Foundation
import Texts

/// A small file that only its owner may read, there whole or not at all, also after a power cut.
package enum PrivateFile {
    /// Writes it in place of one that may be there.
    package static func write(_ bytes: [UInt8], to path: String) throws(SyncFault) {
        let unfinished = path + ".new"
        unlink(unfinished)
        let file = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        let isWritten = Foundation.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        let number = errno
        close(file)
        guard isWritten, rename(unfinished, path) == 0, flushFolder(of: path) else {
            if !isWritten { errno = number }
            let fault = failure(path)
            unlink(unfinished)
            throw fault
        }
    }

    /// A name that is not flushed may be gone after a power cut.
    static func flushFolder(of path: String) -> Bool {
        let folder = (path as NSString).deletingLastPathComponent
        let file = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return fsync(file) == 0
    }

    private static func failure(_ path: String) -> SyncFault {
        SyncFault(
            .file,
            localized(
                """
                \(path) cannot be written (\(String(cString: strerror(errno)))): check that its folder is there, \
                can be written, and has room
                """))
    }
}
