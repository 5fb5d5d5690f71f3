import Foundation
import Platform
import ReplicaSync
import Synchronization
import Texts

/// How far a sync is, on stderr: one line that rewrites itself on a terminal, a plain line now and then elsewhere.
final class SyncProgressLine: Sendable {
    private struct State {
        var shown = ""
        var phase: SyncProgress.Phase?
        var shownAt: Int64 = 0
        /// When the present phase began, and what had moved by then.
        var begunAt: Int64 = 0
        var begunBytes: Int64 = 0
    }

    /// Milliseconds between two plain lines of one phase.
    private static let pause: Int64 = 10_000

    private let isTerminal = Terminal.isErrorInteractive
    private let isQuiet: Bool
    private let state = Mutex(State())

    /// - Parameter isQuiet: shows nothing.
    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    func show(_ progress: SyncProgress) {
        guard !isQuiet else { return }
        let now = Moment.now()
        let due = state.withLock { state -> String? in
            let moved = progress.bytesSent + progress.bytesReceived
            let isNew = progress.phase != state.phase
            if isNew { (state.phase, state.begunAt, state.begunBytes) = (progress.phase, now, moved) }
            // Ten times a second is enough for an eye.
            guard isNew || now - state.shownAt >= (isTerminal ? 100 : Self.pause) else { return nil }
            let rate = TransferRate(bytes: moved - state.begunBytes, milliseconds: now - state.begunAt)
            let text = Self.text(progress, rate: rate)
            guard text != state.shown else { return nil }
            (state.shown, state.shownAt) = (text, now)
            return text
        }
        guard let text = due else { return }
        if isTerminal {
            Terminal.writeErrorRaw("\r\(Terminal.fitting(text))\u{1B}[K")
        } else {
            Terminal.writeError(text)
        }
    }

    /// Takes the line away, so that what follows begins at the left.
    func end() {
        let hasShown = state.withLock { !$0.shown.isEmpty }
        if isTerminal && hasShown { Terminal.writeErrorRaw("\r\u{1B}[K") }
    }

    private static func text(_ progress: SyncProgress, rate: TransferRate) -> String {
        switch progress.phase {
        case .connecting: return localized("connecting")
        case .sending:
            let batch = min(progress.batchesSent + 1, progress.batchesTotal)
            let left = rate.secondsLeft(progress.bytesToSend - progress.bytesSent)
            let (bytes, all) = (Words.bytes(progress.bytesSent), Words.bytes(progress.bytesToSend))
            let changes = Words.changes(progress.changesTotal)
            return localized(
                """
                sending: batch \(batch) of \(progress.batchesTotal), \(bytes) of \(all), \(progress.changesSent) of \
                \(changes)
                """) + rate.text(left: left)
        case .receiving:
            let share = share(progress).map { ", \($0) %" } ?? ""
            let left = rate.secondsLeft(bytesLeft(progress))
            let (bytes, records) = (Words.bytes(progress.bytesReceived), Words.records(progress.recordsReceived))
            return localized("receiving: \(bytes), \(records)") + share + rate.text(left: left)
        case .applying: return localized("applying what came: \(Words.records(progress.recordsReceived))")
        }
    }

    /// How much of the way from the cursor to the hub's `seq` has come, in hundredths; nothing with an older hub.
    private static func share(_ progress: SyncProgress) -> UInt64? {
        guard let begin = progress.seqBegin, let goal = progress.seqGoal, goal > begin else { return nil }
        return min(100, (max(progress.seqReached, begin) - begin) * 100 / (goal - begin))
    }

    /// As many bytes for the rest of the way as for what has come; nothing before there is something to judge by.
    private static func bytesLeft(_ progress: SyncProgress) -> Int64? {
        guard let share = share(progress), share > 0 else { return nil }
        return progress.bytesReceived * Int64(100 - share) / Int64(share)
    }
}

/// How fast a phase of a sync goes, over all of the phase so far: a line that stands still now and then is judged by
/// what it does in the end.
private struct TransferRate {
    private let bytesASecond: Int64?

    /// - Parameter milliseconds: since the phase began.
    init(bytes: Int64, milliseconds: Int64) {
        bytesASecond = milliseconds >= 1_000 && bytes > 0 ? max(1, bytes * 1_000 / milliseconds) : nil
    }

    func secondsLeft(_ bytes: Int64?) -> Int64? {
        guard let bytesASecond, let bytes, bytes > 0 else { return nil }
        return bytes / bytesASecond + 1
    }

    func text(left: Int64?) -> String {
        guard let bytesASecond else { return "" }
        let rest = left.map { ", " + localized("about \(Moment.length($0)) left") } ?? ""
        return ", \(Words.bytes(bytesASecond))/s\(rest)"
    }
}
