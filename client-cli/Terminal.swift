import Foundation

/// The two streams, and whether a person looks at them.
enum Terminal {
    static var isInputInteractive: Bool { isatty(STDIN_FILENO) == 1 }
    static var isOutputInteractive: Bool { isatty(STDOUT_FILENO) == 1 }
    static var isErrorInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// Characters in a line of stdout: the terminal's, at least 80; 120 where nobody looks.
    static var width: Int { max(80, lineLength) }

    /// The same for what can be laid out in any width: at least 20.
    static var lineLength: Int {
        guard isOutputInteractive else { return 120 }
        var size = winsize()
        let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
        return known == 0 ? 80 : max(20, known)
    }

    /// Whether stdout may be coloured: a terminal that can, and nobody who said no (`NO_COLOR`).
    static var isColoured: Bool {
        isOutputInteractive && GlobalOptions.environment("NO_COLOR") == nil
            && GlobalOptions.environment("TERM") ?? "dumb" != "dumb"
    }

    /// As much of a text as stands in one line of stderr's terminal: a longer one could not be written over.
    static func fitting(_ text: String) -> String {
        var size = winsize()
        let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
        return known > 1 ? String(text.prefix(known - 1)) : text
    }

    static func writeError(_ text: String) {
        writeErrorRaw(text.hasSuffix("\n") ? text : text + "\n")
    }

    static func writeErrorRaw(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
