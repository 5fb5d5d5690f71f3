import Crypto
import FoundationEssentials
import Glibc
import SyncWire

/// A backup on disk: a folder that any tool can copy, and check with `sha256sum -c SHA256SUMS`.
///
/// `CODE/hub.sqlite` is a consistent copy of an ambito's hub, `keys.sealed` the keys of the data folder encrypted to a
/// passphrase, `manifest.json` says when and what. It is written under a name of its own, flushed, and renamed last: a
/// backup that was cut is never taken for one.
package struct BackupFolder: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    package static let manifest = "manifest.json"
    package static let keys = "keys.sealed"
    package static let sums = "SHA256SUMS"

    /// The name of a backup made at `now` (Unix milliseconds): in order of time, by the bytes of the name.
    package static func name(at now: Int64) -> String {
        var seconds = time_t(now / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "zona-backup-\(1900 + parts.tm_year)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))T"
            + "\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))Z"
    }

    // MARK: Making

    /// The name of the first second from `now` on for which nothing is there yet.
    ///
    /// - Parameter path: where something of a name would be.
    package static func freeName(at now: Int64, _ path: (_ name: String) -> String) -> String {
        var second = now
        while access(path(name(at: second)), F_OK) == 0 { second += 1000 }
        return name(at: second)
    }

    /// Begins a backup in `target` under a name that is not its own yet.
    ///
    /// - Throws: `exists` when a backup of this name is there.
    package static func begin(in target: String, name: String) throws(HubServiceError) -> BackupFolder {
        try AtomicFile.makeFolder(target)
        guard access("\(target)/\(name)", F_OK) != 0 else {
            throw HubServiceError(.exists, "\(target)/\(name) is there already: wait a second and try again.")
        }
        let part = "\(target)/\(name).part"
        remove(part)
        try AtomicFile.makeFolder(part)
        return BackupFolder(part)
    }

    /// Where the copy of an ambito's hub goes; its folder is made.
    package func hubFile(of code: String) throws(HubServiceError) -> String {
        try AtomicFile.makeFolder("\(path)/\(code)")
        return "\(path)/\(code)/hub.sqlite"
    }

    package func write(_ bytes: [UInt8], to name: String) throws(HubServiceError) {
        try AtomicFile.write(bytes, to: "\(path)/\(name)", mode: AtomicFile.ownerOnly, replacing: false)
    }

    /// Flushes everything, writes the sums, and gives the backup its name.
    ///
    /// - Returns: the backup under its name, and the bytes that it takes.
    package func finish(as name: String, in target: String) throws(HubServiceError) -> (BackupFolder, Int64) {
        var lines = ""
        var size: Int64 = 0
        for file in try files() {
            let (sum, bytes) = try Self.sum(of: "\(path)/\(file)", flushing: true)
            lines += "\(sum)  \(file)\n"
            size += bytes
        }
        try write(Array(lines.utf8), to: Self.sums)
        let place = "\(target)/\(name)"
        guard rename(path, place) == 0 else { throw AtomicFile.failure("put in its place", place) }
        AtomicFile.flushFolder(of: place)
        return (BackupFolder(place), size + Int64(lines.utf8.count))
    }

    /// Every file of it, by path within, in the order of the bytes.
    private func files() throws(HubServiceError) -> [String] {
        var found: [String] = []
        for name in try DataFolder.names(in: path) {
            let isFolder = try? DataFolder.names(in: "\(path)/\(name)")
            if let isFolder, access("\(path)/\(name)/hub.sqlite", F_OK) == 0 {
                found += isFolder.map { "\(name)/\($0)" }
            } else {
                found.append(name)
            }
        }
        return found
    }

    private static func sum(of path: String, flushing: Bool) throws(HubServiceError) -> (String, Int64) {
        let file = open(path, flushing ? O_RDWR | O_CLOEXEC : O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw AtomicFile.failure("open", path) }
        defer { close(file) }
        if flushing {
            guard fsync(file) == 0 else { throw AtomicFile.failure("flush", path) }
            AtomicFile.flushFolder(of: path)
        }
        var hash = SHA256()
        var size: Int64 = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw AtomicFile.failure("read", path) }
            if count == 0 { break }
            hash.update(data: chunk[..<count])
            size += Int64(count)
        }
        return (Hash.text(Array(hash.finalize())), size)
    }

    // MARK: Reading

    /// Checks every file against its sum.
    ///
    /// - Throws: `missing` for what is no backup, `damaged` for one that was altered or cut.
    package func check() throws(HubServiceError) {
        guard let bytes = try AtomicFile.read("\(path)/\(Self.sums)", limit: 16 << 20) else {
            throw HubServiceError(
                .missing, "\(path) is not a backup of Zona, or it was not finished: it has no \(Self.sums).")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        var listed: Set<String> = [Self.sums]
        for line in lines {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let name = parts.last?.drop(while: { $0 == " " }), !name.isEmpty,
                !name.hasPrefix("/"), !name.split(separator: "/").contains("..")
            else { throw HubServiceError(.damaged, "\(path)/\(Self.sums) cannot be read: take another backup.") }
            listed.insert(String(name))
            guard access("\(path)/\(name)", F_OK) == 0,
                try Self.sum(of: "\(path)/\(name)", flushing: false).0 == parts[0]
            else { throw HubServiceError(.damaged, "\(path)/\(name) is not as it was written: take another backup.") }
        }
        let strange = try files().filter { !listed.contains($0) }
        guard strange.isEmpty, listed.contains(Self.manifest), listed.contains(Self.keys) else {
            throw HubServiceError(
                .damaged,
                "\(path) does not hold what it lists (\(strange.joined(separator: ", "))): take another backup.")
        }
    }

    /// The ambiti that it holds, in the order of the bytes of their codes.
    package func ambiti() throws(HubServiceError) -> [String] {
        try DataFolder(path).ambiti()
    }

    /// What belongs to an ambito's hub, by name: its file, and a checkpoint once something was pruned.
    package func hubFiles(of code: String) throws(HubServiceError) -> [String] {
        try DataFolder.names(in: "\(path)/\(code)")
    }

    package func sealedKeys() throws(HubServiceError) -> [UInt8] {
        guard let bytes = try AtomicFile.read("\(path)/\(Self.keys)", limit: 64 << 20) else {
            throw HubServiceError(.missing, "\(path) has no \(Self.keys): take another backup.")
        }
        return bytes
    }

    // MARK: Keys

    /// The keys and certificates of a data folder.
    package static func keyFiles(of data: DataFolder) throws(HubServiceError) -> [SealedKeys.File] {
        var found: [SealedKeys.File] = []
        for name in try DataFolder.names(in: data.tlsFolder) where name.hasSuffix(".key") || name.hasSuffix(".pem") {
            if let bytes = try AtomicFile.read("\(data.tlsFolder)/\(name)", limit: 1 << 20) {
                found.append(SealedKeys.File(path: "tls/\(name)", bytes: bytes))
            }
        }
        for code in try data.ambiti() {
            guard let bytes = try AtomicFile.read(try data.keyFile(of: code), limit: 1024) else { continue }
            found.append(SealedKeys.File(path: "\(code)/ambito.key", bytes: bytes))
        }
        return found
    }

    /// Puts keys back into a data folder. One that is there already and differs is never written over.
    package static func putBack(_ files: [SealedKeys.File], into data: DataFolder) throws(HubServiceError) {
        for file in files {
            let parts = file.path.split(separator: "/")
            guard parts.count == 2, !file.path.hasPrefix("/"), !parts.contains(".."), !parts.contains(".") else {
                throw HubServiceError(.damaged, "the sealed keys name a file outside the data folder: \(file.path)")
            }
            let path = "\(data.path)/\(file.path)"
            if let there = try AtomicFile.read(path, limit: 1 << 20) {
                guard there == file.bytes || path.hasSuffix(".pem") else {
                    throw HubServiceError(
                        .exists, "\(path) is there and is another key: move it away, or restore into another folder.")
                }
                continue
            }
            try AtomicFile.makeFolder("\(data.path)/\(parts[0])")
            try AtomicFile.write(
                file.bytes, to: path, mode: path.hasSuffix(".pem") ? AtomicFile.readable : AtomicFile.ownerOnly,
                replacing: false)
        }
    }

    /// Copies a file of the backup to `path`, flushed.
    package func copy(_ name: String, to path: String) throws(HubServiceError) {
        try Self.copy("\(self.path)/\(name)", to: path)
    }

    package static func copy(_ original: String, to path: String) throws(HubServiceError) {
        let source = open(original, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw AtomicFile.failure("open", original) }
        defer { close(source) }
        let target = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, AtomicFile.ownerOnly)
        guard target >= 0 else { throw AtomicFile.failure("create", path) }
        defer { close(target) }
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(source, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw AtomicFile.failure("read", original) }
            if count == 0 { break }
            guard AtomicFile.writeAll(chunk[..<count], to: target) else { throw AtomicFile.failure("write", path) }
        }
        guard fsync(target) == 0 else { throw AtomicFile.failure("flush", path) }
    }

    /// Takes a folder away, with what is in it.
    package static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
