/// What a sync may cost on a metered line. It stops between parts and keeps what has come and gone.
package struct SyncBudget: Sendable, Equatable {
    package enum Limit: String, Sendable {
        case bytes = "max-bytes"
        case time = "max-time"
    }

    /// Bytes over the wire in both directions, heads of requests and answers included, TLS not; nothing for no limit.
    package var bytes: Int64?
    package var time: Duration?

    package init(bytes: Int64? = nil, time: Duration? = nil) {
        self.bytes = bytes
        self.time = time
    }

    /// Bytes of a batch that go in any case, and at once: the batch goes on there at the next sync.
    static let smallestPiece = 4 << 10
    /// Bytes of a page that is asked for in any case, before compression: a page is never cut by a budget. A single
    /// record may be larger.
    static let smallestPage = 8 << 10
    /// Under a limit of time a part is no larger: some ten seconds at 16 kbit/s.
    static let timedPiece = 16 << 10
    /// The heads of one request and its answer, at most.
    static let headBytes = 1 << 10
}

/// A budget while it is spent.
struct Spending {
    let budget: SyncBudget
    /// Whether a part of a batch or a page has gone or come: at least one does in every sync, so that repeated syncs
    /// get on however small the budget is.
    var hasMoved = false

    /// The limit that is reached, if one is.
    func limit(elapsed: Duration, spent: Int64) -> SyncBudget.Limit? {
        guard hasMoved else { return nil }
        if let bytes = budget.bytes, spent >= bytes { return .bytes }
        if let time = budget.time, elapsed >= time { return .time }
        return nil
    }

    /// How many bytes of a batch may go now; nothing for all.
    func piece(spent: Int64) -> Int? {
        let byBytes = budget.bytes.map {
            max(SyncBudget.smallestPiece, Int(clamping: $0 - spent) - SyncBudget.headBytes)
        }
        let byTime = budget.time.map { _ in SyncBudget.timedPiece }
        return [byBytes, byTime].compactMap { $0 }.min()
    }

    /// How large a page to ask for, where one of `size` would be asked for without a budget.
    func page(size: Int, spent: Int64) -> Int {
        let byBytes = budget.bytes.map {
            max(SyncBudget.smallestPage, Int(clamping: $0 - spent) - SyncBudget.headBytes)
        }
        let byTime = budget.time.map { _ in SyncBudget.timedPiece }
        return [size, byBytes, byTime].compactMap { $0 }.min() ?? size
    }
}
