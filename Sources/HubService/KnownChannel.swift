import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore

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
