import Foundation
import Glibc
import Texts

/// A dated folder while it is written, under a name that nobody takes for finished; then put in its place by one
/// rename.
///
/// One at a time per parent folder: the system's lock on the parent is held until `publish` or `abandon`, and goes with
/// the process, so what an earlier run left unfinished is known to be nobody's.
final class PublishedFolder {
    /// The folder to write into.
    let path: String
    private let parent: String
    private var lock: Int32

    /// Makes the parent when it is not there, clears what a crash left, and begins a new folder.
    init(in parent: String, token: String) throws(ConsolidationError) {
        guard !token.isEmpty, token.utf8.count <= 64, token.utf8.allSatisfy(Self.isLetterOrDigit) else {
            throw ConsolidationError(.badRequest, localized("the token of a publication is 1 to 64 letters and digits"))
        }
        guard !parent.isEmpty else {
            throw ConsolidationError(.badRequest, localized("no folder is named: say where to publish"))
        }
        self.parent = parent
        path = "\(parent)/\(FileName.unfinished)\(token)"
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw ConsolidationError(
                .folder, localized("the folder \(parent) cannot be made: check the path and its permissions"), error)
        }
        lock = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw Self.fault(localized("opened"), parent, errno) }
        do throws(ConsolidationError) {
            guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
                guard errno == EWOULDBLOCK else { throw Self.fault(localized("locked"), parent, errno) }
                throw ConsolidationError(
                    .busy,
                    localized(
                        """
                        another consolidation is being published into \(parent): try again when it has finished
                        """))
            }
            try clearUnfinished()
            guard mkdir(path, 0o777) == 0 else { throw Self.fault(localized("made", context: "file"), path, errno) }
        } catch {
            unlock()
            throw error
        }
    }

    deinit {
        unlock()
    }

    /// Names of what is in the folder, in the order of their bytes.
    func names() throws(ConsolidationError) -> [String] {
        try Self.names(in: path)
    }

    /// Flushes everything and gives the folder its name: the date, or if that is taken the date with the next number,
    /// from `.2` on. Returns its path.
    func publish(on date: RomeDate) throws(ConsolidationError) -> String {
        for name in try names() { try Self.flush("\(path)/\(name)", O_RDONLY) }
        try Self.flush(path, O_RDONLY | O_DIRECTORY)
        var number = (try Self.names(in: parent).compactMap { Self.number(of: $0, on: date) }.max() ?? 0) + 1
        while true {
            let target = "\(parent)/\(date)\(number == 1 ? "" : ".\(number)")"
            // A rename onto a folder that is not empty, or onto a file, is refused by the system.
            if rename(path, target) == 0 {
                try Self.flush(parent, O_RDONLY | O_DIRECTORY)
                unlock()
                return target
            }
            guard [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) else {
                throw Self.fault(localized("renamed to its date"), path, errno)
            }
            number += 1
        }
    }

    /// Deletes what was written.
    func abandon() {
        try? FileManager.default.removeItem(atPath: path)
        unlock()
    }

    /// 1 for the date itself, n for the date with `.n`; nothing for any other name.
    static func number(of name: String, on date: RomeDate) -> Int? {
        if name == date.description { return 1 }
        guard name.hasPrefix("\(date)."), let number = Int(name.dropFirst(11)), number > 1 else { return nil }
        return number
    }

    static func names(in folder: String) throws(ConsolidationError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
        } catch {
            throw ConsolidationError(
                .folder, localized("the folder \(folder) cannot be read: check its permissions"), error)
        }
    }

    static func fault(_ what: String, _ path: String, _ number: Int32) -> ConsolidationError {
        let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        return ConsolidationError(
            .folder, localized("\(path) cannot be \(what): \(reason). Check its permissions and the disk"))
    }

    private func clearUnfinished() throws(ConsolidationError) {
        for name in try Self.names(in: parent) where name.hasPrefix(FileName.unfinished) {
            do {
                try FileManager.default.removeItem(atPath: "\(parent)/\(name)")
            } catch {
                throw ConsolidationError(
                    .folder, localized("\(parent)/\(name), left unfinished by a crash, cannot be removed"), error)
            }
        }
    }

    private func unlock() {
        guard lock >= 0 else { return }
        close(lock)
        lock = -1
    }

    private static func flush(_ path: String, _ flags: Int32) throws(ConsolidationError) {
        let file = open(path, flags | O_CLOEXEC)
        guard file >= 0 else { throw fault(localized("opened"), path, errno) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw fault(localized("flushed to the disk"), path, errno) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
