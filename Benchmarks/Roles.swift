import Foundation
import GRDB
import HubService
import HubStore
import Logging
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncWire

/// What a child process does: the hub, or one sync of a replica, each with its own time and peak memory.
enum Roles {
    static func hub(_ folder: String) async throws {
        let data = DataFolder(folder)
        let keys = try ServerKeys.load(in: data, names: [], now: now)
        let store = try HubStore(
            path: data.hubFile(of: "B"), key: AmbitoKeys.load(for: "B", in: data), files: BenchSchema.files)
        let logger = Logger(label: "bench") { LogOutput(label: $0, format: .text, level: .error) }
        let service = try HubService(
            settings: ServerSettings(data: data, port: 0), stores: [store], keys: keys, logger: logger,
            onBound: { port in say("port \(port)") })
        try await service.run()
        say("peak \(peakMegabytes())")
    }

    static func sync(_ path: String, pulls: Bool) async throws {
        let store = try ReplicaStore(path: path)
        let runner = SyncRunner(store: store, key: try ReplicaKey.load(for: path))
        let clock = ContinuousClock()
        let start = clock.now
        let summary = try await runner.run(pulls: pulls)
        let spent = seconds(clock.now - start)
        say("done \(spent) \(peakMegabytes()) \(summary.bytesSent) \(summary.captured.changes) \(summary.applied.rows)")
    }

    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data("\(line)\n".utf8))
    }
}

/// A child of this program.
final class Child {
    private let process = Process()
    private let pipe = Pipe()
    private var rest: [UInt8] = []

    init(_ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
    }

    /// The next line that the child prints, or nothing when it has ended.
    func line() -> String? {
        while true {
            if let end = rest.firstIndex(of: 0x0A) {
                defer { rest.removeFirst(end + 1) }
                return String(decoding: rest[..<end], as: UTF8.self)
            }
            let more = pipe.fileHandleForReading.availableData
            guard !more.isEmpty else { return nil }
            rest += more
        }
    }

    func stop() {
        process.terminate()
    }

    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}
