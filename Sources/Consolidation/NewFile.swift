import Glibc
import Texts

/// A new file, written from front to end in large pieces. It is closed when this goes.
package final class NewFile {
    private static let pieceBytes = 1 << 20
    private let path: String
    private var file: Int32
    private var held: [UInt8] = []

    package init(_ path: String) throws(ConsolidationError) {
        self.path = path
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw PublishedFolder.fault(localized("made", context: "file"), path, errno) }
    }

    deinit {
        if file >= 0 { close(file) }
    }

    /// Writes a whole small file.
    static func write(_ text: String, to path: String) throws(ConsolidationError) {
        let new = try NewFile(path)
        try new.append { $0.append(contentsOf: text.utf8) }
        try new.finish()
    }

    /// Lets `body` append bytes.
    package func append(_ body: (inout [UInt8]) -> Void) throws(ConsolidationError) {
        body(&held)
        if held.count >= Self.pieceBytes { try writeHeld() }
    }

    /// Writes what is held and closes. The folder flushes it to the disk.
    package func finish() throws(ConsolidationError) {
        try writeHeld()
        let number = close(file)
        file = -1
        guard number == 0 else { throw PublishedFolder.fault(localized("written", context: "file"), path, errno) }
    }

    private func writeHeld() throws(ConsolidationError) {
        var position = 0
        while position < held.count {
            let count = held.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: position), $0.count - position)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw PublishedFolder.fault(localized("written", context: "file"), path, errno) }
            position += count
        }
        held.removeAll(keepingCapacity: true)
    }
}
