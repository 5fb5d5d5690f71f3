import Foundation
import Simulation

/// What campaigns did, added up.
struct Report: Codable {
    struct Failure: Codable {
        let campaign: String
        let seed: UInt64
        let what: String
    }

    var runs: [String: Int] = [:]
    var counts: [String: [String: Int]] = [:]
    var failures: [Failure] = []
    var seconds = 0.0

    mutating func add(_ other: Report) {
        for (name, runs) in other.runs { self.runs[name, default: 0] += runs }
        for (name, counts) in other.counts {
            self.counts[name, default: [:]].merge(counts) { $0 + $1 }
        }
        failures += other.failures
    }

    /// What a campaign promises and never did. Few runs promise nothing.
    var missing: [String] {
        Campaign.all.flatMap { campaign -> [String] in
            guard let runs = runs[campaign.name], runs >= 10 else { return [] }
            return campaign.promises.filter { counts[campaign.name]?[$0] == nil }.map { "\(campaign.name): \($0)" }
        }
    }

    func show(_ options: Options) {
        for name in runs.keys.sorted() {
            print("\(name): \(runs[name] ?? 0) runs of \(options.steps) steps")
            let counted = (counts[name] ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            print("  " + counted.joined(separator: ", "))
        }
        for failure in failures.sorted(by: { ($0.campaign, $0.seed) < ($1.campaign, $1.seed) }) {
            print("FAILED \(failure.campaign) --seed \(failure.seed): \(failure.what)")
        }
        for what in missing { print("NEVER HAPPENED in \(what)") }
        let all = runs.values.reduce(0, +)
        print("\(all) runs, \(failures.count) failed, \(String(format: "%.1f", Double(all) / max(seconds, 0.001))) a second")
    }
}
