/// How far one exchange is. The four numbers never go back, also when libcurl sends a body again on a new connection.
package struct TransferProgress: Sendable, Equatable {
    /// Bytes of the request's body handed to the network.
    package var uploadedBytes: Int64
    /// Length of the request's body in bytes.
    package var uploadTotalBytes: Int64
    /// Bytes of the answer's body received.
    package var downloadedBytes: Int64
    /// Length of the answer's body in bytes; 0 while it is not known.
    package var downloadTotalBytes: Int64

    /// A state of the transfer.
    package init(uploadedBytes: Int64, uploadTotalBytes: Int64, downloadedBytes: Int64, downloadTotalBytes: Int64) {
        self.uploadedBytes = uploadedBytes
        self.uploadTotalBytes = uploadTotalBytes
        self.downloadedBytes = downloadedBytes
        self.downloadTotalBytes = downloadTotalBytes
    }

    /// The later of two states, number by number.
    func joining(_ other: TransferProgress) -> TransferProgress {
        TransferProgress(
            uploadedBytes: max(uploadedBytes, other.uploadedBytes),
            uploadTotalBytes: max(uploadTotalBytes, other.uploadTotalBytes),
            downloadedBytes: max(downloadedBytes, other.downloadedBytes),
            downloadTotalBytes: max(downloadTotalBytes, other.downloadTotalBytes))
    }
}
