import Dispatch
import Foundation

/// What the operator types, key by key: a terminal in raw mode, or bytes from a file or pipe.
///
/// The terminal is as it was when this has ended, on every way out but a kill -9. A signal that would end the program
/// (the terminal went away, Ctrl-C from elsewhere) ends the input instead, so that what was decided is made ready
/// first.
package final class KeyInput {
    package enum Chunk {
        case bytes([UInt8])
        /// The input is over, or the terminal went away.
        case end
        case interrupted
    }

    private static let signals = [SIGHUP, SIGINT, SIGTERM, SIGQUIT]
    /// Ctrl-Z, which comes as a key.
    private static let suspendKey: UInt8 = 0x1A

    private let saved: termios?
    private let wake = Pipe()
    private var sources: [any DispatchSourceSignal] = []

    package init() {
        var terminal = termios()
        if isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &terminal) == 0 {
            saved = terminal
            Self.takeKeys(from: terminal)
        } else {
            saved = nil
        }
        for number in Self.signals {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The whole pipe: a handler that runs late must not write into one whose other end is closed.
            let wake = wake
            let byte = number == SIGHUP ? UInt8(0) : 1
            source.setEventHandler { try? wake.fileHandleForWriting.write(contentsOf: Data([byte])) }
            source.resume()
            sources.append(source)
        }
    }

    /// Keys come at once and unseen; Ctrl-C comes as a key. Output and carriage returns stay as they are.
    private static func takeKeys(from terminal: termios) {
        var terminal = terminal
        terminal.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        terminal.c_iflag &= ~tcflag_t(IXON)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal)
    }

    /// Gives the terminal to the shell until it lets this program go on.
    private static func suspend(_ saved: termios) {
        var before = saved
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
        raise(SIGTSTP)
        takeKeys(from: saved)
    }

    /// Gives the terminal back. A program that is ended by a signal from now on ends as any other.
    package func end() {
        if var saved { tcsetattr(STDIN_FILENO, TCSADRAIN, &saved) }
        for source in sources { source.cancel() }
        sources = []
        for number in Self.signals { signal(number, SIG_DFL) }
    }

    /// Waits for what comes next.
    package func next() -> Chunk {
        let woken = wake.fileHandleForReading.fileDescriptor
        var waiting = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: woken, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&waiting, 2, -1) < 0 {
            guard errno == EINTR else { return .end }
        }
        if waiting[1].revents != 0 {
            var byte: UInt8 = 0
            return read(woken, &byte, 1) == 1 && byte == 1 ? .interrupted : .end
        }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count < 0 && errno == EINTR { return next() }
        // The key itself goes on, too: it says that the terminal is here again.
        if let saved, count > 0, buffer[..<count].contains(Self.suspendKey) { Self.suspend(saved) }
        return count > 0 ? .bytes(Array(buffer[..<count])) : .end
    }
}
