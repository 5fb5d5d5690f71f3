import SyncCore
import Synchronization

/// The nonces that wait for a greeting: each is good once, in one ambito, for two minutes.
final class NonceBook: Sendable {
    private struct Entry {
        let nonce: [UInt8]
        let ambito: RecordID
        let issuedAt: Int64
    }

    private struct State {
        /// In the order of issue; used ones stay until they are swept, without being waiting any more.
        var order: [Entry] = []
        var waiting: [[UInt8]: RecordID] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = ServiceLimits.nonces) {
        self.limit = limit
    }

    /// 32 new random bytes.
    func issue(for ambito: RecordID, now: Int64) -> [UInt8] {
        let nonce = RandomBytes.make(32)
        state.withLock { state in
            sweep(&state, now: now)
            if state.order.count >= limit {
                state.waiting[state.order[0].nonce] = nil
                state.order.removeFirst()
            }
            state.order.append(Entry(nonce: nonce, ambito: ambito, issuedAt: now))
            state.waiting[nonce] = ambito
        }
        return nonce
    }

    /// Whether this was issued for that ambito and still waits; it does not after this.
    func redeem(_ nonce: [UInt8], for ambito: RecordID, now: Int64) -> Bool {
        state.withLock { state in
            sweep(&state, now: now)
            guard state.waiting[nonce] == ambito else { return false }
            state.waiting[nonce] = nil
            return true
        }
    }

    private func sweep(_ state: inout State, now: Int64) {
        let fresh = state.order.firstIndex { now - $0.issuedAt < ServiceLimits.nonceMilliseconds } ?? state.order.count
        for entry in state.order[..<fresh] { state.waiting[entry.nonce] = nil }
        state.order.removeFirst(fresh)
    }
}

/// Bytes that nobody can guess.
enum RandomBytes {
    static func make(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
