import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The web server as a service that can be stopped: what is under way when it is told to stop may end, for ten seconds;
/// what is left then is cut. A batch cut in this way goes on at its byte later.
struct HubServer: Service {
    let routes: Routes
    let settings: ServerSettings
    let tls: TLSConfiguration
    let logger: Logger
    let stopLimit: Duration
    let onBound: @Sendable (Int) -> Void
    private let bound = Flag()

    init(
        routes: Routes, settings: ServerSettings, tls: TLSConfiguration, logger: Logger, stopLimit: Duration,
        onBound: @escaping @Sendable (Int) -> Void
    ) {
        self.routes = routes
        self.settings = settings
        self.tls = tls
        self.logger = logger
        self.stopLimit = stopLimit
        self.onBound = onBound
    }

    func run() async throws {
        let connections = Connections()
        let application = Application(
            router: routes.router(),
            server: builder(connections),
            configuration: ApplicationConfiguration(address: .hostname(settings.host, port: settings.port)),
            onServerRunning: { [onBound, bound] channel in
                bound.set()
                if let port = channel.localAddress?.port { onBound(port) }
            },
            logger: logger)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await serve(application)
                return true
            }
            group.addTask {
                await cutWhenStopped(connections)
                return false
            }
            // Connections that nobody handles, because they came while the server stopped, go with it.
            defer {
                connections.cutAll()
                group.cancelAll()
            }
            for try await isServer in group where isServer { break }
        }
    }

    private func serve(_ application: some ApplicationProtocol) async throws {
        do {
            try await application.run()
        } catch {
            // Once it listens, or when it was told to end, an error means something else.
            guard !bound.isSet, !(error is CancellationError) else { throw error }
            throw HubServiceError(
                .cannotListen,
                "\(settings.host):\(settings.port) cannot be listened on. Is another server running there, or is it "
                    + "the address of another machine? Choose others with --host and --port")
        }
    }

    /// Waits for the stop, gives what is under way its time, and closes what is left.
    private func cutWhenStopped(_ connections: Connections) async {
        do {
            try await gracefulShutdown()
            routes.stopping.set()
            logger.notice("stopping", metadata: ["connections": "\(connections.count)"])
            try await Task.sleep(for: stopLimit)
            logger.warning("cutting what is still under way", metadata: ["connections": "\(connections.count)"])
            connections.cutAll()
        } catch {
            // Cancelled: the server has ended, or all is to end at once, and then nothing may stay open.
            connections.cutAll()
        }
    }

    private func builder(_ connections: Connections) -> HTTPServerBuilder {
        let idle = TimeAmount.seconds(ServiceLimits.idleSeconds)
        return HTTPServerBuilder { [tls] responder in
            let base = try HTTP2UpgradeChannel(
                tlsConfiguration: tls,
                configuration: .init(
                    idleTimeout: .seconds(ServiceLimits.idleSeconds),
                    gracefulCloseTimeout: .seconds(ServiceLimits.stopSeconds),
                    streamConfiguration: .init(
                        additionalChannelHandlers: [ArrivalMark(connections: connections)], idleTimeout: idle)),
                responder: responder)
            return KnownChannel(base: base, connections: connections)
        }
    }
}
