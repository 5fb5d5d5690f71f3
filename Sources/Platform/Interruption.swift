import Dispatch
import Foundation
import Synchronization

/// Ctrl-C while something long runs: the first asks it to end cleanly, the second ends the program at once.
package enum Interruption {
    /// What a shell gives a program that a Ctrl-C has ended.
    private static let status: Int32 = 130

    package static func cancels<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await work() }
        // The default action would end the program before the dispatch source could hear of it.
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            if task.isCancelled { exit(status) }
            task.cancel()
        }
        source.resume()
        defer {
            source.cancel()
            signal(SIGINT, SIG_DFL)
        }
        return try await task.value
    }

    /// The same for work that does not wait for anything: it asks now and then whether it is to end.
    package static func isHeard<Result: Sendable>(
        _ work: @escaping @Sendable (_ isInterrupted: @escaping @Sendable () -> Bool) throws -> Result
    ) async throws -> Result {
        let mark = Mark()
        return try await cancels {
            try await withTaskCancellationHandler {
                try work { mark.isSet.load(ordering: .acquiring) }
            } onCancel: {
                mark.isSet.store(true, ordering: .releasing)
            }
        }
    }

    private final class Mark: Sendable {
        let isSet = Atomic(false)
    }
}
