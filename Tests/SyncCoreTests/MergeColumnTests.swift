import SyncCore
import Testing

/// Rows shorter than their table, because a later schema version appended columns.
@Suite struct MergeColumnTests {
    private let table = SampleCatalog.appended
    private let old = Write.insert(dot(1, 1), at: 1, [1])

    @Test func `a short row stays short while nobody writes the new columns`() throws {
        let world = try HubWorld(
            table, old, .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 2]))

        #expect(world.shown == [2])
    }

    @Test func `a new column that is written fills those before it with their defaults`() throws {
        let world = try HubWorld(
            table, old, .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 1, 1: 5, 2: 9], changed: [2]))

        #expect(world.shown == [1, 5, 9])
        #expect(world.listed.isEmpty)
    }

    @Test(arguments: [false, true])
    func `nothing is concurrent with a column that a change's schema lacks`(_ isOldFirst: Bool) throws {
        let new = Write.insert(dot(2, 1), at: 2, [1, 50, 60])
        let late = Write.insert(dot(3, 1), at: 9, [1])

        let world = try isOldFirst ? HubWorld(table, late, new) : HubWorld(table, new, late)

        #expect(world.shown == [1, 50, 60])
        #expect(world.listed.isEmpty)
    }

    @Test func `one new column that is written leaves the other new one unwritten`() throws {
        var world = try HubWorld(table, .insert(dot(1, 1), at: 9, [1]))
        try world.deliver(.update(dot(2, 1), at: 10, knowing: vector(dot(1, 1)), [0: 1, 1: 5, 2: 9], changed: [2]))

        try world.deliver(.insert(dot(3, 1), at: 2, [1, 50, 6]))

        #expect(world.shown == [1, 50, 9])
        #expect(world.losers == [dot(3, 1)])
    }

    @Test func `the old row is still the first insert's after a new column was written`() throws {
        var world = try HubWorld(
            table, old, .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 1, 1: 5, 2: 9], changed: [2]))

        try world.deliver(.insert(dot(3, 1), at: 3, [4]))

        #expect(world.shown == [4, 5, 9])
        #expect(world.losers == [dot(2, 1)])
    }
}
