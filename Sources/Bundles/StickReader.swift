import Foundation
import SyncWire
import Texts

/// Reads a file on a stick from its beginning to its end.
final class StickReader {
    let path: String
    private let file: Int32
    private(set) var position: Int64 = 0
    let size: Int64

    init(_ path: String) throws(StickError) {
        self.path = path
        // A pipe or a device that nobody writes to must not hold the program up.
        file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw Self.failure(errno, path) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw StickError(.notOurs, localized("\(path) is not a file: give the name of a bundle or receipt"))
        }
        size = Int64(facts.st_size)
    }

    deinit { close(file) }

    var left: Int64 { size - position }

    /// Exactly so many bytes.
    func read(_ count: Int) throws(StickError) -> [UInt8] {
        guard Int64(count) <= left else { throw damaged(localized("it ends too early")) }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let came = bytes[done...].withUnsafeMutableBytes { Foundation.read(file, $0.baseAddress, $0.count) }
            if came < 0 && errno == EINTR { continue }
            guard came >= 0 else { throw Self.failure(errno, path) }
            guard came > 0 else { throw damaged(localized("it ends too early")) }
            done += came
        }
        position += Int64(count)
        return bytes
    }

    /// Back to a place that was read before.
    func seek(to place: Int64) throws(StickError) {
        guard lseek(file, off_t(place), SEEK_SET) == off_t(place) else { throw Self.failure(errno, path) }
        position = place
    }

    func damaged(_ what: String) -> StickError {
        StickError(WireError(.malformed, what), in: path)
    }

    /// The frame that begins here, of at most `limit` bytes.
    func frame(limit: Int) throws(StickError) -> Frame {
        let start = try read(Int(min(Int64(Frame.prefixSize), left)))
        guard start.starts(with: Frame.magic.prefix(start.count)), start.count >= Frame.magic.count else {
            throw StickError(
                .notOurs,
                start.isEmpty
                    ? localized(
                        """
                        \(path) is empty: was the stick pulled out while it was written? Have it made anew
                        """)
                    : localized("\(path) is no bundle, receipt or invitation of Zona"))
        }
        guard let count = Frame.length(of: start) else { throw damaged(localized("it ends too early")) }
        guard count <= limit else { throw damaged(localized("a header of \(count) bytes")) }
        let rest = try read(count - start.count)
        do { return try Frame(reading: start + rest, limit: limit) } catch { throw StickError(error, in: path) }
    }

    static func failure(_ number: Int32, _ path: String) -> StickError {
        let reason = String(cString: strerror(number))
        switch number {
        case ENOENT, ENOTDIR, ENXIO, ENODEV:
            return StickError(
                .notThere, localized("\(path) is not there (\(reason)): is the stick in, and is the name right?"))
        default:
            return StickError(
                .unusable,
                localized(
                    """
                    \(path) cannot be read (\(reason)): was the stick pulled out? Put it in and try again
                    """))
        }
    }
}
