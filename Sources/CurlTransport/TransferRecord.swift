/// What one transfer sends and has received: the callbacks of libcurl work on it. Only the transfer's thread touches
/// it.
final class TransferRecord {
    /// Why a callback stopped the transfer.
    enum Verdict {
        case none, tooLarge, notOurHub
    }

    private(set) var head = AnswerHead()
    private(set) var answerBody: [UInt8] = []
    private(set) var verdict = Verdict.none

    private let requestBody: [UInt8]
    private var requestOffset = 0
    private let maximumAnswerBytes: Int
    private let onProgress: (@Sendable (TransferProgress) -> Void)?
    private(set) var progress = TransferProgress(
        uploadedBytes: 0, uploadTotalBytes: 0, downloadedBytes: 0, downloadTotalBytes: 0)

    init(
        requestBody: [UInt8],
        maximumAnswerBytes: Int,
        onProgress: (@Sendable (TransferProgress) -> Void)?
    ) {
        self.requestBody = requestBody
        self.maximumAnswerBytes = maximumAnswerBytes
        self.onProgress = onProgress
    }

    /// Copies the next bytes of the request into curl's buffer and answers how many; 0 at the end.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, requestBody.count - requestOffset)
        buffer.copyBytes(from: requestBody[requestOffset..<requestOffset + count])
        requestOffset += count
        return count
    }

    /// Goes to an offset of the request: libcurl sends the body again if a kept connection proves dead.
    func seek(to offset: Int64) -> Bool {
        guard let offset = Int(exactly: offset), (0...requestBody.count).contains(offset) else { return false }
        requestOffset = offset
        return true
    }

    /// Takes a line of the head; `false` stops the transfer.
    func receiveHeadLine(_ line: UnsafeRawBufferPointer) -> Bool {
        head.receiveLine(line)
        if head.receivedBytes > AnswerHead.maximumBytes { verdict = .tooLarge }
        return verdict == .none
    }

    /// Takes a piece of the body; `false` stops the transfer. A page that is not the hub's is not even read.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if !head.isFromHub {
            verdict = .notOurHub
        } else if bytes.count > maximumAnswerBytes - answerBody.count {
            verdict = .tooLarge
        } else {
            answerBody.append(contentsOf: bytes)
        }
        return verdict == .none
    }

    /// Passes a new state on, if it is one.
    func receiveProgress(_ state: TransferProgress) {
        let next = progress.joining(state)
        guard next != progress else { return }
        progress = next
        onProgress?(next)
    }
}
