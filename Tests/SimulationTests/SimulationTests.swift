import Foundation
import Simulation
import Testing

/// The whole system, played from seeds: `make simulate SEEDS=N` plays more, `make simulate SEED=n CAMPAIGN=name` one again.
@Suite struct SimulationTests {
    /// Seeds of each campaign: together 200 and more.
    static let seeds: ClosedRange<UInt64> = 1...8
    static let steps = 400

    @Test(arguments: Corpus.runs)
    func `a run that failed once does not fail again`(_ run: Corpus.Run) throws {
        let campaign = try #require(Campaign.named(run.campaign))
        let outcome = try Simulation(folder: Simulation.scratchFolder).run(
            campaign, seed: run.seed, steps: run.steps)
        #expect(outcome.failure == nil, "\(run.campaign) --seed \(run.seed): \(outcome.said)")
    }

    @Test(arguments: Campaign.all)
    func `a campaign loses nothing, converges, and does all that it promises`(_ campaign: Campaign) throws {
        let simulation = try Simulation(folder: Simulation.scratchFolder)
        var counts: [String: Int] = [:]
        for seed in Self.seeds {
            let outcome = try simulation.run(campaign, seed: seed, steps: Self.steps)
            counts.merge(outcome.counts) { $0 + $1 }
            let said = "make simulate CAMPAIGN=\(campaign.name) SEED=\(seed): \(outcome.said)"
            if let fault = Corpus.open["\(campaign.name) \(seed)"] {
                #expect(outcome.failure != nil, "mended, take the line out of Corpus/open.txt: \(fault)")
            } else {
                #expect(outcome.failure == nil, "\(said)")
            }
        }
        let missing = campaign.promises.filter { counts[$0] == nil }
        #expect(missing.isEmpty, "never happened in \(campaign.name): \(missing.joined(separator: ", "))")
    }

    @Test func `a seed is a run: the same twice`() throws {
        let campaign = try #require(Campaign.named("all"))
        let first = try Simulation(folder: Simulation.scratchFolder).run(campaign, seed: 3, steps: 150)
        let second = try Simulation(folder: Simulation.scratchFolder).run(campaign, seed: 3, steps: 150)
        #expect(first.counts == second.counts)
    }
}

extension Simulation.Outcome {
    var said: String { failure?.description ?? "" }
}

extension Campaign: CustomTestStringConvertible {
    public var testDescription: String { name }
}

/// Seeds that failed once (`Tests/Corpus/seeds.txt`): campaign, seed, steps, then what was wrong.
enum Corpus {
    struct Run: Sendable, CustomTestStringConvertible {
        let campaign: String
        let seed: UInt64
        let steps: Int

        var testDescription: String { "\(campaign) \(seed)" }
    }

    /// Runs that fail by a fault that is known and open: campaign and seed, then what it is.
    static let open: [String: String] = lines(of: "open").reduce(into: [:]) { known, line in
        let words = line.split(separator: " ", maxSplits: 2)
        if words.count == 3 { known["\(words[0]) \(words[1])"] = String(words[2]) }
    }

    private static func lines(of name: String) -> [Substring] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let text = (try? String(contentsOf: folder.appending(path: "Corpus/\(name).txt"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    static let runs: [Run] = {
        lines(of: "seeds").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 3, let seed = UInt64(words[1]), let steps = Int(words[2]) else { return nil }
            return Run(campaign: String(words[0]), seed: seed, steps: steps)
        }
    }()
}
