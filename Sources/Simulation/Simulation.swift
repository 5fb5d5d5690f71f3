import Foundation

/// The whole system in one process: a hub and replicas with their real stores and real sessions, on a network, a clock
/// and crashes that are simulated, from one seed.
package struct Simulation: ~Copyable {
    /// What one run did.
    package struct Outcome: Sendable {
        package let counts: [String: Int]
        package let failure: SimulationFailure?
    }

    private let template: Template
    private let folder: String

    /// - Parameter folder: where files are kept while runs last; made here, removed at the end.
    package init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder + "/template", withIntermediateDirectories: true)
        SimulatedDisk.begin(seed: 0, now: Template.founded)
        defer { SimulatedDisk.end() }
        template = try Template(folder: folder + "/template")
    }

    deinit {
        template.stage.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A folder of this process on a disk in memory where there is one.
    package static var scratchFolder: String {
        let memory = "/dev/shm"
        let base = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
        return base + "/zona-simulation-\(UUID().uuidString)"
    }

    /// Plays one run from its seed.
    package func run(_ campaign: Campaign, seed: UInt64, steps: Int, isTracing: Bool = false) throws -> Outcome {
        SimulatedDisk.begin(seed: seed, now: Template.founded)
        defer { SimulatedDisk.end() }
        let play = try Play(
            campaign, seed: seed, template: template, folder: folder + "/run", isTracing: isTracing)
        do {
            for step in 0..<steps {
                play.step = step
                try play.takeStep()
            }
            play.step = steps
            try play.settle()
            try play.check()
            try play.end(isWhole: true)
            return Outcome(counts: play.counts, failure: nil)
        } catch {
            var failure = error as? SimulationFailure ?? SimulationFailure("stopped by \(error)")
            failure.step = play.step
            template.stage.close()
            try? play.end(isWhole: false)
            return Outcome(counts: play.counts, failure: failure)
        }
    }
}
