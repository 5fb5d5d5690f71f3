/// When a replica's background service captures and when it syncs, as a value: what happened goes in, what to do next
/// comes out. Time and chance come from outside; nothing in here ever gives up.
///
/// Times are milliseconds of any clock that only goes forward.
package struct ServiceSchedule: Sendable {
    /// How long to wait, in milliseconds.
    package struct Pace: Sendable, Equatable {
        /// Between two looks at what was written here.
        package var capture: Int64 = 60_000
        /// Between two syncs when nothing waits here: what the others wrote.
        package var poll: Int64 = 900_000
        /// After the first sync that failed; doubled with each that follows.
        package var retryFirst: Int64 = 2_000
        /// At most, while something waits to be sent and what is wrong may pass by itself; from the beginning of one
        /// attempt to the next, so that an attempt into the void does not make the pause longer.
        package var retryMost: Int64 = 20_000
        /// At most, when only people can mend it: trying more often does not.
        package var refusedMost: Int64 = 900_000

        package init() {}
    }

    package enum Action: Sendable, Equatable {
        case wait(until: Int64)
        case capture
        case sync
    }

    package enum Failure: Sendable, Equatable {
        /// It may pass by itself: nobody answers, the line was cut, a login page, a disk that is full.
        case line
        /// Only people can mend it: another hub, a hub that refuses this file.
        case refused
        /// Another sync of this file is under way.
        case busy
    }

    private let pace: Pace
    private var nextCapture: Int64
    private var nextSync: Int64
    private var failures = 0
    private var hasWork = false

    /// Both are due at once.
    package init(pace: Pace = Pace(), now: Int64) {
        self.pace = pace
        nextCapture = now
        nextSync = now
    }

    /// Whether the last sync failed.
    package var isFailing: Bool { failures > 0 }

    package func next(now: Int64) -> Action {
        if now >= nextCapture { return .capture }
        if now >= nextSync { return .sync }
        return .wait(until: min(nextCapture, nextSync))
    }

    /// - Parameter hasWork: whether something waits to be sent.
    package mutating func captured(hasWork isWaiting: Bool, now: Int64) {
        nextCapture = now + pace.capture
        if isWaiting && !hasWork { nextSync = min(nextSync, isFailing ? now + pace.retryMost : now) }
        hasWork = isWaiting
    }

    /// What was here is at the hub.
    ///
    /// - Parameter chance: 0 to below 1. Keeps the replicas of an ambito from coming all at once.
    package mutating func synced(now: Int64, chance: Double) {
        failures = 0
        hasWork = false
        nextSync = now + Self.spread(pace.poll, chance)
    }

    /// - Parameter began: when the attempt began that has failed now.
    package mutating func failed(_ failure: Failure, began: Int64, now: Int64, chance: Double) {
        if failure == .busy {
            nextSync = now + Self.spread(pace.retryFirst, chance)
            return
        }
        let most =
            switch failure {
            case .line: hasWork ? pace.retryMost : max(pace.retryMost, pace.poll)
            case .refused, .busy: pace.refusedMost
            }
        let doubled = pace.retryFirst << min(failures, 20)
        failures += 1
        nextSync = max(
            began + Self.spread(min(doubled, most), chance), now + Self.spread(pace.retryFirst, chance))
    }

    /// This PC has another network than before, or one at all: what failed is tried again soon.
    package mutating func networkChanged(now: Int64, chance: Double) {
        guard isFailing else { return }
        failures = 1
        nextSync = min(nextSync, now + Self.spread(pace.retryFirst, chance))
    }

    /// Three quarters of the time to all of it.
    private static func spread(_ time: Int64, _ chance: Double) -> Int64 {
        time - Int64(Double(time / 4) * chance)
    }
}
