import Foundation
import Texts

/// The bytes of a file that is imported.
enum ImportFile {
    /// Beyond this it is no spreadsheet: a million rows of 300 bytes.
    private static let bytesMaximum = 300 << 20

    /// - Parameter path: `-` for stdin.
    static func read(_ path: String) throws -> [UInt8] {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle, let data = try? handle.read(upToCount: bytesMaximum + 1) ?? Data() else {
            throw CommandFailure(.file, "file", localized("the file \(path) cannot be read: check its name"))
        }
        guard data.count <= bytesMaximum else {
            throw CommandFailure(.badValue, "too-large", localized("\(path) is over 300 MB: import it in parts"))
        }
        return Array(data)
    }
}
