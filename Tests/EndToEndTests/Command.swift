import Foundation
import Synchronization

/// What a program that has ended said.
struct Outcome: Sendable, CustomStringConvertible {
    let status: Int32
    let stdout: String
    let stderr: String

    var description: String { "status \(status)\n\(stdout)\n\(stderr)" }
}

/// Runs one program to its end. Its output goes to files, so that no full pipe can stop it.
struct Command: Sendable {
    /// A program that did not end as it should.
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    let program: String
    let arguments: [String]
    var environment: [String: String] = [:]
    var stdin = ""
    /// Where the files of its input and output lie while it runs.
    let folder: String

    func run() async throws -> Outcome {
        let base = "\(folder)/\(UUID().uuidString)"
        let paths = [".in", ".out", ".err"].map { base + $0 }
        defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
        for path in paths { try Data(path.hasSuffix(".in") ? stdin.utf8 : "".utf8).write(to: URL(filePath: path)) }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = Self.clean(environment)
        process.standardInput = FileHandle(forReadingAtPath: paths[0])
        process.standardOutput = FileHandle(forWritingAtPath: paths[1])
        process.standardError = FileHandle(forWritingAtPath: paths[2])
        let status = try await Self.end(of: process)
        return Outcome(status: status, stdout: try Self.text(paths[1]), stderr: try Self.text(paths[2]))
    }

    /// Starts it and waits, without holding a thread; a cancelled test ends it.
    private static func end(of process: Process) async throws -> Int32 {
        let (ended, signal) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            signal.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
            signal.finish()
        }
        try process.run()
        for await status in ended { return status }
        process.terminate()
        throw CancellationError()
    }

    private static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    /// The surroundings of the tests without what would lead the programs elsewhere, take their colours, or give them
    /// another language: whoever runs the tests may do without.
    static func clean(_ additions: [String: String]) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("ZONA") && !["NO_COLOR", "LANG", "LANGUAGE"].contains(name) && !name.hasPrefix("LC_")
                && !name.lowercased().hasSuffix("_proxy")
        }
        environment["LC_ALL"] = "C.UTF-8"
        environment.merge(additions) { $1 }
        return environment
    }
}
