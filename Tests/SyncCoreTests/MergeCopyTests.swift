import SyncCore
import Testing

/// What is given back from a row after a disaster is a copy: never more than a change, and of two copies the better informed stays.
@Suite struct MergeCopyTests {
    private let first = Write.insert(dot(1, 1), at: 1, [0, 0])

    @Test func `a copy where the hub has nothing is taken`() throws {
        let world = try HubWorld(SampleCatalog.lastWriterWins, .insert(dot(2, 1), at: 9, [5, 6], isCopy: true))

        #expect(world.shown == [5, 6])
        #expect(world.state?.base == nil)
        #expect(world.state?.registers.allSatisfy { $0.siblings.allSatisfy(\.stamp.isCopy) } == true)
    }

    @Test func `a change that a copy had not seen stays, whatever the stamps: the copy is listed for good`() throws {
        let change = Write.update(dot(3, 1), at: 2, knowing: vector(dot(1, 1)), [0: 7, 1: 0])
        let copy = Write.insert(dot(2, 1), at: 99, knowing: vector(dot(1, 1)), [5, 6], isCopy: true)

        for writes in [[change, copy], [copy, change]] {
            var world = try HubWorld(SampleCatalog.lastWriterWins, first)
            for write in writes { try world.deliver(write) }

            #expect(world.shown == [7, 0])
            #expect(world.losers == [dot(2, 1)])
            #expect(world.listed.map(\.conflict.listedUnder) == [nil])
        }
    }

    @Test func `a copy of what shows changes nothing and the change stays a change`() throws {
        let copy = Write.insert(dot(2, 1), at: 99, [0, 0], isCopy: true)

        let world = try HubWorld(SampleCatalog.lastWriterWins, first, copy)

        #expect(world.shown == [0, 0])
        #expect(world.listed.isEmpty)
        #expect(world.last?.isPlain == false)
        #expect(world.state?.register(ColumnGroup.wholeRow)?.siblings.map(\.stamp.isCopy) == [false])
    }

    @Test func `of two copies the one with the greater context stays`() throws {
        let small = Write.insert(dot(2, 1), at: 9, knowing: vector(dot(7, 1)), [1, 1], isCopy: true)
        let great = Write.insert(dot(3, 1), at: 8, knowing: vector(dot(7, 2)), [2, 2], isCopy: true)

        for writes in [[small, great], [great, small]] {
            var world = HubWorld(SampleCatalog.lastWriterWins)
            for write in writes { try world.deliver(write) }

            #expect(world.shown == [2, 2])
            #expect(world.losers == [dot(2, 1)])
        }
    }

    @Test func `columns that came along unchanged fill what the hub lacks and nothing else`() throws {
        let filled = Write.update(
            dot(2, 1), at: 9, knowing: vector(dot(8, 1)), [0: 5, 1: 6], changed: [0], isFilled: true)
        let known = Write.update(dot(3, 1), at: 2, knowing: vector(dot(8, 1)), [1: 60])

        var lacking = HubWorld(SampleCatalog.fields)
        try lacking.deliver(filled)
        var having = HubWorld(SampleCatalog.fields)
        try having.deliver(known)
        try having.deliver(filled)

        #expect(lacking.shown == [5, 6])
        #expect(having.shown == [5, 60])
        #expect(having.listed.isEmpty)
    }

    @Test func `a fill takes the place of a change that had given way to it on its writer's screen`() throws {
        let known = Write.update(dot(3, 1), at: 2, knowing: vector(dot(8, 1)), [1: 60])
        let filled = Write.update(
            dot(2, 1), at: 9, knowing: vector(dot(8, 1), dot(3, 1)), [0: 5, 1: 6], changed: [0], isFilled: true)

        for writes in [[known, filled], [filled, known]] {
            var world = HubWorld(SampleCatalog.fields)
            for write in writes { try world.deliver(write) }

            #expect(world.shown == [5, 6])
            #expect(world.listed.isEmpty)
        }
    }

    @Test func `a fill that says what shows leaves the changes and their listing as they are`() throws {
        var world = try HubWorld(
            SampleCatalog.fields, first, .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [1: 6]),
            .update(dot(3, 1), at: 3, knowing: vector(dot(1, 1)), [1: 60]))
        let group = try #require(SampleCatalog.fields.groups.first { $0.columns.contains(1) }).index

