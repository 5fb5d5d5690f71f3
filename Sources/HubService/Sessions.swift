import SyncCore
import SyncSession
import SyncWire
import Synchronization

/// The conversations that are under way. They live in memory: after a restart everybody greets again.
final class Sessions: Sendable {
    /// One conversation: who it is, proved by his greeting.
    struct Session: Sendable {
        /// 16 random bytes; whoever knows them is believed to be the peer.
        let id: [UInt8]
        let ambito: RecordID
        let peer: HubSession.Peer
    }

    private struct Owner: Hashable {
        let ambito: RecordID
        let number: ReplicaNumber
    }

    private struct Entry {
        let session: Session
        let owner: Owner
        var usedAt: Int64
        /// Orders uses within one millisecond.
        var use: UInt64
    }

    private struct State {
        var entries: [[UInt8]: Entry] = [:]
        var byOwner: [Owner: [UInt8]] = [:]
        var use: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = ServiceLimits.sessions) {
        self.limit = limit
    }

    /// Begins a conversation. An older one of the same number ends: its connection was cut.
    func open(_ session: Session, now: Int64) {
        let owner = Owner(ambito: session.ambito, number: session.peer.greeting.number)
        state.withLock { state in
            sweep(&state, now: now)
            if let older = state.byOwner[owner] { remove(older, &state) }
            if state.entries.count >= limit, let least = state.entries.min(by: { $0.value.use < $1.value.use }) {
                remove(least.key, &state)
            }
            state.use += 1
            state.entries[session.id] = Entry(session: session, owner: owner, usedAt: now, use: state.use)
            state.byOwner[owner] = session.id
        }
    }

    /// The conversation of an id in one ambito, which lives on from now; `nil` when it ended or never was.
    func use(_ id: [UInt8], in ambito: RecordID, now: Int64) -> Session? {
        state.withLock { state in
            guard var entry = state.entries[id], entry.session.ambito == ambito else { return nil }
            guard !hasEnded(entry, now: now) else {
                remove(id, &state)
                return nil
            }
            state.use += 1
            entry.usedAt = now
            entry.use = state.use
            state.entries[id] = entry
            return entry.session
        }
    }

    /// How many conversations of one ambito are under way.
    func count(in ambito: RecordID, now: Int64) -> Int {
        state.withLock { state in
            sweep(&state, now: now)
            return state.entries.values.count { $0.session.ambito == ambito }
        }
    }

    private func hasEnded(_ entry: Entry, now: Int64) -> Bool {
        now - entry.usedAt >= ServiceLimits.sessionMilliseconds
    }

    private func sweep(_ state: inout State, now: Int64) {
        for (id, entry) in state.entries where hasEnded(entry, now: now) { remove(id, &state) }
    }

    private func remove(_ id: [UInt8], _ state: inout State) {
        guard let entry = state.entries.removeValue(forKey: id) else { return }
        if state.byOwner[entry.owner] == id { state.byOwner[entry.owner] = nil }
    }
}
