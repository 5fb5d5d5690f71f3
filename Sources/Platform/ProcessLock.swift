import Foundation

/// A lock that belongs to a process and goes with it, however that ends; whoever asks is told the process.
///
/// It goes, too, when the process closes any descriptor of the file, so that nothing else in it may open the file.
package struct ProcessLock {
    package enum Failure: Error, Sendable {
        /// The system's reason.
        case cannotBeMade(String)
        /// The process that has it, where the system tells.
        case isHeld(Int32?)
    }

    private let file: Int32

    package init(_ path: String) throws(Failure) {
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .cannotBeMade(String(cString: strerror(errno))) }
        var lock = Self.wholeFile
        guard fcntl(file, F_SETLK, &lock) == 0 else {
            close(file)
            throw .isHeld(Self.holder(path))
        }
    }

    package func release() {
        close(file)
    }

    /// The process that holds it; nothing when none does.
    package static func holder(_ path: String) -> Int32? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
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
