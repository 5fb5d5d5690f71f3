import Foundation
import Testing

/// The model as oracle: what it plays at random, the code plays with its real stores and conversations, and both must end with the same
/// rows and the same open conflicts.
///
/// `ORACLE_RUNS=` says how many histories of each rule (`make oracle RUNS=1000`), `FROM=` the first seed; `SEED=17 swift test --filter
/// OracleTests` plays that one again.
@Suite struct OracleTests {
    /// So many histories in one world.
    private static let perWorld = 15

    static let parts: [(rule: String, seed: Int, runs: Int)] = {
        let environment = ProcessInfo.processInfo.environment
        func number(_ name: String) -> Int? { environment[name].flatMap(Int.init) }
        let first = number("SEED") ?? number("FROM") ?? 1
        let runs = number("SEED") == nil ? number("ORACLE_RUNS") ?? 30 : 1
        return stride(from: first, to: first + runs, by: perWorld).flatMap { seed in
            OracleWorld.rules.map { ($0, seed, min(perWorld, first + runs - seed)) }
        }
    }()

    @Test(arguments: parts)
    func `what the model plays ends with the same rows and the same open conflicts here`(
        _ part: (rule: String, seed: Int, runs: Int)
    ) throws {
        let traces = try ModelTrace.played(rule: part.rule, seed: part.seed, runs: part.runs)
        #expect(traces.count == part.runs)
        var world = try OracleWorld()
        for trace in traces {
            do {
                let differences = try world.play(trace)
                guard !differences.isEmpty else { continue }
                Issue.record("\(part.rule), SEED=\(trace.seed): \(differences.joined(separator: "; "))")
            } catch {
                Issue.record("\(part.rule), SEED=\(trace.seed): \(error)")
            }
            world = try OracleWorld()
        }
    }

    @Test func `the histories hold what they are for`() throws {
        let steps = try OracleWorld.rules.flatMap { try ModelTrace.played(rule: $0, seed: 1, runs: 30) }.flatMap(
            \.steps)

        for kind in ["insert", "update", "delete", "decide"] {
            #expect(steps.count { $0.step == kind } > 60, "\(kind)")
        }
        #expect(steps.count { $0.answerLost == true } > 20)
        #expect(steps.count { $0.applied == false } > 100)
    }
}
