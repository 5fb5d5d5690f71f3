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
        /// The campaigns that make what the mechanism is for.
        private static let likely: [Mutant: [String]] = [
            .supersede: ["base", "touch", "revert"], .weak: ["restore", "gcrestore", "lostpc"],
            .giveDelete: ["neargone", "gone"], .collectAtCursor: ["gctouch", "gc"],
            .refusalsInPull: ["refuse", "scope"], .refuseBump: ["refuse", "scope"],
            .needRecord: ["restore", "gc", "all"], .behindRow: ["touch", "revert", "base"],
            .wholeUnit: ["base", "crash", "stick"],
            .pageGreeting: ["twins"], .closeIncomplete: ["bundle,near,restore,lostPC,fire"],
            .staleFill: ["gc", "gctouch", "gcrestore"],
            .ownNumbers: ["nearback"], .scopeCheck: ["scope"],
            .conflictsLost: ["restore", "lostpc", "oldbackup"], .ackHash: ["twins"],
            .fillWeak: ["nearback"], .resend: ["nearback"], .offerAll: ["gone"],
            .editGone: ["gc", "gcrestore", "restore"], .copyTouch: ["nearbad", "nearback"],
            .keepAll: ["oldbackup"], .keepReplaced: ["restore", "lostpc", "repback"],
            .named: ["near"], .decidedStay: ["nearback"], .laterWins: ["base"],
            .contextTooLate: ["base", "touch"], .touchIgnored: ["touch"], .touchTooLate: ["touch"],
            .formStaysStale: ["touch"], .skipForgotten: ["base", "touch"], .stashStays: ["base", "revert"],
            .deleteWins: ["base"], .hashUnchecked: ["twins"],
            .inboxMixed: ["restore", "oldbackup", "stick"], .pageUnfiltered: ["scope"], .firstPageCounts: ["base"],
            .renumberDrops: ["repback", "clone", "restore"],
            .oldSkippedRow: ["touch", "revert"], .ackBeforeCommit: ["crash"], .cursorFirst: ["crash"],
            .counterLater: ["crash"],
        ]

        private func hunt(_ mutant: Mutant, _ campaigns: [Campaign], _ simulation: borrowing Simulation) throws -> Bool {
            let likely = (Self.likely[mutant] ?? []).compactMap(Campaign.named)
            // Where it should show, then everywhere.
            let plays =
                plays(of: likely, options.patience) + plays(of: campaigns, max(options.patience / 5, 1))
            for (index, play) in plays.enumerated() {
                Mutant.active = mutant
                defer { Mutant.active = nil }
                let outcome = try simulation.run(play.campaign, seed: play.seed, steps: options.steps)
                guard let failure = outcome.failure else { continue }
                Mutant.active = nil
                // A run that fails anyway proves nothing.
                let whole = try simulation.run(play.campaign, seed: play.seed, steps: options.steps)
                guard whole.failure == nil else { continue }
                print(
                    "\(mutant.rawValue): caught in run \(index + 1), \(play.campaign.name) --seed \(play.seed): "
                        + failure.what)
                fflush(nil)
                return true
            }
            print("\(mutant.rawValue): NOT caught in \(plays.count) runs")
            fflush(nil)
            return false
        }

        private func plays(of campaigns: [Campaign], _ seeds: Int) -> [(campaign: Campaign, seed: UInt64)] {
            (options.first..<options.first + UInt64(seeds)).flatMap { seed in campaigns.map { ($0, seed) } }
        }
    #endif
}
