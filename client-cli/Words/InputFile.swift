import Foundation
import SyncCore
import Texts

/// A file that somebody gives: read whole, up to a size.
enum InputFile {
    /// - Parameters:
    ///   - path: `-` for stdin.
    ///   - tooLarge: what is said of one with more than `limit` bytes.
    static func bytes(_ path: String, limit: Int, tooLarge: @autoclosure () -> String) throws -> Data {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle, let data = try? handle.read(upToCount: limit + 1) ?? Data() else {
            throw CommandFailure(
                .file, "file",
                localized("the file \(path) cannot be read: check its name, and whether you may read it"))
        }
        guard data.count <= limit else {
            throw CommandFailure(.badValue, "too-large", tooLarge())
        }
        return data
    }

    /// A text in UTF-8, as it is, of what one row may hold.
    static func text(_ path: String) throws -> String {
        let data = try bytes(
            path, limit: Limits.changeBytes, tooLarge: localized("the file \(path) is over 1 MB: shorten it"))
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw CommandFailure(.badValue, "bad-value", localized("the file \(path) is not text in UTF-8: convert it"))
        }
        return text
    }
}
