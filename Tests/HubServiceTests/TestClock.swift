import Synchronization

/// A clock that stands until it is moved. Unix milliseconds.
final class TestClock: Sendable {
    private let state: Mutex<Int64>

    init(_ now: Int64 = 1_800_000_000_000) {
        state = Mutex(now)
    }

    var now: Int64 { state.withLock { $0 } }

    func advance(_ milliseconds: Int64) {
        state.withLock { $0 += milliseconds }
    }
}
