import CZstd
import SyncCore
import Synchronization

/// zstd frames (RFC 8878) that carry their content size.
enum Compression {
    /// zstd's working memory, kept for the next frame: to make it anew costs more than to pack a small frame.
    private struct Contexts: ~Copyable {
        private static let maximum = 4
        private var idle: [UInt] = []

        mutating func take() -> OpaquePointer? {
            idle.popLast().flatMap(OpaquePointer.init(bitPattern:))
        }

        /// Whether it was taken back; there are enough otherwise.
        mutating func giveBack(_ context: OpaquePointer) -> Bool {
            guard idle.count < Self.maximum else { return false }
            idle.append(UInt(bitPattern: context))
            return true
        }
    }

    private static let packing = Mutex(Contexts())
    private static let unpacking = Mutex(Contexts())

    /// Compresses at zstd's default level, which costs less time than the line that the bytes go through.
    static func pack(_ bytes: [UInt8]) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            let context = packing.withLock { $0.take() } ?? ZSTD_createCCtx()
            let written = ZSTD_compressCCtx(context, buffer.baseAddress, bound, bytes, bytes.count, 3)
            if let context, !packing.withLock({ $0.giveBack(context) }) { ZSTD_freeCCtx(context) }
            // Cannot fail with a buffer of the bound's size; an empty body is then refused by every reader.
            count = ZSTD_isError(written) == 0 ? written : 0
        }
    }

    /// Unpacks exactly `size` bytes from exactly one zstd frame. The size is checked before anything is allocated.
    static func unpack(_ bytes: ArraySlice<UInt8>, size: Int) throws(WireError) -> [UInt8] {
        guard size <= Limits.unpackedBytes else { throw WireError(.overLimit, "\(size) bytes once unpacked") }
        let length = bytes.withUnsafeBytes { ZSTD_findFrameCompressedSize($0.baseAddress, $0.count) }
        guard ZSTD_isError(length) == 0, length == bytes.count else {
            throw WireError(.malformed, "compressed body that is not one frame")
        }
        let announced = bytes.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        guard announced == UInt64(size) else {
            throw WireError(.malformed, "compressed body of another size than its header says")
        }
        var isWhole = false
        let unpacked = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let context = unpacking.withLock { $0.take() } ?? ZSTD_createDCtx()
            let written = bytes.withUnsafeBytes {
                ZSTD_decompressDCtx(context, buffer.baseAddress, size, $0.baseAddress, $0.count)
            }
            if let context, !unpacking.withLock({ $0.giveBack(context) }) { ZSTD_freeDCtx(context) }
            isWhole = ZSTD_isError(written) == 0 && written == size
            count = isWhole ? size : 0
        }
        guard isWhole else { throw WireError(.malformed, "compressed body does not unpack") }
        return unpacked
    }
}
