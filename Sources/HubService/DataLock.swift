import Glibc

/// Held while a data folder is served or replaced, so that no two programs do it at once. The system lets go of it when
/// the process ends, however it ends.
package final class DataLock: Sendable {
    private let file: Int32

    /// - Throws: `busy` when another program holds it.
    package init(_ folder: DataFolder) throws(HubServiceError) {
        try AtomicFile.makeFolder(folder.path)
        let path = "\(folder.path)/lock"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, AtomicFile.ownerOnly)
        guard file >= 0 else { throw AtomicFile.failure("open", path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(file)
            guard number == EWOULDBLOCK else { throw AtomicFile.failure("lock", path, number) }
            throw HubServiceError(
                .busy, "\(folder.path) is being served, or restored, by another zona-server: stop that one first.")
        }
        self.file = file
    }

    deinit { close(file) }
}
