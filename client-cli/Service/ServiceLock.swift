import Foundation

/// One background service per replica: a lock beside the file, which the system takes away when the service ends
/// however it ends. The file holds the process's number, for people.
struct ServiceLock: ~Copyable {
    private let file: Int32

    init(replica: String) throws {
        let path = Self.path(of: replica)
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw CommandFailure(
                .file, "file",
                "\(path) cannot be made (\(String(cString: strerror(errno)))): check the folder's permissions")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            let holder = Self.holder(of: replica).map { " (process \($0))" } ?? ""
            throw CommandFailure(
                .syncRunning, "service-running",
                "a service is running already for this replica\(holder): one is enough; nothing was changed")
        }
        ftruncate(file, 0)
        let text = Array("\(getpid())\n".utf8)
        _ = write(file, text, text.count)
    }

    deinit { close(file) }

    /// The process that serves a replica; nothing when none does.
    static func holder(of replica: String) -> Int32? {
        let file = open(path(of: replica), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard flock(file, LOCK_SH | LOCK_NB) != 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(file, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func path(of replica: String) -> String { replica + ".service" }
}
