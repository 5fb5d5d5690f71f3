import Synchronization

/// Tells whether the task behind one exchange was cancelled.
final class TransferTicket: Sendable {
    private let mark = Atomic(false)

    var isCancelled: Bool { mark.load(ordering: .acquiring) }

    func cancel() { mark.store(true, ordering: .releasing) }
}

/// An exchange and the task that waits for it. Whoever takes it out of the queue finishes it, exactly once.
struct TransferJob: Sendable {
    let ticket: TransferTicket
    let exchange: HTTPExchange
    let onProgress: (@Sendable (TransferProgress) -> Void)?
    private let continuation: CheckedContinuation<Result<HTTPAnswer, TransportError>, Never>

    init(
        ticket: TransferTicket,
        exchange: HTTPExchange,
        onProgress: (@Sendable (TransferProgress) -> Void)?,
        continuation: CheckedContinuation<Result<HTTPAnswer, TransportError>, Never>
    ) {
        self.ticket = ticket
        self.exchange = exchange
        self.onProgress = onProgress
        self.continuation = continuation
    }

    func finish(_ result: Result<HTTPAnswer, TransportError>) {
        continuation.resume(returning: result)
    }
}
