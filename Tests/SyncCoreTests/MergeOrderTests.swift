import SyncCore
import Testing

/// The laws of `docs/merge-rules.md` over every small world: see `HistoryEnumeration` for what is tried.
@Suite struct MergeOrderTests {
    /// One case of the enumeration, as a test's argument.
    struct Worlds: CustomTestStringConvertible, Sendable {
        let table: TableDescription
        let isSeeded: Bool

        /// How many operations beside the first insert; `make laws` plays three everywhere.
        var operations: Int {
            isSeeded && !LawsRun.isLong && table.name != "nota" ? 2 : 3
        }

        /// Whether the third after a first insert is a decision: any takes minutes in a debug build.
        var endsDecided: Bool {
            isSeeded && !LawsRun.isLong
        }

        var testDescription: String {
            "\(table.name), \(table.rule.rawValue)\(isSeeded ? ", after a first insert" : "")"
        }
    }

    static let cases: [Worlds] = SampleCatalog.all.flatMap { table in
        [false, true].map { Worlds(table: table, isSeeded: $0) }
    }

    @Test(arguments: cases) func `every order of arrival gives the row and the open losers that the truth gives`(
        _ worlds: Worlds
    ) throws {
        var count = 0

        try forEachHistory(worlds, limit: worlds.operations) { steps in
            count += 1
            let truth = HistoryTruth.summary(of: steps, in: worlds.table)
            try forEachArrival(of: steps, in: worlds) { world, isCausal in
                let summary = world.summary
                // What names a change that is not there yet (so it is after a restore) never closes a conflict; and of existence
                // a decision covers no more than the dots that it names.
                let isDecided = steps.contains(where: \.decidesExistence)
                let isFine =
                    isCausal || !worlds.isSeeded
                    ? summary == truth
                    : summary.row == truth.row && (summary.isDeleted == truth.isDeleted || isDecided)
                        && summary.open.isSuperset(of: truth.open)
                if !isFine { Issue.record("\(describe(steps)) gave \(summary), not \(truth)") }
            }
        }

        #expect(count >= (worlds.table.rule == .appendOnly ? 8 : 50))
    }

    @Test(arguments: cases) func `a change that arrives again changes nothing`(_ worlds: Worlds) throws {
        var count = 0

        try forEachHistory(worlds, limit: 2) { steps in
            var world = HubWorld(worlds.table)
            for step in steps { try world.deliver(step.change, stamp: step.stamp) }
            for step in steps {
                count += 1
                let before = world.summary
                var again = world
                try again.deliver(step.change, stamp: step.stamp)
                // One stamp for the whole row stays one stamp.
                if again.state?.registers.count != world.state?.registers.count {
                    Issue.record("\(describe(steps)): other registers after \(step.change.dot)")
                }
                if again.summary != before { Issue.record("\(describe(steps)): again \(step.change.dot)") }
                if again.last?.isPlain != false { Issue.record("\(describe(steps)): plain again \(step.change.dot)") }
            }
        }

        #expect(count > 0)
    }

    @Test(arguments: cases) func `nothing is lost: each value shows, was seen by who replaced it, or is open`(
        _ worlds: Worlds
    ) throws {
        var count = 0

        try forEachHistory(worlds, limit: 2) { steps in
            try forEachArrival(of: steps, in: worlds) { world, _ in
                for loss in losses(of: steps, in: world) {
                    Issue.record("\(describe(steps)): \(loss)")
                }
                count += 1
            }
        }

        #expect(count > 0)
    }

    @Test(arguments: cases.filter { $0.table.rule != .appendOnly })
    func `a change whose writer had seen all the others keeps its own dot`(_ worlds: Worlds) throws {
        var count = 0

        try forEachHistory(worlds, limit: 2) { steps in
            guard let last = steps.last, last.seen == UInt64(1) << UInt64(steps.count - 1) - 1 else { return }
            var world = HubWorld(worlds.table)
            for step in steps { try world.deliver(step.change, stamp: step.stamp) }
            guard world.vector[HubWorld.number] == 0 else { return }
            count += 1
            if world.recordDot != last.change.dot { Issue.record("\(describe(steps)): another dot") }
        }

        #expect(count > 0)
    }

