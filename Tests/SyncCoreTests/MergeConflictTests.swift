import SyncCore
import Testing

/// When a conflict is listed, when it closes by itself, and when only an operator closes it.
@Suite struct MergeConflictTests {
    private let first = Write.insert(dot(1, 1), at: 1, [0, 0])
    private let earlier = Write.update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 10, 1: 0], changed: [0])
    private let later = Write.update(dot(3, 1), at: 3, knowing: vector(dot(1, 1)), [0: 20, 1: 0], changed: [0])

    private func contested() throws -> HubWorld {
        try HubWorld(SampleCatalog.lastWriterWins, first, earlier, later)
    }

    @Test func `two who had not seen each other: the later shows, the other is open whole`() throws {
        let world = try contested()

        #expect(world.shown == [20, 0])
        #expect(world.listed.map(\.values) == [encoded(10, 0)])
        #expect(world.losers == [dot(2, 1)])
        #expect(world.recordDot?.number == HubWorld.number)
    }

    @Test func `the listing carries the dot that the record got, so that a pull shows both at once`() throws {
        let world = try contested()

        #expect(world.listed.map(\.conflict.listedUnder) == [world.recordDot])
    }

    @Test func `equal values are no conflict`() throws {
        let same = Write.update(dot(4, 1), at: 4, knowing: vector(dot(1, 1)), [0: 10, 1: 0], changed: [0])

        let world = try HubWorld(SampleCatalog.lastWriterWins, first, earlier, same)

        #expect(world.shown == [10, 0])
        #expect(world.listed.isEmpty)
    }

    @Test func `a loser that its own side moves on, not knowing of the listing, closes`() throws {
        var world = try contested()

        try world.deliver(.update(dot(2, 2), at: 4, knowing: vector(dot(1, 1)), [0: 11, 1: 0], changed: [0]))

        #expect(world.losers == [dot(3, 1)])
        #expect(world.shown == [11, 0])
    }

    @Test func `who had seen the listing leaves it open for an operator`() throws {
        var world = try contested()

        try world.deliver(.update(dot(4, 1), at: 5, knowing: world.vector, [0: 30, 1: 0], changed: [0]))

        #expect(world.shown == [30, 0])
        #expect(world.losers == [dot(2, 1)])
    }

    @Test func `a change that names a dot which the hub lacks closes nothing`() throws {
        var world = try contested()

        try world.deliver(
            .update(dot(2, 2), at: 4, knowing: vector(dot(1, 1), dot(9, 1)), [0: 11, 1: 0], changed: [0]))

        #expect(world.losers == [dot(2, 1), dot(3, 1)])
    }

    @Test func `whether one who saw the listing or one who did not comes first, the conflict ends the same`() throws {
        let before = try contested()
        let sawIt = Write.update(dot(4, 1), at: 5, knowing: before.vector, [0: 30, 1: 0], changed: [0])
        let didNot = Write.update(dot(2, 2), at: 4, knowing: vector(dot(1, 1)), [0: 11, 1: 0], changed: [0])

        var one = before
        try one.deliver(sawIt)
        try one.deliver(didNot)
        var other = before
        try other.deliver(didNot)
        try other.deliver(sawIt)

        #expect(one.summary == other.summary)
        #expect(one.losers == [dot(2, 2)])
    }

    @Test func `an edit against a delete wins and the delete is open, in both orders`() throws {
        let delete = Write.delete(dot(2, 1), at: 9, knowing: vector(dot(1, 1)))

        for writes in [[delete, later], [later, delete]] {
            var world = try HubWorld(SampleCatalog.lastWriterWins, first)
            for write in writes { try world.deliver(write) }

            #expect(world.shown == [20, 0])
            #expect(world.listed.map(\.conflict.group) == [ColumnGroup.existence])
            #expect(world.losers == [dot(2, 1)])
        }
    }

    @Test func `a delete by one who had seen the edit stays a delete`() throws {
        var world = try HubWorld(SampleCatalog.lastWriterWins, first, later)

        try world.deliver(.delete(dot(2, 1), at: 9, knowing: world.vector))

        #expect(!world.isShown)
        #expect(world.listed.isEmpty)
        #expect(world.recordDot == dot(2, 1))
    }

    @Test func `older news is dropped and the record gets a dot that nobody has seen`() throws {
        var world = try HubWorld(SampleCatalog.lastWriterWins, first)
        try world.deliver(
            .update(dot(3, 1), at: 8, knowing: vector(dot(1, 1), dot(2, 1)), [0: 20, 1: 0], changed: [0]))

        try world.deliver(earlier)

        #expect(world.shown == [20, 0])
        #expect(world.listed.isEmpty)
        #expect(world.recordDot?.number == HubWorld.number)
    }

    @Test func `a plain fast-forward keeps the change's own dot and remembers what it replaced`() throws {
        let world = try HubWorld(SampleCatalog.lastWriterWins, first, later)

        #expect(world.recordDot == dot(3, 1))
        #expect(world.last?.replaced.map(\.sibling.values) == [encoded(0, 0)])
        #expect(world.state?.registers.isEmpty == true)
    }

    @Test func `who had seen all the values and not the dot that the record got keeps no dot of his own`() throws {
        var world = try contested()

        try world.deliver(
            .update(
                dot(4, 1), at: 5, knowing: vector(dot(1, 1), dot(2, 1), dot(3, 1)), [0: 30, 1: 0], changed: [0]))

        #expect(world.shown == [30, 0])
        #expect(world.recordDot?.number == HubWorld.number)
    }

    @Test func `who had seen the record's dot and not all its values keeps no dot of his own`() throws {
        var world = try contested()
        let listing = try #require(world.recordDot)

        try world.deliver(
            .update(dot(4, 1), at: 5, knowing: vector(dot(1, 1), dot(3, 1), listing), [0: 30, 1: 0], changed: [0]))

        #expect(world.losers == [dot(2, 1)])
        #expect(world.recordDot?.number == HubWorld.number)
    }

    @Test func `one who saw one side of two replaces that side only`() throws {
        var world = try contested()

        try world.deliver(
            .update(dot(4, 1), at: 5, knowing: vector(dot(1, 1), dot(3, 1)), [0: 30, 1: 0], changed: [0]))

        #expect(world.shown == [30, 0])
        #expect(world.losers == [dot(2, 1)])
        #expect(world.recordDot?.number == HubWorld.number)
    }

    @Test func `what is listed keeps its listing while others come to stand beside it`() throws {
        var world = try contested()
        let listing = world.listed.map(\.conflict)

        try world.deliver(.update(dot(4, 1), at: 5, knowing: vector(dot(1, 1)), [0: 30, 1: 0], changed: [0]))

        #expect(world.losers == [dot(2, 1), dot(3, 1)])
        #expect(world.listed.map(\.conflict).filter { $0.loser == dot(2, 1) } == listing)
        #expect(world.last?.listed.map(\.sibling.stamp.dot) == [dot(3, 1)])
    }

    @Test func `an insert writes all that it carries, whatever its user changed`() throws {
        let world = try HubWorld(
            SampleCatalog.fields, .insert(dot(1, 1), at: 1, [5, 6]), .insert(dot(2, 1), at: 2, [7, 8], changed: [0]))

        #expect(world.shown == [7, 8])
        #expect(world.losers == [dot(1, 1), dot(1, 1)])
    }

    /// 10 is listed against the capofila's 20; somebody replaces that, so that 10 shows.
    private func shownAgain() throws -> (world: HubWorld, listing: Dot, end: Dot) {
        var world = try HubWorld(
            SampleCatalog.capofila, first,
            .update(dot(2, 1), at: 9, knowing: vector(dot(1, 1)), [0: 10, 1: 0], changed: [0]),
            .update(dot(3, 1), at: 3, knowing: vector(dot(1, 1)), side: .capofila, [0: 20, 1: 0], changed: [0]))
        let listing = try #require(world.recordDot)
        #expect(world.losers == [dot(2, 1)])
        try world.deliver(
            .update(dot(4, 1), at: 4, knowing: vector(dot(1, 1), dot(3, 1)), [0: 30, 1: 0], changed: [0]))
        #expect(world.shown == [10, 0])
        #expect(world.losers == [dot(4, 1)])
        return (world, listing, try #require(world.recordDot))
    }

    private func over(_ seen: Dot...) -> Write {
        let all = [dot(1, 1), dot(2, 1), dot(3, 1)] + seen
        return .update(
            dot(5, 1), at: 12, knowing: all.reduce(into: VersionVector()) { $0.formUnion($1) }, [0: 40, 1: 0],
            changed: [0])
    }

    @Test func `a loser that came to show is open again where somebody replaces it who had it in his list only`() throws
    {
        var (world, listing, _) = try shownAgain()
        try world.deliver(over(listing))
        #expect(world.listed.map(\.values).contains(encoded(10, 0)))
    }

    @Test func `a loser that came to show is replaced by who knew that, and by who never knew it listed`() throws {
        let (world, listing, end) = try shownAgain()
        for write in [over(listing, end), over()] {
            var world = world
            try world.deliver(write)
            #expect(!world.losers.contains(dot(2, 1)))
        }
    }

    @Test func `who knew that a loser had come to show says nothing for who did not`() throws {
        var (world, listing, end) = try shownAgain()
        try world.deliver(over(listing, end))
        try world.deliver(
            .update(
                dot(6, 1), at: 13, knowing: vector(dot(1, 1), dot(2, 1), dot(3, 1), listing), [0: 50, 1: 0],
                changed: [0]))
        #expect(world.losers.contains(dot(2, 1)))
    }

    @Test func `a delete and a copy say nothing about a loser that came to show`() throws {
        let (world, listing, _) = try shownAgain()
        let seen = vector(dot(1, 1), dot(2, 1), dot(3, 1), dot(4, 1), listing)
        for write in [
            Write.delete(dot(5, 1), at: 12, knowing: seen),
            Write.insert(dot(5, 1), at: 12, knowing: seen, [60, 0], isCopy: true),
        ] {
            var world = world
            try world.deliver(write)
            #expect(!world.losers.contains(dot(2, 1)))
        }
    }

    @Test func `who has not seen a loser that came to show says nothing about it`() throws {
        var (world, listing, _) = try shownAgain()
        try world.deliver(
            .update(dot(6, 1), at: 5, knowing: vector(dot(1, 1), dot(3, 1)), [0: 70, 1: 0], changed: [0]))
        try world.deliver(over(listing))
        #expect(world.losers.contains(dot(2, 1)))
    }
}
