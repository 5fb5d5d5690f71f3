import Platform
import Texts

/// How many rows are done, in one line on a terminal; nothing elsewhere.
final class RowProgressLine {
    private static let step = 1_000
    private let isShown: Bool
    private var rows = 0

    init(isQuiet: Bool) {
        isShown = !isQuiet && Terminal.isErrorInteractive
    }

    func count() {
        rows += 1
        guard isShown, rows.isMultiple(of: Self.step) else { return }
        Terminal.writeErrorRaw("\r\(localized("row \(rows)"))\u{1B}[K")
    }

    func end() {
        if isShown && rows >= Self.step { Terminal.writeErrorRaw("\r\u{1B}[K") }
    }
}
