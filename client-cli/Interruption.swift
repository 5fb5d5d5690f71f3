import Dispatch
import Foundation

/// Ctrl-C while something long runs: the first asks it to end cleanly, the second ends the program at once.
enum Interruption {
    static func cancels<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await work() }
        // The default action would end the program before the dispatch source could hear of it.
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            if task.isCancelled { exit(ExitStatus.interrupted.rawValue) }
            task.cancel()
        }
        source.resume()
        defer {
            source.cancel()
            signal(SIGINT, SIG_DFL)
        }
        return try await task.value
    }
}
