import Foundation

/// The two streams, and whether a person looks at them.
package enum Terminal {
    package static var isInputInteractive: Bool { isatty(STDIN_FILENO) == 1 }
    package static var isOutputInteractive: Bool { isatty(STDOUT_FILENO) == 1 }
    package static var isErrorInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// Characters in a line of stdout: the terminal's, at least 80; 120 where nobody looks.
    package static var width: Int { max(80, lineLength) }

    /// The same for what can be laid out in any width: at least 20.
    package static var lineLength: Int {
        guard isOutputInteractive else { return 120 }
        var size = winsize()
        let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
        return known == 0 ? 80 : max(20, known)
    }

    /// Whether stdout may be coloured: a terminal that can, and nobody who said no (`NO_COLOR`).
    package static var isColoured: Bool {
        isOutputInteractive && Environment.value("NO_COLOR") == nil
            && Environment.value("TERM") ?? "dumb" != "dumb"
    }

    /// As much of a text as stands in one line of stderr's terminal: a longer one could not be written over.
    package static func fitting(_ text: String) -> String {
        var size = winsize()
        let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
        return known > 1 ? String(text.prefix(known - 1)) : text
    }

    /// A typed line without its end; nothing at the end of the input. Bytes as they came: they may be no text.
    package static func readLine() -> [UInt8]? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1 else { return line.isEmpty ? nil : line }
            guard byte != UInt8(ascii: "\n") else { return line }
            line.append(byte)
        }
    }

    package static func writeError(_ text: String) {
        writeErrorRaw(text.hasSuffix("\n") ? text : text + "\n")
    }

    package static func writeErrorRaw(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
