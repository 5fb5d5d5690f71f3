import SyncCore
import Testing

/// The laws of `docs/merge-rules.md` over sampled histories of four to nine operations: see `SampledHistory` for what is drawn.
///
/// `make laws` plays 100,000 (`HISTORIES=`); `SEED=17 make laws` plays that one of every table again.
@Suite struct SampledLawsTests {
    static let seeds = LawsRun.seeds(tables: LawCatalog.all.count)

    @Test(arguments: LawCatalog.all) func `sampled histories come out as the truth says in every order of arrival`(
        _ table: TableDescription
    ) throws {
        for seed in Self.seeds {
            var history = SampledHistory(table, seed: seed)
            history.grow(by: 4 + Int(seed % 6))
            let truth = HistoryTruth.summary(of: history.steps, in: table)

            for _ in 0..<2 {
                let order = history.arrival(isCausal: true)
                let summary = try world(history, order).summary
                let isFine =
                    summary.row == truth.row && summary.isDeleted == truth.isDeleted
                    && summary.open.isSuperset(of: truth.open)
                    && summary.open.subtracting(truth.open).allSatisfy { isNamedBeside($0, in: history.steps) }
                if !isFine { Issue.record("\(table.name), SEED=\(seed), \(order): \(summary), not \(truth)") }
            }
        }
    }

    /// Only a restored hub hears of a change before one that its writer had seen.
    @Test(arguments: LawCatalog.all)
    func `in an order that only a restored hub sees the rows are the same and no open loser is missing`(
        _ table: TableDescription
    ) throws {
        for seed in Self.seeds {
            var history = SampledHistory(table, seed: seed)
            history.grow(by: 4 + Int(seed % 6))
            let truth = HistoryTruth.summary(of: history.steps, in: table)

            // Of existence a decision covers no more than the dots that it names.
            guard !history.steps.contains(where: \.decidesExistence) else { continue }

            let order = history.arrival(isCausal: false)
            let summary = try world(history, order).summary

            let isFine =
                summary.row == truth.row && summary.isDeleted == truth.isDeleted
                && summary.open.isSuperset(of: truth.open)
            if !isFine { Issue.record("\(table.name), SEED=\(seed), \(order): \(summary), not \(truth)") }
        }
    }

    @Test(arguments: LawCatalog.all)
    func `merge is commutative and associative: three concurrent changes in all orders`(
        _ table: TableDescription
    ) throws {
        for seed in Self.seeds {
            var history = SampledHistory(table, seed: seed, decidesAll: true)
            let before = 1 + Int(seed % 6)
            history.grow(by: before)
            let start = history.steps.count
            history.grow(by: 3, seeingBefore: start)
            let concurrent = Array(start..<history.steps.count)
            let results = try permutations(concurrent).map { order in
                let world = try world(history, Array(0..<start) + order)
                return Result(summary: world.summary, registers: registers(of: world, in: table))
            }
            if Set(results).count != 1 { Issue.record("\(table.name), SEED=\(seed): \(results)") }
        }
    }

    @Test(arguments: LawCatalog.all) func `merge is idempotent: a change that comes again changes nothing`(
        _ table: TableDescription
    ) throws {
        for seed in Self.seeds {
            var history = SampledHistory(table, seed: seed)
            history.grow(by: 4 + Int(seed % 6))
            let world = try world(history, Array(history.steps.indices))
            for step in history.steps where !history.steps.contains(where: \.decidesExistence) {
                var again = world
                try again.deliver(step.change, stamp: step.stamp)
                let isSame =
                    again.summary == world.summary
                    && registers(of: again, in: table) == registers(of: world, in: table)
                if !isSame { Issue.record("\(table.name), SEED=\(seed): again \(step.change.dot)") }
                if again.last?.isPlain != false { Issue.record("\(table.name), SEED=\(seed): plain again") }
            }
        }
    }

    @Test func `the sample holds what it is for`() {
        var decisions = 0
        var reinserts = 0
        var histories = 0
        for table in LawCatalog.all {
            for seed in Self.seeds.prefix(200) {
                var history = SampledHistory(table, seed: seed)
                history.grow(by: 4 + Int(seed % 6))
                histories += 1
                if !history.steps.allSatisfy(\.change.decides.isEmpty) { decisions += 1 }
                if history.steps.count(where: { $0.change.operation == .insert }) > 1 { reinserts += 1 }
            }
        }
        #expect(histories < 1000 || decisions > histories / 20)
        #expect(histories < 1000 || reinserts > histories / 3)
    }

    private struct Result: Hashable {
        let summary: WorldSummary
        let registers: [Int: [Dot]]
    }

    private func world(_ history: SampledHistory, _ order: [Int]) throws -> HubWorld {
        var world = HubWorld(history.table)
        for index in order { try world.deliver(history.steps[index].change, stamp: history.steps[index].stamp) }
        return world
    }

    /// The dots that stand in each group, told alike whether one stamp stands for all of them or each has its own.
    private func registers(of world: HubWorld, in table: TableDescription) -> [Int: [Dot]] {
        guard let state = world.state else { return [:] }
        var dots: [Int: [Dot]] = [:]
        for group in [ColumnGroup.existence] + table.groups.map(\.index) {
            dots[group] =
                state.register(group)?.siblings.map(\.stamp.dot).sorted() ?? state.base.map { [$0.dot] } ?? []
        }
        return dots
    }

    /// Whether a decision had this loser on screen and left it to its own entry in the list.
    private func isNamedBeside(_ loser: WorldSummary.Loser, in steps: [HistoryStep]) -> Bool {
        let own = HubWorld.conflictID(group: loser.group, loser: loser.dot)
        return steps.contains { step in
            step.names(loser.dot, in: loser.group) && !step.change.decides.contains { $0.conflict == own }
        }
    }

    private func permutations(_ items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index -> [[Int]] in
            var rest = items
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }
}
