import Glibc
import Synchronization

/// The client's HTTP transport: sends exchanges to one hub, one at a time, and keeps the connection between them.
///
/// libcurl blocks, so the transfers run on a thread of their own: it begins with the first waiting exchange and
/// ends when none is left, so that an idle client costs nothing. Dropping the client closes its connections.
package final class CurlClient: Sendable {
    private struct State {
        var waiting: [TransferJob] = []
        var hasThread = false
        var traffic = Traffic()
    }

    private enum Admission {
        case queued, needsThread, cancelled
    }

    private let configuration: CurlConfiguration
    private let handles: CurlHandles?
    /// The queue holds at most one exchange for each task that waits in `send`: its callers bound it.
    private let state = Mutex(State())

    /// A client for one hub. Nothing is connected or checked yet.
    package init(configuration: CurlConfiguration) {
        self.configuration = configuration
        handles = CurlHandles()
    }

    /// What all exchanges so far have moved, those that failed too. An exchange counts once it has ended.
    package var traffic: Traffic { state.withLock { $0.traffic } }

    /// Sends one exchange and waits for the hub's whole answer, also for one with an error status.
    ///
    /// Redirects are not followed. If a kept connection proves dead before the answer begins, libcurl sends the
    /// exchange again on a new one: every exchange must be harmless to repeat.
    ///
    /// - Parameter onProgress: called on the transfer's thread, at each change; it must return quickly.
    /// - Throws: `TransportError` for everything that is not an answer of the hub; `.cancelled` at once when the task
    ///   is cancelled, whether the exchange waits or runs.
    package func send(
        _ exchange: HTTPExchange,
        onProgress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(TransportError) -> HTTPAnswer {
        let ticket = TransferTicket()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enqueue(
                    TransferJob(
                        ticket: ticket, exchange: exchange, onProgress: onProgress, continuation: continuation))
            }
        } onCancel: {
            cancel(ticket)
        }
        return try result.get()
    }

    private func enqueue(_ job: TransferJob) {
        let admission = state.withLock { state -> Admission in
            // `cancel` marks the ticket before it takes this lock: it finds the job here, or the mark is seen here.
            if job.ticket.isCancelled { return .cancelled }
            state.waiting.append(job)
            if state.hasThread { return .queued }
            state.hasThread = true
            return .needsThread
        }
        switch admission {
        case .queued: break
        case .needsThread: startThread()
        case .cancelled: job.finish(.failure(TransferFailure.cancelled()))
        }
    }

    private func cancel(_ ticket: TransferTicket) {
        ticket.cancel()
        let waiting = state.withLock { state -> TransferJob? in
            guard let index = state.waiting.firstIndex(where: { $0.ticket === ticket }) else { return nil }
            return state.waiting.remove(at: index)
        }
        if let waiting {
            waiting.finish(.failure(TransferFailure.cancelled()))
        } else {
            handles?.wake()
        }
    }

    private func startThread() {
        // The thread takes over this reference, so that the client lives while it works.
        let reference = Unmanaged.passRetained(self)
        var thread = pthread_t()
        guard pthread_create(&thread, nil, Self.threadMain, reference.toOpaque()) == 0 else {
            reference.release()
            let stranded = state.withLock { state -> [TransferJob] in
                defer { state = State() }
                return state.waiting
            }
            for job in stranded {
                job.finish(.failure(TransferFailure.noResources()))
            }
            return
        }
        pthread_detach(thread)
    }

    // A thread's function as POSIX wants it. Its pointer is the retained client, and it returns none.
    private static let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
        guard let pointer else { return nil }
        // The pointer is the reference that `startThread` retained for this thread.
        let client = Unmanaged<CurlClient>.fromOpaque(pointer).takeRetainedValue()
        // Writing to a broken connection may raise this signal in the writing thread, and it would end the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        client.drain()
        return nil
    }

    private func drain() {
        while let job = takeNext() {
            guard let handles else {
                job.finish(.failure(TransferFailure.noResources()))
                continue
            }
            Transfer(job: job, configuration: configuration).run(on: handles) { moved in
                state.withLock { $0.traffic += moved }
            }
        }
    }

    private func takeNext() -> TransferJob? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.hasThread = false
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
