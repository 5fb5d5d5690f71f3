import Foundation
import Testing

/// Another build of SQLite than the one that these tests are linked with, in a program of its own.
struct AnotherBuild: Sendable, CustomTestStringConvertible {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    private let command: [String]

    var testDescription: String { name }

    /// The command-line program, and with `APSW=` (set by `make any-program`) a Python whose `apsw` brings a SQLite
    /// of its own.
    static let all: [AnotherBuild] = {
        var all = [AnotherBuild(name: "sqlite3", command: ["/usr/bin/env", "sqlite3"])]
        if let python = ProcessInfo.processInfo.environment["APSW"] {
            all.append(AnotherBuild(name: "apsw", command: [python, "-m", "apsw"]))
        }
        return all
    }()

    func version() throws -> String {
        try run(["SELECT sqlite_version()"], at: ":memory:")
    }

    /// Runs the statements at the file, each after the other whether or not it fails, and gives all that it printed.
    func run(_ statements: [String], at path: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = command.dropFirst() + [path]
        let folder = FileManager.default.temporaryDirectory.appending(path: "zona-build-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files and not pipes: a pipe that fills up would stop both sides.
        let (input, output) = (folder.appending(path: "in.sql"), folder.appending(path: "out.txt"))
        try (statements.joined(separator: ";\n") + ";\n").write(to: input, atomically: false, encoding: .utf8)
        try Data().write(to: output)
        let writing = try FileHandle(forWritingTo: output)
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = writing
        process.standardError = writing
        do { try process.run() } catch {
            throw Fault(description: "\(name) cannot be run (\(error)): `make install-needed` installs it")
        }
        process.waitUntilExit()
        return String(decoding: try Data(contentsOf: output), as: UTF8.self)
    }
}
