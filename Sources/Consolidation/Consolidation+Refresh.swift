package import ReplicaStore
import SyncCore
import SyncSession
import Texts
package import SyncWire

extension Consolidation {
    /// Brings the server's own consolidation replica up to date: asks pages one after the other from where the file is
    /// until the pull is complete, and applies them at once.
    ///
    /// A pull that does not fit the file as it is (another began meanwhile, an interrupted one left pages) begins anew
    /// once.
    /// - Parameters:
    ///   - page: gives the page after a `seq`, of about so many bytes, for a replica with capofila scope. Its bytes are
    ///     trusted, as they come from the hub of the same process. What it throws ends the refresh, as `underlying`.
    ///   - now: Unix milliseconds.
    package static func refresh(
        _ store: ReplicaStore, from page: (_ after: UInt64, _ size: Int) throws -> Frame, now: Int64
    ) throws(ConsolidationError) -> ApplySummary {
        do {
            do {
                return try pull(store, from: page, now: now)
            } catch let fault as ReplicaStoreError where fault.code == .stale {
                try store.dropInbox()
                return try pull(store, from: page, now: now)
            }
        } catch let error as ConsolidationError {
            throw error
        } catch let fault as ReplicaStoreError {
            throw ConsolidationError(fault)
        } catch {
            throw ConsolidationError(.pages, localized("the hub's pages could not be read: \(error)"), error)
        }
    }

    private static func pull(
        _ store: ReplicaStore, from page: (_ after: UInt64, _ size: Int) throws -> Frame, now: Int64
    ) throws -> ApplySummary {
        var after = try store.local().cursor
        var size = Limits.pageBytesFirst
        while true {
            let frame = try page(after, size)
            let header = try PageHeader(reading: frame)
            guard header.isCapofila else {
                throw ConsolidationError(
                    .notCapofila, localized("the hub's pages are those of one comune: ask with the capofila's scope"))
            }
            try store.keep(frame, header: header)
            if header.isComplete { return try store.applyInbox(now: now) }
            guard header.to > after else {
                throw ConsolidationError(
                    .pages, localized("the hub gave a page without an end that leads nowhere: check the hub"))
            }
            after = header.to
            size = min(size * 2, Limits.pageBytes)
        }
    }
}
