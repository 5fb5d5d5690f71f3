import Foundation

/// `make bench`: what tracking, wire, hub and merging cost, beside plain SQLite on the same rows in the same run.
///
/// With no argument all is measured and written to `bench.json`. The other forms are the child processes.
@main
enum Bench {
    static func main() async throws {
        do { try await run(Array(CommandLine.arguments.dropFirst())) } catch {
            progress("zona-bench: \(error)")
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        switch arguments.first {
        case "hub": try await Roles.hub(arguments[1])
        case "sync": try await Roles.sync(arguments[1], pulls: arguments[2] == "pull")
        case "program": try ProgramBench.takeOne(arguments[1], Array(arguments.dropFirst(2)))
        default: try measure(arguments)
        }
    }

    private static func measure(_ arguments: [String]) throws {
        func number(_ name: String, _ fallback: Int) -> Int {
            guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else { return fallback }
            return Int(arguments[place + 1]) ?? fallback
        }
        let (count, rounds) = (number("--rows", 100_000), number("--rounds", 5))
        let only = arguments.firstIndex(of: "--only").map { arguments[$0 + 1] }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zona-bench-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let rows = BenchRow.make(count, seed: 1)
        var report = Report()
        report["rows"] = Double(count)
        report["rounds"] = Double(rounds)
        if only == nil || only == "tracking" {
            try TrackingBench(folder: folder, rows: rows, rounds: rounds).run(&report)
        }
        if only == nil || only == "through" {
            try ThroughBench(folder: folder, rows: rows, rounds: rounds).run(&report)
        }
        if only == nil || only == "delta" { try DeltaBench(folder: folder, rows: rows, rounds: rounds).run(&report) }
        if only == nil || only == "inbox" {
            try InboxBench(folder: folder, rows: count, rounds: rounds).run(&report)
        }
        if only == nil || only == "reading" {
            try ReadingBench(folder: folder, rows: count, rounds: rounds).run(&report)
        }
        if only == nil || only == "program" {
            try ProgramBench(folder: folder, rows: count, rounds: rounds).run(&report)
        }
        if only == nil || only == "import" {
            try ImportBench(folder: folder, rows: count, rounds: rounds).run(&report)
        }
        report.show()
        if only == nil { try report.write(to: "bench.json") }
    }
}
