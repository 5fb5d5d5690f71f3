import Foundation
import Platform
import Synchronization

/// What a service says while it runs: a line for what changed, on stdout, with the time where nobody adds it. It
/// holds no contents of records.
final class ServiceLog: Sendable {
    private let isJSON: Bool
    private let addsTime = Environment.value("JOURNAL_STREAM") == nil
    private let last = Mutex("")

    init(isJSON: Bool) {
        self.isJSON = isJSON
    }

    /// Says it, unless it was the last thing said.
    func say(_ event: String, _ text: String) {
        let isNew = last.withLock { last in
            defer { last = text }
            return last != text
        }
        guard isNew else { return }
        let now = Moment.now()
        let line =
            isJSON
            ? JSONValue.object(["at": .integer(now), "event": .text(event), "message": .text(text)]).line
            : (addsTime ? Moment.iso(now) + " " : "") + SafeText.line(text)
        // A reader that has gone away does not end the service.
        try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    }
}
