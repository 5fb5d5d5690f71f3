import Foundation
import Simulation

/// `make simulate`: campaigns of runs, each from one seed. Says what happened how often, and every run that failed.
@main
enum Simulator {
    static func main() throws {
        guard let options = Options(CommandLine.arguments.dropFirst()) else {
            FileHandle.standardError.write(Data(Options.usage.utf8))
            exit(64)
        }
        if options.lists {
            for campaign in Campaign.all { print(campaign.name) }
            return
        }
        let campaigns = options.campaign.map { Campaign.named($0).map { [$0] } ?? [] } ?? Campaign.all
        guard !campaigns.isEmpty else {
            FileHandle.standardError.write(Data("there is no such campaign: --list names them\n".utf8))
            exit(64)
        }
        if let mutant = options.mutant {
            exit(try MutantHunt(options).run(mutant, campaigns) ? 0 : 1)
        }
        let report = options.jobs > 1 ? try Crew(options).run(campaigns) : try Runs(options).run(campaigns)
        report.show(options)
        exit(report.failures.isEmpty && report.missing.isEmpty ? 0 : 1)
    }
}
