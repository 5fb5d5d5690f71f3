import Foundation
import ReplicaSync
import Synchronization

/// How far a sync is, on stderr: one line that rewrites itself on a terminal, a plain line now and then elsewhere.
final class SyncProgressLine: Sendable {
    private struct State {
        var shown = ""
        var phase: SyncProgress.Phase?
        var shownAt: Int64 = 0
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
        let text = Self.text(progress)
        let now = Moment.now()
        let isDue = state.withLock { state in
            guard text != state.shown, isTerminal || progress.phase != state.phase || now - state.shownAt >= Self.pause
            else { return false }
            state = State(shown: text, phase: progress.phase, shownAt: now)
            return true
        }
        guard isDue else { return }
        if isTerminal { Terminal.writeErrorRaw("\r\(text)\u{1B}[K") } else { Terminal.writeError(text) }
    }

    /// Takes the line away, so that what follows begins at the left.
    func end() {
        let hasShown = state.withLock { !$0.shown.isEmpty }
        if isTerminal && hasShown { Terminal.writeErrorRaw("\r\u{1B}[K") }
    }

    private static func text(_ progress: SyncProgress) -> String {
        switch progress.phase {
        case .connecting: "connecting"
        case .sending:
            "sending: batch \(min(progress.batchesSent + 1, progress.batchesTotal)) of \(progress.batchesTotal), "
                + "\(Words.bytes(progress.bytesSent)) of \(Words.bytes(progress.bytesToSend))"
        case .receiving: "receiving: \(Words.bytes(progress.bytesReceived))"
        case .applying: "applying what came"
        }
    }
}
