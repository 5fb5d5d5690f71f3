import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import SyncSession
import Texts

/// Carries out what the schedule says, until it is cancelled. A replica that was upgraded, moved away or put back
/// meanwhile is opened anew.
struct ServiceLoop {
    let path: String
    let settings: SyncSettings
    let log: ServiceLog
    private var schedule: ServiceSchedule
    private var network = NetworkState.now()
    /// Whether the file is of a newer program: this one can do nothing more with it.
    private(set) var isOutdated = false
    private var opened: (store: ReplicaStore, file: FileIdentity?)?

    /// Milliseconds between two looks at the network while a sync has failed.
    private static let networkPause: Int64 = 3_000

    init(path: String, settings: SyncSettings, pace: ServiceSchedule.Pace, log: ServiceLog) {
        self.path = path
        self.settings = settings
        self.log = log
        schedule = ServiceSchedule(pace: pace, now: Self.now)
    }

    private static var now: Int64 { SteadyClock.now }
    private static var chance: Double { Double.random(in: 0..<1) }

    mutating func run() async {
        while !Task.isCancelled && !isOutdated {
            switch schedule.next(now: Self.now) {
            case .capture: capture()
            case .sync: await sync()
            case .wait(let until): await wait(until: until)
            }
        }
    }

    private mutating func wait(until: Int64) async {
        let now = Self.now
        let pause = schedule.isFailing ? min(until - now, Self.networkPause) : until - now
        try? await Task.sleep(for: .milliseconds(max(1, pause)))
        let before = network
        network = NetworkState.now()
        if network != before, network.hasRoute { schedule.networkChanged(now: Self.now, chance: Self.chance) }
    }

    /// The file that lies there now.
    private mutating func store() throws -> ReplicaStore {
        let file = FileIdentity(path: path)
        if let opened, let file, opened.file == file { return opened.store }
        opened = nil
        let store = try ReplicaStore(path: path)
        opened = (store, file)
        return store
    }

    private mutating func capture() {
        var hasWork = false
        do {
            let store = try store()
            _ = try store.capture(key: try ReplicaKey.load(for: path), now: Moment.now())
            hasWork = try store.status().pendingRecords > 0
        } catch {
            complain(error, localized("what was written here waits"))
        }
        schedule.captured(hasWork: hasWork, now: Self.now)
    }

    private mutating func sync() async {
        let began = Self.now
        do {
            let store = try store()
            let runner = SyncRunner(store: store, key: try ReplicaKey.load(for: path), settings: settings)
            let summary = try await runner.run()
            tell(summary, isAgain: schedule.isFailing)
            schedule.synced(now: Self.now, chance: Self.chance)
        } catch {
            guard (error as? SyncFault)?.code != .cancelled else { return }
            let failure = Self.failure(error)
            if failure != .busy { complain(error, localized("trying again by itself")) }
            schedule.failed(failure, began: began, now: Self.now, chance: Self.chance)
        }
    }

    private static func failure(_ error: any Error) -> ServiceSchedule.Failure {
        let fault = error as? SyncFault ?? (error as? ReplicaStoreError).map { SyncFault($0) }
        guard let fault else { return .refused }
        if fault.cause == .otherSync { return .busy }
        return fault.cause.isPassing ? .line : .refused
    }

    private func tell(_ summary: SyncSummary, isAgain: Bool) {
        let applied = summary.applied
        guard isAgain || summary.batchesSent > 0 || applied.rows + applied.deleted > 0 || !summary.events.isEmpty else {
            return
        }
        log.say(
            "synced",
            (isAgain ? localized("synchronised, after it had failed: ") : localized("synchronised: "))
                + localized("sent \(Words.batches(summary.batchesSent)), \(Words.bytes(summary.bytesSent)); ")
                + localized("received \(Words.pages(summary.pages)), \(Words.bytes(summary.bytesReceived)); ")
                + localized("applied \(Words.applied(rows: applied.rows, deleted: applied.deleted))"))
    }

    private mutating func complain(_ error: any Error, _ then: String) {
        // Whatever is wrong with the file may be mended at the next opening: an upgrade, a disk with room again.
        let file = error as? ReplicaStoreError ?? (error as? SyncFault)?.underlying
        if file != nil { opened = nil }
        isOutdated = file?.code == .newerSchema
        let message = CommandFailure(error)?.message ?? "\(error)"
        log.say("failed", "\(message.hasSuffix(".") ? String(message.dropLast()) : message); \(then)")
    }
}
