import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL

/// HTTP/2 or HTTP/1.1 over TLS, each connection known to `Connections`.
///
/// Nothing is read from a connection before somebody handles it. One that is accepted while the server stops may never
/// be handled; if it got as far as a stream of HTTP/2, which nobody would take, NIO would end the process.
struct KnownChannel: ServerChildChannel {
    let base: HTTP2UpgradeChannel
    let connections: Connections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        connections.add(channel)
        return channel.setOption(.autoRead, value: false)
            // Who has ended his side of an encrypted connection waits for nothing. Left half open, a connection that
            // breaks may be closed in the midst of being read, which a debug build of NIO does not survive.
            .flatMap { channel.setOption(.allowRemoteHalfClosure, value: false) }
            .flatMap { base.setup(channel: channel, logger: logger) }
            .flatMapThrowing { value in
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(
                    FlushBeforeClose(), position: .after(try pipeline.handler(type: NIOSSLServerHandler.self)))
                return value
            }
    }

    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        // It fails only for a connection that is closed already, and that one ends below.
        try? await value.channel.setOption(.autoRead, value: true).get()
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

/// Sends what was written before a connection closes. When the hub stops, the last stream's end closes the connection,
/// and the answer may not have been flushed by then.
final class FlushBeforeClose: ChannelOutboundHandler {
    typealias OutboundIn = NIOAny
    typealias OutboundOut = NIOAny

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        context.flush()
        context.close(mode: mode, promise: promise)
    }
}
