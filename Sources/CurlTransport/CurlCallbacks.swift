import CCurl
import Glibc

/// The functions that libcurl calls during a transfer. Each gets the transfer's record as an untyped pointer.
///
/// The pointer is safe to follow: `CurlOptions` made it from a `TransferRecord`, the client keeps that alive until
/// the handle is reset, and libcurl calls back only on the thread that drives the transfer. The buffers belong to
/// libcurl for the length of the call, and nothing here keeps them.
enum CurlCallbacks {
    static let read: curl_read_callback = { buffer, size, count, pointer in
        guard let record = record(pointer), let buffer else { return Int(CURL_READFUNC_ABORT) }
        return record.fill(UnsafeMutableRawBufferPointer(start: buffer, count: size &* count))
    }

    static let seek: curl_seek_callback = { pointer, offset, origin in
        guard let record = record(pointer), origin == SEEK_SET, record.seek(to: Int64(offset)) else {
            return CURL_SEEKFUNC_FAIL
        }
        return CURL_SEEKFUNC_OK
    }

    // A count other than the one given tells libcurl to stop; 0 would be right for an empty piece.
    static let write: curl_write_callback = { buffer, size, count, pointer in
        guard let record = record(pointer) else { return stop }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: buffer == nil ? 0 : size &* count)
        return record.receiveBody(bytes) ? bytes.count : stop
    }

    // As above: libcurl keeps the line until the call returns, and what is kept of it is copied.
    static let header: curl_write_callback = { buffer, size, count, pointer in
        guard let record = record(pointer) else { return stop }
        let line = UnsafeRawBufferPointer(start: buffer, count: buffer == nil ? 0 : size &* count)
        return record.receiveHeadLine(line) ? line.count : stop
    }

    static let progress: curl_xferinfo_callback = { pointer, downloadTotal, downloaded, uploadTotal, uploaded in
        record(pointer)?.receiveProgress(
            TransferProgress(
                uploadedBytes: Int64(uploaded), uploadTotalBytes: Int64(uploadTotal),
                downloadedBytes: Int64(downloaded), downloadTotalBytes: Int64(downloadTotal)))
        return 0
    }

    /// CURL_WRITEFUNC_ERROR: no piece is that long.
    private static let stop = 0xFFFF_FFFF

    // The client keeps the record alive until the handle is reset, so an unretained reference is enough.
    private static func record(_ pointer: UnsafeMutableRawPointer?) -> TransferRecord? {
        pointer.map { Unmanaged<TransferRecord>.fromOpaque($0).takeUnretainedValue() }
    }
}
