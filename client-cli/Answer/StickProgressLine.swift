import Platform
import Synchronization

/// How many bytes of a stick's file are done, in one line on a terminal; nothing elsewhere, for it does not take long.
final class StickProgressLine: Sendable {
    private static let step: Int64 = 1 << 20
    private let isShown: Bool
    private let verb: String
    private let last = Mutex<Int64>(0)

    init(isQuiet: Bool, verb: String) {
        isShown = !isQuiet && Terminal.isErrorInteractive
        self.verb = verb
    }

    func show(_ bytes: Int64) {
        guard isShown else { return }
        let isDue = last.withLock { last in
            guard bytes - last >= Self.step else { return false }
            last = bytes
            return true
        }
        if isDue { Terminal.writeErrorRaw("\r\(verb) \(Words.bytes(bytes))\u{1B}[K") }
    }

    func end() {
        if isShown && last.withLock({ $0 }) > 0 { Terminal.writeErrorRaw("\r\u{1B}[K") }
    }
}
