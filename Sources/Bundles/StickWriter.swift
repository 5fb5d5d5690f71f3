import Foundation
import Texts
package import SyncWire

/// Writes one file on a stick: under another name first, flushed, and renamed when it is whole. What is there under its
/// name stays unless it is a file of Zona, too.
///
/// Not for two threads at once.
package final class StickWriter {
    package let path: String
    private let unfinished: String
    private var file: Int32
    package private(set) var bytesWritten: Int64 = 0

    package init(_ path: String) throws(StickError) {
        self.path = path
        unfinished = path + ".part"
        file = -1
        try Self.refuseForeign(path)
        // What a program that was killed left behind.
        unlink(unfinished)
        file = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Self.failure(errno, path) }
    }

    /// A file that was not finished leaves nothing.
    deinit { cancel() }

    package func cancel() {
        guard file >= 0 else { return }
        close(file)
        file = -1
        unlink(unfinished)
    }

    package func write(_ bytes: [UInt8]) throws(StickError) {
        var position = 0
        while position < bytes.count {
            let count = bytes[position...].withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw fail() }
            position += count
        }
        bytesWritten += Int64(bytes.count)
    }

    /// Gives the file its name. From then on it survives that the stick is pulled out.
    package func finish() throws(StickError) {
        guard fsync(file) == 0, close(file) == 0 else { throw fail() }
        file = -1
        guard rename(unfinished, path) == 0 else {
            let number = errno
            unlink(unfinished)
            throw Self.failure(number, path)
        }
        flushFolder()
    }

    /// Writes a file of one frame.
    package static func write(_ frame: Frame, to path: String) throws(StickError) {
        let writer = try StickWriter(path)
        try writer.write(frame.bytes)
        try writer.finish()
    }

    private func fail() -> StickError {
        let number = errno
        cancel()
        return Self.failure(number, path)
    }

    private static func refuseForeign(_ path: String) throws(StickError) {
        let there = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard there >= 0 else { return }
        defer { close(there) }
        var start = [UInt8](repeating: 0, count: Frame.magic.count)
        guard read(there, &start, start.count) == start.count, start == Frame.magic else {
            throw StickError(.exists, localized("\(path) is there already and is no file of Zona: choose another name"))
        }
    }

    /// The name itself must survive; where a folder cannot be flushed, the system does it by itself.
    private func flushFolder() {
        let folder = (path as NSString).deletingLastPathComponent
        let file = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }

    static func failure(_ number: Int32, _ path: String) -> StickError {
        let reason = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT, EFBIG:
            return StickError(
                .full,
                localized(
                    """
                    \(path) cannot be written: the stick is full. Make room on it, or take another; nothing is \
                    lost
                    """)
            )
        case EROFS, EACCES, EPERM:
            return StickError(
                .readOnly,
                localized(
                    """
                    \(path) cannot be written (\(reason)): is the stick's switch on read-only? Choose another \
                    place
                    """))
        case ENOENT, ENOTDIR, ENXIO, ENODEV:
            return StickError(
                .notThere, localized("\(path) cannot be written (\(reason)): is the stick in, and is the folder right?")
            )
        default:
            return StickError(
                .unusable,
                localized(
                    """
                    \(path) cannot be written (\(reason)): was the stick pulled out? Put it in and try again
                    """))
        }
    }
}
