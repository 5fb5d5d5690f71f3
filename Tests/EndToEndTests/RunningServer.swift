import Foundation

/// `zona-server serve` as a child, and the lines that it writes.
final class RunningServer: Sendable {
    /// `https://127.0.0.1:PORT`, as it said itself.
    let url: String
    private let process: Process
    private let log: AsyncStream<String>
    private let ended: AsyncStream<Int32>

    /// Starts it on a port of the system's choice and returns when it says that it serves.
    ///
    /// - Parameter arguments: what follows `serve --data FOLDER --port 0`.
    init(data: String, _ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(filePath: try Programs.path(of: Programs.server))
        process.arguments = ["serve", "--data", data, "--port", "0"] + arguments
        process.environment = Command.clean([:])
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        let (ended, signal) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            signal.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
            signal.finish()
        }
        try process.run()
        let lines = Self.lines(of: output.fileHandleForReading)
        log = Self.lines(of: errors.fileHandleForReading)
        self.process = process
        self.ended = ended
        guard let line = await Self.first(of: lines, where: { $0.contains(": serving ") }),
            let address = line.split(separator: " ").last, address.hasPrefix("https://")
        else {
            process.terminate()
            var said: [String] = []
            for await line in log { said.append(line) }
            throw Command.Failed(description: "the server ended before it served: " + said.joined(separator: "\n"))
        }
        url = String(address)
    }

    /// The next line of its log that holds a text; nothing when the log ends before. Lines before it are gone.
    func logLine(containing text: String) async -> String? {
        await Self.first(of: log) { $0.contains(text) }
    }

    /// Asks it to end in order (SIGTERM) and returns its exit status; minus the signal if one killed it.
    func stop() async -> Int32 {
        process.terminate()
        return await Self.first(of: ended) { _ in true } ?? -1
    }

    private static func first<Element>(
        of stream: AsyncStream<Element>, where isWanted: (Element) -> Bool
    ) async -> Element? {
        for await element in stream where isWanted(element) { return element }
        return nil
    }

    /// The lines of a pipe, read on a thread of their own until the writer closes it.
    private static func lines(of handle: FileHandle) -> AsyncStream<String> {
        let (lines, writer) = AsyncStream.makeStream(of: String.self)
        let thread = Thread {
            var rest: [UInt8] = []
            while case let bytes = handle.availableData, !bytes.isEmpty {
                rest.append(contentsOf: bytes)
                while let end = rest.firstIndex(of: 0x0A) {
                    writer.yield(String(decoding: rest[..<end], as: UTF8.self))
                    rest.removeSubrange(...end)
                }
            }
            writer.finish()
        }
        thread.start()
        return lines
    }
}
