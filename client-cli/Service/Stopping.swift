import Dispatch
import Foundation

/// Runs until the system, or Ctrl-C, asks the program to end; then the work is cancelled and has its time to end.
enum Stopping {
    static func endsInOrder(_ work: @escaping @Sendable () async -> Void) async {
        let task = Task { await work() }
        let sources = [SIGTERM, SIGINT, SIGHUP].map { kind in
            // The default action would end the program before the dispatch source could hear of it.
            signal(kind, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: kind, queue: .global())
            source.setEventHandler { task.cancel() }
            source.resume()
            return source
        }
        await task.value
        for source in sources { source.cancel() }
    }
}
