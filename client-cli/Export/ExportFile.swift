import Consolidation
import Foundation
import Platform
import Texts

/// Where an export goes: stdout, or a file that appears whole, by one rename, or not at all.
final class ExportFile {
    private let path: String
    private let isReplacing: Bool
    private let file: NewFile?
    private var isFinished = false
    private var held: [UInt8] = []

    /// The name under which a file is written until it is whole.
    static func unfinished(_ path: String) -> String {
        let url = URL(fileURLWithPath: path)
        return url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(getpid()).zona-new")
            .path
    }

    /// Refuses a file that is there, unless it is to be replaced, before anything is read.
    static func check(_ path: String, isReplacing: Bool) throws {
        var isFolder: ObjCBool = false
        guard path != "-" else { return }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure(.file, "folder", localized("there is no folder \(folder): make it, or name another"))
        }
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        guard !isFolder.boolValue else {
            throw CommandFailure(.file, "exists", localized("\(path) is a folder: name a file in it"))
        }
        guard isReplacing else { throw exists(path) }
    }

    /// An export never takes the place of the replica, its key or what else lies beside it.
    static func refuseOwn(_ path: String, of replica: String) throws {
        guard let target = FileIdentity(path: path) else { return }
        for suffix in ["", "-wal", "-shm", ".key", ".lock", ".search"]
        where FileIdentity(path: replica + suffix) == target {
            throw CommandFailure(
                .badValue, "bad-value", localized("\(path) is the replica's own file: name another one"))
        }
    }

    /// Whether both names are of one file that is there.
    static func isSame(_ path: String, _ other: String) -> Bool {
        FileIdentity(path: path).map { $0 == FileIdentity(path: other) } ?? false
    }

    private static func exists(_ path: String) -> CommandFailure {
        CommandFailure(
            .file, "exists", localized("\(path) is there already and was left as it is: --force replaces it"))
    }

    /// - Parameter path: `-` for stdout.
    init(_ path: String, isReplacing: Bool) throws {
        try Self.check(path, isReplacing: isReplacing)
        self.path = path
        self.isReplacing = isReplacing
        file = path == "-" ? nil : try NewFile(Self.unfinished(path))
    }

    deinit {
        if !isFinished && file != nil { unlink(Self.unfinished(path)) }
    }

    func append(_ body: (inout [UInt8]) -> Void) throws {
        if let file { return try file.append(body) }
        body(&held)
        if held.count >= 1 << 16 { try flush() }
    }

    func append(_ text: String) throws {
        try append { $0.append(contentsOf: text.utf8) }
    }

    func finish() throws {
        guard let file else { return try flush() }
        try file.finish()
        try Self.place(path, isReplacing: isReplacing)
        isFinished = true
    }

    /// Flushes what was written under the unfinished name and gives it its own.
    static func place(_ path: String, isReplacing: Bool) throws {
        let unfinished = unfinished(path)
        func failure(_ number: Int32) -> CommandFailure {
            let reason = String(cString: strerror(number))
            return CommandFailure(
                .file, "folder",
                localized("\(path) cannot be written: \(reason). Check its folder's permissions and the disk"))
        }
        let descriptor = open(unfinished, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        let isFlushed = fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        guard isFlushed else { throw failure(number) }
        guard !isReplacing else {
            guard rename(unfinished, path) == 0 else { throw failure(errno) }
            return
        }
        // Unlike a rename, a link refuses a file that came meanwhile.
        if link(unfinished, path) == 0 {
            unlink(unfinished)
        } else if errno == EEXIST {
            throw exists(path)
        } else if errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK {
            // A stick's file system has no links.
            guard rename(unfinished, path) == 0 else { throw failure(errno) }
        } else {
            throw failure(errno)
        }
    }

    private func flush() throws {
        do { try FileHandle.standardOutput.write(contentsOf: Data(held)) } catch {
            throw CommandFailure(.file, "folder", localized("stdout cannot be written"))
        }
        held.removeAll(keepingCapacity: true)
    }
}
