import Foundation

/// A program of ours as a child, and the lines that it writes.
final class RunningProgram: Sendable {
    private let process: Process
    private let output: AsyncStream<String>
    private let errors: AsyncStream<String>
    private let ended: AsyncStream<Int32>

    init(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: try Programs.path(of: program))
        process.arguments = arguments
        process.environment = Command.clean([:])
        let (out, err) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = out
        process.standardError = err
        let (ended, signal) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            signal.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
            signal.finish()
        }
        try process.run()
        output = Self.lines(of: out.fileHandleForReading)
        errors = Self.lines(of: err.fileHandleForReading)
        self.process = process
        self.ended = ended
    }

    /// The next line of stdout that holds a text; nothing when it ends before. Lines before it are gone.
    func line(containing text: String) async -> String? {
        await Self.first(of: output) { $0.contains(text) }
    }

    /// The same of stderr.
    func errorLine(containing text: String) async -> String? {
        await Self.first(of: errors) { $0.contains(text) }
    }

    /// Everything of stderr that is left, once it has ended.
    func complaints() async -> String {
        var said: [String] = []
        for await line in errors { said.append(line) }
        return said.joined(separator: "\n")
    }

    /// Asks it to end in order (SIGTERM) and returns its exit status; minus the signal if one killed it.
    func stop() async -> Int32 {
        process.terminate()
        return await end()
    }

    /// What Ctrl-C sends (SIGINT); the exit status as above.
    func interrupt() async -> Int32 {
        process.interrupt()
        return await end()
    }

    private func end() async -> Int32 {
        await Self.first(of: ended) { _ in true } ?? -1
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
