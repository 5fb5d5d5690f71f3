import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import Synchronization

/// The open connections: those that stay when the hub must end are closed, and so is one that never gets past its handshake.
///
/// The server waits for each connection to end by itself when it stops; one whose other side is gone would keep it forever.
final class Connections: Sendable {
    private struct Connection {
        let channel: any Channel
        var hasArrived = false
    }

    private struct State {
        var open: [ObjectIdentifier: Connection] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// How many are open.
    var count: Int { state.withLock { $0.open.count } }

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isLate = state.withLock { state in
            state.open[id] = Connection(channel: channel)
            return state.isClosed
        }
        let patience = channel.eventLoop.scheduleTask(in: .seconds(ServiceLimits.handshakeSeconds)) { [weak self] in
            if self?.isWaiting(id) == true { channel.close(promise: nil) }
        }
        channel.closeFuture.whenComplete { [weak self] _ in
            patience.cancel()
            self?.remove(id)
        }
        if isLate { channel.close(promise: nil) }
    }

    /// Notes that a connection got past its handshake. A stream of HTTP/2 speaks for the connection that carries it.
    func markArrived(_ channel: any Channel) {
        state.withLock { state in
            for id in [channel, channel.parent].compactMap({ $0 }).map({ ObjectIdentifier($0) }) {
                state.open[id]?.hasArrived = true
            }
        }
    }

    /// Closes all, and from now on each new one.
    func closeAll() {
        let channels = state.withLock { state in
            state.isClosed = true
            return state.open.values.map(\.channel)
        }
        for channel in channels { channel.close(promise: nil) }
    }

    private func isWaiting(_ id: ObjectIdentifier) -> Bool {
        state.withLock { $0.open[id].map { !$0.hasArrived } ?? false }
    }

    private func remove(_ id: ObjectIdentifier) {
        state.withLock { $0.open[id] = nil }
    }
}

/// Stands in the pipeline that follows the handshake, only to tell that it was reached.
final class ArrivalMark: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    private let connections: Connections

    init(connections: Connections) {
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        connections.markArrived(context.channel)
    }
}

/// HTTP/2 or HTTP/1.1 over TLS, each connection known to `Connections`.
struct KnownChannel: ServerChildChannel {
    let base: HTTP2UpgradeChannel
    let connections: Connections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        connections.add(channel)
        return base.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