    /// The values that a world owes to its writers and has no trace of. Written without a look at the truth of `HistoryTruth`.
    private func losses(of steps: [HistoryStep], in world: HubWorld) -> [String] {
        guard let state = world.state, let slices = try? state.row.slices() else { return ["no record"] }
        var lost: [String] = []
        for (index, step) in steps.enumerated() {
            for (group, values) in step.writes(in: world.table) {
                let shown =
                    group == ColumnGroup.existence
                    ? (state.isDeleted ? RecordState.deleted : RecordState.present)
                    : (world.table.group(group)?.columns.columns ?? []).flatMap { Array(slices[$0]) }
                let isReplaced = steps.contains {
                    ($0.seen >> UInt64(index) & 1 == 1 || $0.names(step.change.dot, in: group))
                        && $0.writes(in: world.table)[group] != nil
                }
                let isOpen = world.listed.contains {
                    $0.conflict.group == group && $0.conflict.loser == step.change.dot
                }
                guard values != shown && !isReplaced && !isOpen else { continue }
                lost.append("lost \(step.change.dot) in group \(group)")
            }
        }
        return lost
    }

    /// Every history of up to `limit` operations (a first insert not counted), with ties of the clock broken both ways and with equal
    /// values too; in the short run three operations with different values only, and ties to the higher number of the earlier replica.
    private func forEachHistory(_ worlds: Worlds, limit: Int, _ visit: ([HistoryStep]) throws -> Void) throws {
        let choices: [(numbers: [UInt64], valuesAreEqual: Bool)] = [
            ([1, 2, 3], false), ([3, 2, 1], false), ([1, 2, 3], true),
        ]
        for operations in 1...limit {
            for (numbers, valuesAreEqual) in operations == 3 && !LawsRun.isLong ? Array(choices[..<1]) : choices {
                for privileged in worlds.table.rule == .capofila || worlds.table.rule == .owner ? [0, 1] : [0] {
                    let enumeration = HistoryEnumeration(
                        table: worlds.table, isSeeded: worlds.isSeeded, operations: operations, numbers: numbers,
                        privileged: privileged, valuesAreEqual: valuesAreEqual,
                        endsDecided: worlds.endsDecided && operations == 3)
                    try enumeration.forEach(visit)
                }
            }
        }
    }

    /// Every order of arrival that keeps each replica's own order, and whether nothing came before what its writer had seen. A first
    /// insert that the hub has comes first.
    private func forEachArrival(
        of steps: [HistoryStep], in worlds: Worlds, _ visit: (HubWorld, Bool) throws -> Void
    ) throws {
        func arrive(_ world: HubWorld, arrived: UInt64, isCausal: Bool) throws {
            guard arrived != UInt64(1) << UInt64(steps.count) - 1 else { return try visit(world, isCausal) }
            for (index, step) in steps.enumerated() where arrived >> UInt64(index) & 1 == 0 {
                let waitsForOwn = steps[..<index].enumerated().contains {
                    $1.change.dot.number == step.change.dot.number && arrived >> UInt64($0) & 1 == 0
                }
                if waitsForOwn || worlds.isSeeded && index > 0 && arrived == 0 { continue }
                var next = world
                try next.deliver(step.change, stamp: step.stamp)
                let isLate = steps.indices.contains {
                    (step.seen >> UInt64($0) & 1 == 1 || step.names(steps[$0].change.dot))
                        && arrived >> UInt64($0) & 1 == 0
                }
                try arrive(next, arrived: arrived | UInt64(1) << UInt64(index), isCausal: isCausal && !isLate)
            }
        }
        try arrive(HubWorld(worlds.table), arrived: 0, isCausal: true)
    }

    private func describe(_ steps: [HistoryStep]) -> String {
        steps.map { step in
            "\(step.change.operation) \(step.change.dot) at \(step.change.time.rawValue) seen [\(step.stamp.context.vector)]"
                + " changed \(step.change.changed.columns) \(step.change.values)"
        }.joined(separator: "; ")
    }
}
