import Foundation
import GRDB

extension DatabaseQueue {
    /// Another program's connection to a file that ours have open or are about to close. It waits for its turn, as
    /// SQLite does when it is told to: whoever closes a file last holds it alone while the log is folded in.
    convenience init(waitingAt file: String, _ adjust: (inout Configuration) -> Void = { _ in }) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(20)
        adjust(&configuration)
        try self.init(path: file, configuration: configuration)
    }
}
