import Dispatch
import Foundation

/// Runs until the system, or Ctrl-C, asks the program to end; then the work is cancelled and has its time to end.
package enum Stopping {
    package static func endsInOrder<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) async -> Result {
        let task = Task { await work() }
        let sources = [SIGTERM, SIGINT, SIGHUP].map { kind in
            // The default action would end the program before the dispatch source could hear of it.
            signal(kind, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: kind, queue: .global())
            source.setEventHandler { task.cancel() }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return await task.value
    }
}
