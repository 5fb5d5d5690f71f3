import Foundation
import Simulation

/// Runs one after the other in this process.
struct Runs {
    let options: Options

    init(_ options: Options) {
        self.options = options
    }

    func run(_ campaigns: [Campaign]) throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        var report = Report()
        let simulation = try Simulation(folder: Simulation.scratchFolder)
        for campaign in campaigns {
            for seed in options.first..<options.first + UInt64(options.seeds) {
                let outcome = try simulation.run(
                    campaign, seed: seed, steps: options.steps, isTracing: options.traces)
                report.runs[campaign.name, default: 0] += 1
                report.counts[campaign.name, default: [:]].merge(outcome.counts) { $0 + $1 }
                guard let failure = outcome.failure else { continue }
                report.failures.append(
                    Report.Failure(campaign: campaign.name, seed: seed, what: failure.description))
            }
        }
        report.seconds = Double((clock.now - start) / .milliseconds(1)) / 1_000
        if options.isChild { print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self)) }
        return report
    }
}
