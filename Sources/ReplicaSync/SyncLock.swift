import Foundation
import Texts

/// One sync at a time per replica: a lock beside the file, which the system takes away when the program ends
/// however it ends.
struct SyncLock {
    private let file: Int32

    init(path: String) throws(SyncFault) {
        file = open(path, O_RDWR | O_CREAT, 0o600)
        guard file >= 0 else {
            throw SyncFault(
                .file,
                localized(
                    """
                    the lock \(path) cannot be made (\(String(cString: strerror(errno)))): check the folder's \
                    permissions
                    """))
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw SyncFault(
                .busy, localized("another sync of this replica is running: wait for it to finish; nothing was changed"))
        }
    }

    func release() {
        close(file)
    }
}
