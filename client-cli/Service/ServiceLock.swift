import Foundation
import Texts

/// One service a file. The lock lies beside the replica and goes with its process, however that ends; whoever asks is
/// told the process.
///
/// The kind of lock that belongs to a process: it goes when the process closes any descriptor of the file, so that
/// nothing else in a service may open it.
struct ServiceLock {
    private let file: Int32

    private static func path(of replica: String) -> String { replica + ".service" }

    init(of replica: String) throws {
        let path = Self.path(of: replica)
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw CommandFailure(
                .file, "read-only",
                localized(
                    """
                    \(path) cannot be made (\(String(cString: strerror(errno)))): check the folder's permissions
                    """))
        }
        var lock = Self.wholeFile
        guard fcntl(file, F_SETLK, &lock) == 0 else {
            close(file)
            let other = Self.holder(of: replica).map { " " + localized("(process \($0))") } ?? ""
            throw CommandFailure(
                .syncRunning, "service-running",
                localized("a service looks after \(replica) already\(other): one is enough; nothing was changed"))
        }
    }

    func release() {
        close(file)
    }

    /// The process that holds it; nothing when none does.
    static func holder(of replica: String) -> Int32? {
        let file = open(path(of: replica), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var lock = wholeFile
        guard fcntl(file, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
        return lock.l_pid
    }

    private static var wholeFile: flock {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }
}
