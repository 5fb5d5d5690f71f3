import Foundation
import Simulation

/// Shares the seeds among processes, one a core: a run that traps takes only its own process along.
struct Crew {
    let options: Options

    init(_ options: Options) {
        self.options = options
    }

    func run(_ campaigns: [Campaign]) throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        var children: [(process: Process, output: Pipe, from: UInt64, count: Int)] = []
        for job in 0..<options.jobs {
            let share = options.seeds / options.jobs + (job < options.seeds % options.jobs ? 1 : 0)
            guard share > 0 else { continue }
            let before = children.reduce(0) { $0 + $1.count }
            children.append(try child(from: options.first + UInt64(before), count: share))
        }
        var report = Report()
        for child in children {
            let bytes = try child.output.fileHandleForReading.readToEnd() ?? Data()
            child.process.waitUntilExit()
            let last = bytes.split(separator: UInt8(ascii: "\n")).last { $0.first == UInt8(ascii: "{") }
            if let last, let part = try? JSONDecoder().decode(Report.self, from: Data(last)) {
                report.add(part)
            } else {
                report.failures.append(
                    Report.Failure(
                        campaign: options.campaign ?? "all", seed: child.from,
                        what: "the process died (\(child.process.terminationStatus)) in one of \(child.count) seeds"))
            }
        }
        report.seconds = Double((clock.now - start) / .milliseconds(1)) / 1_000
        return report
    }

    private func child(from first: UInt64, count: Int) throws -> (Process, Pipe, UInt64, Int) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        var arguments = ["--child", "--from", "\(first)", "--seeds", "\(count)", "--steps", "\(options.steps)"]
        if let campaign = options.campaign { arguments += ["--campaign", campaign] }
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        return (process, output, first, count)
    }
}
