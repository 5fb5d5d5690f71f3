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
        case "--help", "-h": print(BenchOptions.usage, terminator: "")
        default:
            guard let options = BenchOptions(arguments) else {
                FileHandle.standardError.write(Data(BenchOptions.usage.utf8))
                exit(64)
            }
            try measure(options)
        }
    }

    private static func measure(_ options: BenchOptions) throws {
        let (count, rounds) = (options.rows, options.rounds)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zona-bench-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let rows = BenchRow.make(count, seed: 1)
        var report = Report()
        report["rows"] = Double(count)
        report["rounds"] = Double(rounds)
        if options.wants("tracking") {
            try TrackingBench(folder: folder, rows: rows, rounds: rounds).run(&report)
        }
        if options.wants("through") {
            try ThroughBench(folder: folder, rows: rows, rounds: rounds).run(&report)
        }
        if options.wants("delta") { try DeltaBench(folder: folder, rows: rows, rounds: rounds).run(&report) }
        if options.wants("inbox") {
            try InboxBench(folder: folder, rows: count, rounds: rounds).run(&report)
        }
        if options.wants("reading") {
            try ReadingBench(folder: folder, rows: count, rounds: rounds).run(&report)
        }
        if options.wants("program") {
            try ProgramBench(folder: folder, rows: count, rounds: rounds).run(&report)
        }
        if options.wants("import") {
            try ImportBench(folder: folder, rows: count, rounds: rounds).run(&report)
        }
        report.show()
        if options.only == nil { try report.write(to: "bench.json") }
    }
}
