import FoundationEssentials
package import HubStore
package import Logging
package import ServiceLifecycle
import UnixSignals

/// The hub as a process: the web server over the stores of its ambiti, and whatever else runs beside it, until it is
/// told to stop.
///
/// SIGTERM and SIGINT stop it in order: what is under way may end within ten seconds, a batch that is cut goes on at
/// its byte later, and `run` returns without an error.
package struct HubService: Sendable {
    private let tenants: Tenants
    private let group: ServiceGroup
    private let stopping: Flag
    private let logger: Logger

    /// Puts a hub together; nothing listens yet.
    ///
    /// - Parameters:
    ///   - stores: one an ambito.
    ///   - keys: the server's TLS keys.
    ///   - metrics: where the figures are kept; give it to `MetricsSystem.bootstrap` too for those of the libraries.
    ///   - extraServices: stopped after the web server. One that returns before the stop ends the hub.
    ///   - onBound: called once with the port, when connections are accepted.
    /// - Throws: `files` when the folder of unfinished batches cannot be used, `badKey` for unusable TLS keys.
    package init(
        settings: ServerSettings, stores: [HubStore], keys: ServerKeys, metrics: MetricsBackend = MetricsBackend(),
        logger: Logger, extraServices: [any Service] = [], onBound: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(HubServiceError) {
        try self.init(
            settings: settings, hubs: stores, keys: keys, metrics: metrics, logger: logger,
            extraServices: extraServices,
            signals: [.sigterm, .sigint], onBound: onBound)
    }

    /// The same over any hubs, with the signals, the clock and the patience given: tests move them.
    init(
        settings: ServerSettings, hubs: [any AmbitoHub], keys: ServerKeys, metrics: MetricsBackend, logger: Logger,
        extraServices: [any Service] = [], signals: [UnixSignal] = [],
        stopLimit: Duration = .seconds(ServiceLimits.stopSeconds),
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) },
        onBound: @escaping @Sendable (Int) -> Void
    ) throws(HubServiceError) {
        var all: [Tenant] = []
        for hub in hubs {
            let folder = try settings.data.incomingFolder(of: hub.code)
            all.append(Tenant(hub: hub, parts: try PartFiles(folder: folder, now: now())))
        }
        tenants = Tenants(all)
        stopping = Flag()
        let server = HubServer(
            routes: Routes(
                tenants: tenants, metrics: metrics, logger: logger, stopping: stopping, now: now), settings: settings,
            tls: try keys.tlsConfiguration(), logger: logger, stopLimit: stopLimit, onBound: onBound)
        // The last is stopped first: nothing beside the server ends while requests are under way.
        var configuration = ServiceGroupConfiguration(
            services: (extraServices + [server]).map { .init(service: $0) }, gracefulShutdownSignals: signals,
            logger: logger)
        configuration.maximumGracefulShutdownDuration = stopLimit + .seconds(ServiceLimits.stopAllSeconds)
        group = ServiceGroup(configuration: configuration)
        self.logger = logger
    }

    /// Serves until a signal or `stop`.
    ///
    /// - Throws: `cannotListen`; `stopped` when a service ends that should have gone on. Never for an ordered stop.
    package func run() async throws(HubServiceError) {
        for tenant in tenants.all { tenant.start() }
        let failure: HubServiceError?
        do {
            try await group.run()
            failure = nil
        } catch let error as HubServiceError {
            failure = error
        } catch is CancellationError where stopping.isSet {
            logger.warning("a service had to be cut to stop in time")
            failure = nil
        } catch {
            failure = HubServiceError(.stopped, "the hub ended because one of its services did", underlying: error)
        }
        for tenant in tenants.all { await tenant.stop() }
        if let failure { throw failure }
    }

    /// Does what SIGTERM does: `run` returns when all is stopped.
    package func stop() async {
        await group.triggerGracefulShutdown()
    }
}
