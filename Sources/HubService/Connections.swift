import NIOCore
import NIOSSL
import Synchronization

/// The open connections: those that are left when the hub must end are cut, and so is one that never gets past its
/// handshake.
///
/// The server waits for each connection to end by itself when it stops; one whose other side is gone would keep it.
final class Connections: Sendable {
    private struct Connection {
        let channel: any Channel
        var hasArrived = false
    }

    private struct State {
        var open: [ObjectIdentifier: Connection] = [:]
        var isCut = false
    }

    private let state = Mutex(State())

    /// How many are open.
    var count: Int { state.withLock { $0.open.count } }

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isLate = state.withLock { state in
            state.open[id] = Connection(channel: channel)
            return state.isCut
        }
        let patience = channel.eventLoop.scheduleTask(in: .seconds(ServiceLimits.handshakeSeconds)) { [weak self] in
            guard let self, isWaiting(id) else { return }
            cut(channel)
        }
        channel.closeFuture.whenComplete { [weak self] _ in
            patience.cancel()
            self?.remove(id)
        }
        if isLate { cut(channel) }
    }

    /// Notes that a connection got past its handshake. A stream of HTTP/2 speaks for the connection that carries it.
    func markArrived(_ channel: any Channel) {
        state.withLock { state in
            for id in [channel, channel.parent].compactMap({ $0 }).map({ ObjectIdentifier($0) }) {
                state.open[id]?.hasArrived = true
            }
        }
    }

    /// Cuts all, and from now on each new one.
    func cutAll() {
        let channels = state.withLock { state in
            state.isCut = true
            return state.open.values.map(\.channel)
        }
        for channel in channels { cut(channel) }
    }

    /// Closes below the encryption, whose farewell would wait for the other side.
    private func cut(_ channel: any Channel) {
        channel.eventLoop.execute {
            if let encryption = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
                encryption.close(promise: nil)
            } else {
                channel.close(promise: nil)
            }
        }
    }

    private func isWaiting(_ id: ObjectIdentifier) -> Bool {
        state.withLock { $0.open[id].map { !$0.hasArrived } ?? false }
    }

    private func remove(_ id: ObjectIdentifier) {
        state.withLock { $0.open[id] = nil }
    }
}
