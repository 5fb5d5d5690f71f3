import Hummingbird
import Synchronization

/// What goes with one request through the routes.
struct HubRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Filled on the way, read by whoever logs the answer.
    let notes = RequestNotes()

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}

/// What a request turned out to be about: for its log line and the metrics.
final class RequestNotes: Sendable {
    struct Facts: Sendable {
        var bytesIn = 0
        /// The ambito's code.
        var ambito: String?
        /// The first bytes of the session's id in hexadecimal: enough to follow it, not to be it.
        var session: String?
        /// The code of the problem that was answered.
        var problem: String?
    }

    private let state = Mutex(Facts())

    var facts: Facts { state.withLock { $0 } }

    func note(_ change: @Sendable (inout Facts) -> Void) {
        state.withLock { change(&$0) }
    }
}
