import CZstd
import SyncCore

/// zstd frames (RFC 8878) that carry their content size.
enum Compression {
    /// Compresses at zstd's default level, which costs less time than the line that the bytes go through.
    static func pack(_ bytes: [UInt8]) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            let written = zona_pack(buffer.baseAddress, bound, bytes, bytes.count, 3)
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
            let written = bytes.withUnsafeBytes { zona_unpack(buffer.baseAddress, size, $0.baseAddress, $0.count) }
            isWhole = ZSTD_isError(written) == 0 && written == size
            count = isWhole ? size : 0
        }
        guard isWhole else { throw WireError(.malformed, "compressed body does not unpack") }
        return unpacked
    }
}
