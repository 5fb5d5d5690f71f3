import Glibc

/// Small files that are there whole or not at all, with their mode from the first byte on.
enum AtomicFile {
    static let ownerOnly: mode_t = 0o600
    static let readable: mode_t = 0o644

    /// Writes beside the file, flushes, and puts it in its place in one step.
    ///
    /// - Parameter replacing: without it a file that is there already stays, and the error says `exists`.
    static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t, replacing: Bool
    ) throws(HubServiceError) {
        let beside = "\(path).new"
        // What a crash left behind; nobody reads it.
        unlink(beside)
        let file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure("create", beside) }
        let isWritten = writeAll(bytes, to: file) && fsync(file) == 0
        let number = errno
        close(file)
        guard isWritten else {
            unlink(beside)
            throw failure("write", beside, number)
        }
        if replacing {
            guard rename(beside, path) == 0 else { throw failure("put in its place", path) }
        } else {
            let isLinked = link(beside, path) == 0
            let number = errno
            unlink(beside)
            guard isLinked else {
                if number == EEXIST {
                    throw HubServiceError(.exists, "\(path) is there already and was left as it is.")
                }
                throw failure("put in its place", path, number)
            }
        }
        flushFolder(of: path)
    }

    /// The whole file, or `nil` when there is none.
    ///
    /// - Parameter limit: in bytes; a longer file is an error.
    static func read(_ path: String, limit: Int) throws(HubServiceError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else {
                throw HubServiceError(.files, "\(path) is longer than \(limit) bytes: it is not the file it should be.")
            }
        }
    }

    /// Makes a folder that only its owner may enter, with those above it; one that is there is left as it is.
    static func makeFolder(_ path: String) throws(HubServiceError) {
        if mkdir(path, 0o700) == 0 { return }
        switch errno {
        case EEXIST:
            let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard folder >= 0 else {
                throw HubServiceError(
                    .files, "\(path) is not a folder that can be used. Move it away or name another data folder.")
            }
            close(folder)
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { throw failure("make", path) }
            try makeFolder(String(path[..<slash]))
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make", path) }
        default:
            throw failure("make", path)
        }
    }

    /// Writes all the bytes or tells that it could not; `errno` says why.
    static func writeAll(_ bytes: some Collection<UInt8>, to file: Int32) -> Bool {
        let written: Bool? = bytes.withContiguousStorageIfAvailable { buffer in
            var position = 0
            while position < buffer.count {
                let count = Glibc.write(file, buffer.baseAddress?.advanced(by: position), buffer.count - position)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                position += count
            }
            return true
        }
        return written ?? writeAll(Array(bytes), to: file)
    }

    static func failure(_ action: String, _ path: String, _ number: Int32 = errno) -> HubServiceError {
        HubServiceError(
            .files, "cannot \(action) \(path): \(reason(number)). Look at its rights and at the space on the disk.")
    }

    /// What the system calls an error, in its own words.
    static func reason(_ number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }

    /// The new name itself must survive a power cut; where a folder cannot be flushed, the system does it by itself.
    static func flushFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }
}
