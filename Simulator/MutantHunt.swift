import Foundation
import Simulation
import SyncCore

/// `make mutants`: takes each mechanism away in turn, and plays until a run fails that the whole design passes.
struct MutantHunt {
    let options: Options

    init(_ options: Options) {
        self.options = options
    }

    /// Whether all were caught.
    func run(_ name: String, _ campaigns: [Campaign]) throws -> Bool {
        #if ZONA_MUTANTS
            let hunted = Mutant.allCases.filter { name == "all" || $0.rawValue == name }
            guard !hunted.isEmpty else {
                print("there is no mutant \(name): \(Mutant.allCases.map(\.rawValue).joined(separator: ", "))")
                return false
            }
            let simulation = try Simulation(folder: Simulation.scratchFolder)
            var missed: [Mutant] = []
            for mutant in hunted where try !hunt(mutant, campaigns, simulation) { missed.append(mutant) }
            print(missed.isEmpty ? "all caught" : "NOT CAUGHT: \(missed.map(\.rawValue).joined(separator: ", "))")
            return missed.isEmpty
        #else
            print("built without mutants: `make mutants` builds with them")
            return false
        #endif
    }

    #if ZONA_MUTANTS
        private func hunt(_ mutant: Mutant, _ campaigns: [Campaign], _ simulation: borrowing Simulation) throws -> Bool {
            var runs = 0
            for seed in options.first..<options.first + UInt64(options.patience) {
                for campaign in campaigns {
                    runs += 1
                    Mutant.active = mutant
                    defer { Mutant.active = nil }
                    guard let failure = try simulation.run(campaign, seed: seed, steps: options.steps).failure else {
                        continue
                    }
                    Mutant.active = nil
                    // A run that fails anyway proves nothing.
                    guard try simulation.run(campaign, seed: seed, steps: options.steps).failure == nil else { continue }
                    print("\(mutant.rawValue): caught in run \(runs), \(campaign.name) --seed \(seed): \(failure.what)")
                    fflush(nil)
                    return true
                }
            }
            print("\(mutant.rawValue): NOT caught in \(runs) runs")
            return false
        }
    #endif
}
