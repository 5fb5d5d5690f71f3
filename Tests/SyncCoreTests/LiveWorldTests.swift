import Seeded
import SyncCore
import Testing

/// Replicas that write, push and pull as they please, with contexts as a pull gives them: the hub's own dots included.
@Suite struct LiveWorldTests {
    /// One replica's view of the one record.
    private struct Replica {
        let number: ReplicaNumber
        var knowledge = VersionVector()
        var floor = HybridTime.zero
        var row: [Int64]?
        var counter: UInt64 = 0
        var outbox: [Int] = []
    }

    /// Who plays, and what happened so far.
    private struct Play {
        let table: TableDescription
        var hub: HubWorld
        var replicas: [Replica]
        var steps: [HistoryStep] = []
        /// The dot that the record had when each conflict was listed first, with its loser.
        var listings: Set<OpenConflict> = []
        var arrived: [HistoryStep] = []
    }

    @Test(arguments: Seeds.all)
    func `rows are what the truth says, and only who saw a listing leaves more open than it`(_ seed: UInt64) throws {
        let tables = [
            SampleCatalog.lastWriterWins, SampleCatalog.fields, SampleCatalog.grouped, SampleCatalog.capofila,
            SampleCatalog.ordered,
        ]
        for table in tables { try run(table, seed) }
    }

    private func run(_ table: TableDescription, _ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed * 100 + UInt64(table.number))
        let numbers = (0..<4).map { _ in ReplicaNumber(rawValue: .random(in: 1..<1 << 62, using: &generator)) }
        var play = Play(table: table, hub: HubWorld(table), replicas: numbers.map { Replica(number: $0) })

        for _ in 0..<60 {
            let index = Int.random(in: 0..<play.replicas.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1: write(&play, index, using: &generator)
            case 2, 3: try push(&play, index)
            default: pull(&play, index)
            }
        }
        for index in play.replicas.indices {
            while !play.replicas[index].outbox.isEmpty { try push(&play, index) }
        }

        let truth = HistoryTruth.summary(of: play.arrived, in: table)
        let summary = play.hub.summary
        #expect(summary.row == truth.row, "\(table.name)")
        #expect(summary.isDeleted == truth.isDeleted, "\(table.name)")
        #expect(summary.open.isSuperset(of: truth.open), "\(table.name)")
        for extra in summary.open.subtracting(truth.open) {
            let sawIt = play.arrived.contains { step in
                step.stamp.covers(extra.dot)
                    && play.listings.contains {
                        $0.group == extra.group && $0.loser == extra.dot
                            && $0.listedUnder.map(step.stamp.covers) == true
                    }
            }
            #expect(sawIt, "\(extra.dot) of group \(extra.group) is open for no reason")
        }
    }

    private func write(_ play: inout Play, _ index: Int, using generator: inout SeededGenerator) {
        var replica = play.replicas[index]
        replica.counter += 1
        let new = Int64(play.steps.count * 2 + 10) % 90
        var changed = ColumnSet()
        let operation: Operation
        if var row = replica.row {
            if Int.random(in: 0..<6, using: &generator) == 0 {
                operation = .delete
                replica.row = nil
            } else {
                operation = .update
                changed = ColumnSet([Int.random(in: 0..<play.table.columns.count, using: &generator)])
                for column in changed.columns { row[column] = new }
                replica.row = row
            }
        } else {
            operation = .insert
            changed = play.table.allColumns
            replica.row = play.table.columns.map { _ in new }
        }
        let carried: ColumnSet =
            switch operation {
            case .insert: play.table.allColumns
            case .update: play.table.carries(changed)
            case .delete: ColumnSet()
            }
        let clock = Int64.random(in: 0..<40, using: &generator)
        replica.floor = HybridTime.stamp(changedAt: clock, offset: 0, floor: replica.floor)
        let dot = Dot(number: replica.number, counter: replica.counter)
        let change = Change(
            key: RecordKey(table: play.table.number, id: RecordID(high: 1, low: 1)), operation: operation, dot: dot,
            time: replica.floor, author: [], carried: carried, changed: changed,
            values: ValueCoding.bytes(of: carried.columns.map { .integer(replica.row?[$0] ?? 0) }))
        let stamp = Stamp(
            dot: dot, time: replica.floor, author: 0, context: Context(reference: 0, vector: replica.knowledge),
            side: index == 0 ? .capofila : [])
        replica.outbox.append(play.steps.count)
        play.steps.append(HistoryStep(change: change, stamp: stamp, seen: 0))
        play.replicas[index] = replica
    }

    private func push(_ play: inout Play, _ index: Int) throws {
        guard let next = play.replicas[index].outbox.first else { return }
        play.replicas[index].outbox.removeFirst()
        let step = play.steps[next]
        try play.hub.deliver(step.change, stamp: step.stamp)
        var seen: UInt64 = 0
        for (index, earlier) in play.arrived.enumerated() where step.stamp.covers(earlier.change.dot) {
            seen |= 1 << UInt64(index)
        }
        play.arrived.append(HistoryStep(change: step.change, stamp: step.stamp, seen: seen))
        for listed in play.hub.listed { play.listings.insert(listed.conflict) }
    }

    /// A record with changes that are still to go up is skipped: the replica's context stays what it was.
    private func pull(_ play: inout Play, _ index: Int) {
        guard play.replicas[index].outbox.isEmpty, let state = play.hub.state else { return }
        play.replicas[index].knowledge = play.hub.vector
        play.replicas[index].row = play.hub.shown
        let highest = state.registers.flatMap(\.siblings).map(\.stamp.time).max() ?? state.base?.time ?? .zero
        play.replicas[index].floor = max(play.replicas[index].floor, highest)
    }
}
