import ArgumentParser
import Consolidation
import Foundation
import HubService
import HubStore
import Logging
import Metrics
import ServiceLifecycle

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve all ambiti of the data folder over HTTPS.",
        discussion: """
            Settings come from the command line, then the environment (ZONA_PORT, …), then DATA/server.json.
            SIGTERM ends it in order.

            Examples:
              zona-server serve --data /srv/zona --host 0.0.0.0 --port 8443 --consolidate-at 03:30
              ZONA_LOG_FORMAT=json zona-server serve --data /srv/zona --port 0
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "Address to listen on.")
    var host: String?
    @Option(help: "Port; 0 lets the system choose.")
    var port: Int?
    @Option(name: .customLong("name"), help: "A DNS name or address for the certificate. Repeat for several.")
    var names: [String] = []
    @Option(help: "Hour of the nightly consolidation, Europe/Rome, HH:MM or none.")
    var consolidateAt: String?
    @Option(help: "Where consolidations are published.")
    var publish: String?
    @Option(help: "A JSON file of settings.")
    var config: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?
    @Option(help: "text or json.")
    var logFormat: String?

    func run() async throws {
        do { try await serve() } catch { throw Failure(error) }
    }

    private func serve() async throws {
        let options = ServerOptions(
            data: common.data, config: config, host: host, port: port, names: names.isEmpty ? nil : names,
            logLevel: logLevel,
            logFormat: logFormat, consolidateAt: consolidateAt, publish: publish)
        let settings = try await ServerSettings.load(options, environment: ProcessInfo.processInfo.environment)
        let codes = try settings.data.ambiti()
        guard !codes.isEmpty else {
            throw Failure(
                .notFound, "not-found", "no ambito in \(settings.data.path): make one with `zona-server init`")
        }
        let lock = try DataLock(settings.data)
        defer { withExtendedLifetime(lock) {} }
        let stores = try codes.map { code in
            try HubStore(path: settings.data.hubFile(of: code), key: AmbitoKeys.load(for: code, in: settings.data))
        }
        let keys = try ServerKeys.load(in: settings.data, names: settings.names, now: Answer.now)
        let (level, format) = (settings.logLevel, settings.logFormat)
        let logger = Logger(label: "zona-server") { LogOutput(label: $0, format: format, level: level) }
        for store in stores where try store.noticePutBack(now: Answer.now) {
            logger.warning("\(HubStore.wasPutBack)", metadata: ["ambito": "\(store.identity.code)"])
        }
        let metrics = MetricsBackend()
        MetricsSystem.bootstrap(metrics)
        var services: [any Service] = []
        if let time = settings.consolidateAt,
            let schedule = NightlySchedule(String(format: "%02d:%02d", time.hour, time.minute))
        {
            services = try stores.map { store in
                NightlyService(
                    work: try HubConsolidation(store: store, data: settings.data, publish: settings.publish),
                    schedule: schedule,
                    logger: logger)
            }
        }
        let shownHost = settings.host
        let service = try HubService(
            settings: settings, stores: stores, keys: keys, metrics: metrics, logger: logger, extraServices: services,
            onBound: { port in
                Answer.show("zona-server: serving \(codes.joined(separator: ", ")) on https://\(shownHost):\(port)")
            })
        try await service.run()
        for store in stores { try store.close() }
    }
}

/// Every night at the hour, once per date; a night that was missed is caught up at start.
struct NightlyService: Service {
    let work: HubConsolidation
    let schedule: NightlySchedule
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                switch schedule.turn(
                    lastDone: try? Consolidation.lastPublished(in: work.publishFolder), now: Answer.now)
                {
                case .due:
                    await publish()
                case .wait(let instant, _):
                    // Looked at every minute, so that a clock that is set, or a PC that slept, is noticed.
                    let left = max(1_000, min(60_000, instant - Answer.now))
                    try? await Task.sleep(for: .milliseconds(left))
                }
            }
        }
    }

    private func publish() async {
        do {
            let work = work
            let made = try await Task.detached {
                _ = try work.store.collect(now: Answer.now)
                return try work.run(now: Answer.now)
            }.value
            logger.info(
                "consolidation published", metadata: ["ambito": "\(work.store.identity.code)", "date": "\(made.date)"])
        } catch {
            logger.error("consolidation failed, again in ten minutes", metadata: ["error": "\(Failure(error).message)"])
            try? await Task.sleep(for: .seconds(600))
        }
    }
}
