import Synchronization

/// The last page of each conversation, so that a cut one goes on at a byte. Those unused for longest go first.
final class PageCache: Sendable {
    private struct Entry {
        let hash: [UInt8]
        let bytes: [UInt8]
        var use: UInt64
    }

    private struct State {
        var entries: [[UInt8]: Entry] = [:]
        var total = 0
        var use: UInt64 = 0
    }

    private let limitBytes: Int
    private let state = Mutex(State())

    init(limitBytes: Int = ServiceLimits.keptPageBytes) {
        self.limitBytes = limitBytes
    }

    /// Keeps a conversation's page in place of the one before.
    func keep(_ bytes: [UInt8], hash: [UInt8], for session: [UInt8]) {
        state.withLock { state in
            remove(session, &state)
            guard bytes.count <= limitBytes else { return }
            while state.total + bytes.count > limitBytes,
                let least = state.entries.min(by: { $0.value.use < $1.value.use })
            {
                remove(least.key, &state)
            }
            state.use += 1
            state.entries[session] = Entry(hash: hash, bytes: bytes, use: state.use)
            state.total += bytes.count
        }
    }

    /// A conversation's page, if it is still this one.
    func page(_ hash: [UInt8], for session: [UInt8]) -> [UInt8]? {
        state.withLock { state in
            guard var entry = state.entries[session], entry.hash == hash else { return nil }
            state.use += 1
            entry.use = state.use
            state.entries[session] = entry
            return entry.bytes
        }
    }

    private func remove(_ session: [UInt8], _ state: inout State) {
        if let entry = state.entries.removeValue(forKey: session) { state.total -= entry.bytes.count }
    }
}