        try world.deliver(
            .update(
                dot(4, 1), at: 9, knowing: vector(dot(1, 1), dot(2, 1), dot(3, 1)), [0: 5, 1: 60], changed: [0],
                isFilled: true))

        #expect(world.shown == [5, 60])
        #expect(world.losers == [dot(2, 1)])
        #expect(world.state?.register(group)?.siblings.map(\.stamp.dot) == [dot(2, 1), dot(3, 1)])
    }

    @Test func `a change beats the fill that came before it, and the fill is listed`() throws {
        let filled = Write.update(
            dot(2, 1), at: 9, knowing: vector(dot(8, 1)), [0: 5, 1: 6], changed: [0], isFilled: true)

        var world = HubWorld(SampleCatalog.fields)
        try world.deliver(filled)
        try world.deliver(.update(dot(3, 1), at: 2, knowing: vector(dot(8, 1)), [1: 60]))

        #expect(world.shown == [5, 60])
        #expect(world.losers == [dot(2, 1)])
    }

    /// A row that was to be given back, and that its giver wrote to before it went up.
    @Test func `what an insert brings along unchanged is a copy: it fills, or is listed, whichever comes first`() throws
    {
        let filled = Write.insert(
            dot(2, 1), at: 9, knowing: vector(dot(8, 1)), [5, 6], changed: [0], isFilled: true)
        let known = Write.update(dot(3, 1), at: 2, knowing: vector(dot(8, 1)), [1: 60])

        let alone = try HubWorld(SampleCatalog.fields, filled)
        #expect(alone.shown == [5, 6])
        #expect(alone.listed.isEmpty)
        for writes in [[known, filled], [filled, known]] {
            var world = HubWorld(SampleCatalog.fields)
            for write in writes { try world.deliver(write) }
            #expect(world.shown == [5, 60])
            #expect(world.listed.map(\.values) == [encoded(6)])
        }
    }

    @Test func `a change that says the same as the copy before it is no conflict`() throws {
        var world = HubWorld(SampleCatalog.lastWriterWins)
        try world.deliver(.insert(dot(2, 1), at: 9, knowing: vector(dot(7, 1)), [5, 6], isCopy: true))

        try world.deliver(.insert(dot(3, 1), at: 2, [5, 6]))

        #expect(world.shown == [5, 6])
        #expect(world.listed.isEmpty)
        #expect(world.state?.registers.flatMap(\.siblings).contains(where: \.stamp.isCopy) != true)
    }

    @Test func `a copy that knows more takes the place of an equal one`() throws {
        var world = HubWorld(SampleCatalog.lastWriterWins)
        try world.deliver(.insert(dot(2, 1), at: 9, knowing: vector(dot(7, 1)), [1, 1], isCopy: true))
        try world.deliver(.insert(dot(3, 1), at: 8, knowing: vector(dot(7, 3)), [1, 1], isCopy: true))
        #expect(world.state?.register(ColumnGroup.wholeRow)?.siblings.map(\.stamp.dot) == [dot(3, 1)])

        try world.deliver(.insert(dot(4, 1), at: 7, knowing: vector(dot(7, 2)), [2, 2], isCopy: true))

        #expect(world.shown == [1, 1])
        #expect(world.losers == [dot(4, 1)])
    }

    /// The change lost, and was decided to win in a life that is gone: of that the copy alone tells.
    @Test func `a copy by which a change that had lost shows again keeps out who had that in his list only`() throws {
        let lost = Write.update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 5, 1: 5])
        let shown = Write.update(dot(3, 1), at: 3, knowing: vector(dot(1, 1)), [0: 6, 1: 6])
        let seen = vector(dot(1, 1), dot(2, 1), dot(3, 1))
        let decided = Write.insert(
            dot(4, 1), at: 9, knowing: vector(dot(1, 1), dot(2, 1), dot(3, 1), dot(7, 2)), [5, 5], isCopy: true)
        let listed = Write.insert(dot(5, 1), at: 9, knowing: seen, [6, 6], isCopy: true)

        let world = try HubWorld(SampleCatalog.lastWriterWins, first, lost, shown, decided, listed)

        #expect(world.shown == [5, 5])
        #expect(world.losers == [dot(5, 1)])
        let change = Write.update(
            dot(6, 1), at: 10, knowing: vector(dot(1, 1), dot(2, 1), dot(3, 1), dot(4, 1)), [0: 7, 1: 7])
        let later = try HubWorld(SampleCatalog.lastWriterWins, first, lost, shown, decided, change)
        #expect(later.shown == [7, 7])
        #expect(later.losers.isEmpty)
    }

    @Test func `two equal copies that know different things both stand, and what either had seen is older news`() throws
    {
        let insert = Write.insert(dot(1, 1), at: 50, [1, 1])
        let one = Write.insert(dot(2, 1), at: 9, knowing: vector(dot(1, 1)), [7, 7], isCopy: true)
        let other = Write.insert(dot(3, 1), at: 8, knowing: vector(dot(8, 1)), [7, 7], isCopy: true)

        for writes in [[one, other, insert], [other, one, insert], [insert, one, other], [one, insert, other]] {
            var world = HubWorld(SampleCatalog.lastWriterWins)
            for write in writes { try world.deliver(write) }

            #expect(world.shown == [7, 7])
            #expect(world.losers.isEmpty)
        }
    }

    @Test func `who replaces one of two equal copies in front of him has replaced the value: the other is not listed`()
        throws
    {
        let one = Write.insert(dot(2, 1), at: 9, knowing: vector(dot(1, 1)), [7, 7], isCopy: true)
        let other = Write.insert(dot(3, 1), at: 8, knowing: vector(dot(8, 1)), [7, 7], isCopy: true)
        let change = Write.update(dot(4, 1), at: 10, knowing: vector(dot(2, 1)), [0: 5, 1: 5])
        let copy = Write.insert(dot(4, 1), at: 10, knowing: vector(dot(2, 1), dot(1, 1)), [5, 5], isCopy: true)

        for last in [change, copy] {
            let world = try HubWorld(SampleCatalog.lastWriterWins, one, other, last)

            #expect(world.shown == [5, 5])
            #expect(world.losers.isEmpty)
        }
    }

    @Test func `of two copies that know different things the one that had not seen a change loses`() throws {
        let old = Write.insert(dot(1, 1), at: 1, [1, 1])
        let change = Write.update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 2, 1: 2])
        let informed = Write.insert(
            dot(3, 1), at: 8, knowing: vector(dot(1, 1), dot(2, 1)), [2, 2], isCopy: true)
        let behind = Write.insert(dot(4, 1), at: 9, knowing: vector(dot(1, 1), dot(9, 5)), [1, 1], isCopy: true)

        for writes in [
            [informed, change, behind, old], [informed, behind, change, old], [behind, informed, change, old],
            [behind, change, informed, old], [informed, old, behind, change], [old, change, informed, behind],
        ] {
            var world = HubWorld(SampleCatalog.lastWriterWins)
            for write in writes { try world.deliver(write) }

            #expect(world.shown == [2, 2])
        }
    }

    @Test func `a copy that takes a change's place stands for it`() throws {
        let change = Write.update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 2, 1: 2])
        let later = Write.insert(dot(3, 1), at: 8, knowing: vector(dot(1, 1), dot(2, 1)), [3, 3], isCopy: true)
        let behind = Write.insert(dot(4, 1), at: 9, knowing: vector(dot(1, 1), dot(9, 5)), [1, 1], isCopy: true)
        var world = try HubWorld(SampleCatalog.lastWriterWins, first)
        for write in [change, later] { try world.deliver(write) }

        try world.deliver(behind)

        #expect(world.shown == [3, 3])
        #expect(world.losers == [dot(4, 1)])
    }

    @Test func `a copy that stands for a change keeps out what that change had replaced, known to its giver or not`()
        throws
    {
        let change = Write.update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 2, 1: 2])
        let copy = Write.insert(dot(3, 1), at: 8, knowing: vector(dot(2, 1)), [3, 3], isCopy: true)

        for writes in [[copy, change, first], [change, copy, first], [first, change, copy]] {
            var world = HubWorld(SampleCatalog.lastWriterWins)
            for write in writes { try world.deliver(write) }

            #expect(world.shown == [3, 3])
            #expect(world.listed.isEmpty)
        }
    }

    /// The edit that had beaten the delete is lost, and only who has the row knows of both.
    @Test func `a delete stays beaten where a copy comes back from who had seen it beaten, whichever comes first`()
        throws
    {
        let delete = Write.delete(dot(2, 1), at: 3, knowing: vector(dot(1, 1)))
        let copy = Write.insert(
            dot(3, 1), at: 9, knowing: vector(dot(1, 1), dot(2, 1), dot(4, 1)), [5, 6], isCopy: true)

        for writes in [[first, copy, delete], [first, delete, copy], [copy, first, delete], [copy, delete, first]] {
            var world = HubWorld(SampleCatalog.lastWriterWins)
            for write in writes { try world.deliver(write) }

            #expect(world.isShown)
            #expect(world.shown == [5, 6])
        }
    }

    @Test func `of two copies beside a change that says the same the one that knows more stays`() throws {
        let small = Write.insert(dot(2, 1), at: 9, knowing: vector(dot(1, 1), dot(7, 1)), [0, 0], isCopy: true)
        let great = Write.insert(dot(3, 1), at: 8, knowing: vector(dot(1, 1), dot(7, 2)), [0, 0], isCopy: true)

        for copies in [[small, great], [great, small]] {
            var world = try HubWorld(SampleCatalog.lastWriterWins, first)
            for copy in copies { try world.deliver(copy) }

            let existence = world.state?.register(ColumnGroup.existence)?.siblings.map(\.stamp.dot)
            #expect(existence == [dot(1, 1), dot(3, 1)])
        }
    }

    @Test func `a copy of one of two values, which had seen both, leaves that one alone`() throws {
        let changes = [
            Write.update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 5, 1: 6]),
            Write.update(dot(3, 1), at: 3, knowing: vector(dot(1, 1)), [0: 7, 1: 8]),
        ]
        var world = try HubWorld(SampleCatalog.lastWriterWins, first)
        for write in changes { try world.deliver(write) }

        try world.deliver(
            .insert(dot(4, 1), at: 9, knowing: vector(dot(1, 1), dot(2, 1), dot(3, 1)), [5, 6], isCopy: true))

        #expect(world.shown == [5, 6])
        #expect(world.listed.isEmpty)
    }

    @Test func `a copy that knows more than a change, but not the change, does not take its place`() throws {
        let copy = Write.insert(dot(2, 1), at: 99, knowing: vector(dot(1, 1), dot(9, 1)), [5, 6], isCopy: true)
        var world = try HubWorld(
            SampleCatalog.lastWriterWins, first,
            .update(dot(3, 1), at: 2, knowing: vector(dot(1, 1)), [0: 7, 1: 0]))

        try world.deliver(copy)

        #expect(world.shown == [7, 0])
        #expect(world.losers == [dot(2, 1)])
    }

    @Test func `a copy closes the conflict of a loser that it replaces, and of no other`() throws {
        let contested = try HubWorld(
            SampleCatalog.lastWriterWins, first,
            .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 10, 1: 0]),
            .update(dot(3, 1), at: 3, knowing: vector(dot(1, 1)), [0: 20, 1: 0]))

        var one = contested
        try one.deliver(
            .insert(dot(4, 1), at: 9, knowing: vector(dot(1, 1), dot(2, 1), dot(3, 1)), [9, 9], isCopy: true))
        var other = contested
        try other.deliver(.update(dot(5, 1), at: 5, knowing: contested.vector, [0: 30, 1: 0]))
        try other.deliver(
            .insert(
                dot(4, 1), at: 9, knowing: vector(dot(1, 1), dot(2, 1), dot(3, 1), dot(5, 1)), [9, 9], isCopy: true))

        #expect(one.shown == [9, 9])
        #expect(one.listed.isEmpty)
        #expect(other.shown == [9, 9])
        #expect(other.losers == [dot(2, 1)])
    }
}
