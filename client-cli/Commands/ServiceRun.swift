import ArgumentParser
import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import SyncSession
import Texts

/// `zona service run`.
struct ServiceRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: localized("Run the service here, until it is told to end (Ctrl-C, or SIGTERM)."),
        discussion: Help.discussion(
            localized(
                """
                What changes is said in one line on stdout, with --json as one JSON object a line. Values of records \
                never are. A second service of the same replica says so and ends.
                """),
            examples: """
                  zona service run
                  zona service run --file narni.sqlite --capture-every 30 --poll-every 300
                """))

    @Option(help: ArgumentHelp(localized("Between two looks at what was written here."), valueName: "seconds"))
    var captureEvery = 60

    @Option(help: ArgumentHelp(localized("Between two syncs when nothing waits here."), valueName: "seconds"))
    var pollEvery = 900

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard (1...86_400).contains(captureEvery), (1...86_400).contains(pollEvery) else {
            throw ValidationError(localized("give --capture-every and --poll-every in seconds, from 1 to 86400"))
        }
    }

    func run() async throws {
        // Looked at and closed again: the loop opens it for itself.
        let path = try Workplace(options).store.path
        let lock = try ServiceLock(of: path)
        defer { lock.release() }
        var pace = ServiceSchedule.Pace()
        pace.capture = Int64(captureEvery) * 1_000
        pace.poll = Int64(pollEvery) * 1_000
        let log = ServiceLog(isJSON: options.json)
        log.say("started", localized("serving \(path)"))
        var settings = network.settings
        // With the time until the next attempt, one into the void must not outlast the half minute in which a queue
        // drains.
        settings.connectTimeout = .seconds(8)
        settings.stallTimeout = .seconds(20)
        let (asked, chosen) = (settings, pace)
        let isOutdated = await Stopping.endsInOrder {
            var loop = ServiceLoop(path: path, settings: asked, pace: chosen, log: log)
            await loop.run()
            return loop.isOutdated
        }
        // systemd starts the program that lies there now.
        guard !isOutdated else {
            throw CommandFailure(.file, "newer-schema", localized("the replica is of a newer Zona: ended"))
        }
        log.say("ended", localized("ended, as it was told"))
    }
}
