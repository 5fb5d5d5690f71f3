import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Files that are whole under their name, after a power cut too.
enum FlushedFile {
    /// Flushes a file that is written.
    static func flush(_ path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("be opened", path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("be flushed", path) }
    }

    /// Flushes a file, gives it its name in one step, and flushes the folder: a name that is not flushed may be gone.
    static func put(_ fresh: String, inPlaceOf path: String) throws {
        try flush(fresh)
        guard rename(fresh, path) == 0 else { throw failure("be put in its place", path) }
        try flushFolder(of: path)
    }

    static func flushFolder(of path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        try flush(folder.isEmpty ? "." : folder)
    }

    private static func failure(_ verb: String, _ path: String) -> HubStoreError {
        HubStoreError(
            .diskFull,
            "\(path) cannot \(verb) (\(String(cString: strerror(errno)))): check the disk and the folder's permissions")
    }
}
