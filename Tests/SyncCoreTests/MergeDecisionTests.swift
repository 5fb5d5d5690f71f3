import SyncCore
import Testing

/// Decisions: a change that names a conflict and the dots that it showed.
@Suite struct MergeDecisionTests {
    private let first = Write.insert(dot(1, 1), at: 1, [0, 0])
    private let loser = Write.update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 10, 1: 0], changed: [0])
    private let winner = Write.update(dot(3, 1), at: 3, knowing: vector(dot(1, 1)), [0: 20, 1: 0], changed: [0])

    private func naming(_ dots: Dot...) -> [NamedConflict] {
        [NamedConflict(conflict: HubWorld.conflictID(group: 1, loser: dot(2, 1)), group: 1, dots: dots)]
    }

    @Test func `a decision covers the dots that it names, though its writer's row is behind`() throws {
        var world = try HubWorld(SampleCatalog.manual, first, loser, winner)

        try world.deliver(
            .update(
                dot(4, 1), at: 9, knowing: vector(dot(1, 1)), [0: 10, 1: 0], changed: [0],
                decides: naming(dot(2, 1), dot(3, 1))))

        #expect(world.shown == [10, 0])
        #expect(world.listed.isEmpty)
    }

    @Test func `a value that the decision did not show stands beside it as a new conflict`() throws {
        var world = try HubWorld(SampleCatalog.manual, first, loser, winner)
        try world.deliver(.update(dot(5, 1), at: 4, knowing: vector(dot(1, 1)), [0: 50, 1: 0], changed: [0]))

        try world.deliver(
            .update(
                dot(4, 1), at: 9, knowing: vector(dot(1, 1)), [0: 10, 1: 0], changed: [0],
                decides: naming(dot(2, 1), dot(3, 1))))

        #expect(world.shown == [10, 0])
        #expect(world.losers == [dot(5, 1)])
    }

    @Test func `two decisions taken apart meet as a new conflict under its own dot`() throws {
        var world = try HubWorld(SampleCatalog.manual, first, loser, winner)
        let seen = world.vector

        for (number, value): (UInt64, Int64) in [(4, 10), (5, 20)] {
            try world.deliver(
                .update(
                    dot(number, 1), at: 9, knowing: seen, [0: value, 1: 0], changed: [0],
                    decides: naming(dot(2, 1), dot(3, 1))))
        }

        #expect(world.shown == [20, 0])
        #expect(world.losers == [dot(4, 1)])
    }

    /// Who keeps the record had the delete in his list, and not what a third had written to it meanwhile.
    @Test(arguments: [false, true])
    func `who kept a record and deletes it then deletes no value that he has not seen`(_ comesLater: Bool) throws {
        let seen = vector(dot(1, 1))
        let delete = Write.delete(dot(2, 1), at: 2, knowing: seen)
        let edit = Write.update(dot(3, 1), at: 3, knowing: seen, [0: 20, 1: 0], changed: [0])
        let conflict = HubWorld.conflictID(group: ColumnGroup.existence, loser: dot(2, 1))
        let keep = Write.update(
            dot(4, 1), at: 9, knowing: seen, [1: 5],
            decides: [NamedConflict(conflict: conflict, group: ColumnGroup.existence, dots: [dot(2, 1), dot(3, 1)])])
        let change = Write.delete(dot(4, 2), at: 10, knowing: seen)
        var world = try HubWorld(SampleCatalog.fields, first, delete)

        for write in comesLater ? [keep, edit, change] : [edit, keep, change] { try world.deliver(write) }

        #expect(world.shown == [20, 5])
        #expect(world.losers == [dot(4, 2)])
    }

    @Test func `what was decided before its loser arrives again is older news`() throws {
        var world = try HubWorld(SampleCatalog.manual, first, winner)
        try world.deliver(
            .update(
                dot(4, 1), at: 9, knowing: vector(dot(1, 1)), [0: 20, 1: 0], changed: [0],
                decides: naming(dot(2, 1), dot(3, 1))))

        try world.deliver(loser)

        #expect(world.shown == [20, 0])
        #expect(world.listed.isEmpty)
    }

    @Test func `a decision of one group names nothing in another`() throws {
        let otherGroup = Write.update(dot(3, 1), at: 3, knowing: vector(dot(1, 1)), [1: 7])
        var world = try HubWorld(
            SampleCatalog.fields, first, .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 10]), otherGroup)

        try world.deliver(
            .update(
                dot(4, 1), at: 9, knowing: vector(dot(1, 1)), [0: 11, 1: 8],
                decides: [
                    NamedConflict(
                        conflict: HubWorld.conflictID(group: 2, loser: dot(2, 1)), group: 2,
                        dots: [dot(2, 1), dot(3, 1)])
                ]))

        #expect(world.shown == [11, 8])
        #expect(world.losers == [dot(3, 1)])
    }

    /// Only a hub that was restored hears of the loser last.
    @Test func `a later change of who decided keeps covering what he named, under a rule where the loser would show`()
        throws
    {
        let comune = Write.update(dot(3, 1), at: 3, knowing: vector(dot(1, 1)), [0: 20, 1: 0], changed: [0])
        let capofila = Write.update(
            dot(2, 1), at: 2, knowing: vector(dot(1, 1)), side: .capofila, [0: 10, 1: 0], changed: [0])
        let seen = vector(dot(1, 1), dot(3, 1))
        let decision = Write.update(
            dot(4, 1), at: 9, knowing: seen, [0: 20, 1: 0], changed: [0], decides: naming(dot(3, 1), dot(2, 1)))
        let next = Write.update(dot(4, 2), at: 10, knowing: seen, [0: 30, 1: 0], changed: [0])

        for writes in [[comune, capofila, decision, next], [comune, decision, next, capofila]] {
            var world = try HubWorld(SampleCatalog.capofila, first)
            for write in writes { try world.deliver(write) }

            #expect(world.shown == [30, 0])
            #expect(world.listed.isEmpty)
        }
    }

    @Test func `what the loser had replaced goes too when the loser comes after its decision`() throws {
        let replaced = Write.update(dot(5, 1), at: 2, knowing: vector(dot(1, 1)), [0: 10, 1: 0], changed: [0])
        let named = Write.update(
            dot(2, 1), at: 3, knowing: vector(dot(1, 1), dot(5, 1)), [0: 11, 1: 0], changed: [0])
        let decision = Write.update(
            dot(4, 1), at: 9, knowing: vector(dot(1, 1)), [0: 20, 1: 0], changed: [0],
            decides: naming(dot(2, 1), dot(3, 1)))

        for writes in [[replaced, decision, named], [decision, named, replaced], [replaced, named, decision]] {
            var world = try HubWorld(SampleCatalog.manual, first)
            for write in writes { try world.deliver(write) }

            #expect(world.shown == [20, 0])
            #expect(world.listed.isEmpty)
        }
    }

    @Test func `an insert that decides covers what it names though nothing is there yet`() throws {
        var world = try HubWorld(
            SampleCatalog.capofila, .insert(dot(4, 1), at: 9, [20, 0], decides: naming(dot(2, 1), dot(3, 1))))

        try world.deliver(
            .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), side: .capofila, [0: 10, 1: 0], changed: [0]))

        #expect(world.shown == [20, 0])
        #expect(world.listed.isEmpty)
    }
}
