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

    @Test func `a record is whole without the columns that a later version added, and not without the others`() throws {
        let world = try HubWorld(
            table, old, .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 1, 2: 9], changed: [2]))
        let part = try HubWorld(
            table, .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [1: 5, 2: 9], isFilled: true))

        #expect(try #require(world.state).isWhole(in: table))
        #expect(try !#require(part.state).isWhole(in: table))
    }

    // MARK: Columns that the writer has not seen, though his context covers who wrote them

    private func deliver(_ write: Write, seenTo version: Int, to world: inout HubWorld) throws {
        let unseen = UnseenColumns(
            columns: table.columns(after: version), context: Context(reference: 0, vector: VersionVector()))
        try world.deliver(write.change, stamp: write.stamp, unseen: unseen)
    }

    @Test func `a new column that its writer has not seen fills nothing, whatever his context covers`() throws {
        var world = try HubWorld(table, .insert(dot(1, 1), at: 1, [1, 50, 60]))

        try deliver(
            .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 2, 1: 51], changed: [0], isFilled: true),
            seenTo: 1, to: &world)

        #expect(world.shown == [2, 50, 60])
        #expect(world.listed.isEmpty)
    }

    @Test func `a new column that its writer has not seen stands beside what is there`() throws {
        var world = try HubWorld(table, .insert(dot(1, 1), at: 1, [1, 50, 60]))

        try deliver(
            .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 2, 1: 51], changed: [0, 1]), seenTo: 1, to: &world
        )

        #expect(world.shown == [2, 51, 60])
        #expect(world.losers == [dot(1, 1)])
        #expect(world.listed.map(\.conflict.group) == [3])
    }

    @Test func `a change of old columns leaves the unseen ones, and its writer gets the record again`() throws {
        var world = try HubWorld(table, .insert(dot(1, 1), at: 1, [1, 50, 60]))

        try deliver(.update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 2]), seenTo: 1, to: &world)

        #expect(world.shown == [2, 50, 60])
        #expect(world.losers.isEmpty)
        #expect(world.recordDot?.number == HubWorld.number)
    }

    @Test func `who deletes a record without its unseen columns deletes nothing that others wrote there`() throws {
        var world = try HubWorld(table, .insert(dot(1, 1), at: 1, [1, 50, 60]))
        try deliver(.delete(dot(2, 1), at: 2, knowing: vector(dot(1, 1))), seenTo: 1, to: &world)

        #expect(world.shown == [1, 50, 60])
        #expect(world.losers == [dot(2, 1)])

        var own = try HubWorld(table, old)
        try deliver(
            .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 1, 1: 7], changed: [1]), seenTo: 1, to: &own)
        try deliver(.delete(dot(2, 2), at: 3, knowing: vector(dot(1, 1))), seenTo: 1, to: &own)
        var unwritten = try HubWorld(table, .insert(dot(1, 1), at: 1, [1, 5, 6]))
        try deliver(.delete(dot(2, 1), at: 2, knowing: vector(dot(1, 1))), seenTo: 1, to: &unwritten)
        for gone in [own, unwritten] {
            #expect(gone.shown == nil)
            #expect(gone.listed.isEmpty)
        }
    }

    @Test func `who decides that a record goes deletes it with its unseen columns`() throws {
        var world = try HubWorld(table, .insert(dot(1, 1), at: 1, [1, 50, 60]))
        try deliver(.delete(dot(2, 1), at: 2, knowing: vector(dot(1, 1))), seenTo: 1, to: &world)

        let asked = NamedConflict(
            conflict: RecordID(high: 9, low: 9), group: ColumnGroup.existence, dots: [dot(2, 1)])
        try deliver(
            .delete(dot(2, 2), at: 3, knowing: vector(dot(1, 1)), decides: [asked]), seenTo: 1, to: &world)

        #expect(world.shown == nil)
        #expect(world.listed.isEmpty)
    }

    @Test func `a record without new columns takes the dot of a change whose schema lacks them`() throws {
        var world = try HubWorld(table, old)

        try deliver(.update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 2]), seenTo: 1, to: &world)

        #expect(world.recordDot == dot(2, 1))
    }

    @Test func `who wrote an unseen column goes on from his own value`() throws {
        var world = try HubWorld(table, old)
        try deliver(
            .update(dot(2, 1), at: 2, knowing: vector(dot(1, 1)), [0: 1, 1: 7], changed: [1]), seenTo: 1, to: &world)

        try deliver(
            .update(dot(2, 2), at: 3, knowing: vector(dot(1, 1)), [0: 1, 1: 8], changed: [1]), seenTo: 1, to: &world)

        #expect(world.shown == [1, 8])
        #expect(world.losers.isEmpty)
    }

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func `unseen columns come out the same in every order`(_ order: [Int]) throws {
        let writes: [(write: Write, version: Int)] = [
            (.update(dot(2, 1), at: 4, knowing: vector(dot(1, 1)), [0: 1, 1: 7], changed: [1]), 2),
            (.update(dot(3, 1), at: 3, knowing: vector(dot(1, 1), dot(2, 1)), [0: 3, 1: 8], changed: [0, 1]), 1),
            (.update(dot(4, 1), at: 2, knowing: vector(dot(1, 1)), [0: 4], changed: [0]), 1),
        ]
        var world = try HubWorld(table, old)

        for index in order { try deliver(writes[index].write, seenTo: writes[index].version, to: &world) }

        #expect(world.shown == [3, 7])
        #expect(world.losers == [dot(3, 1), dot(4, 1)])
    }

    @Test func `a first insert too has seen of unseen columns no more than its schema shows`() throws {
        var world = HubWorld(table)
        try deliver(.insert(dot(2, 1), at: 5, knowing: vector(dot(9, 1)), [1, 7, 8]), seenTo: 1, to: &world)

        try world.deliver(.update(dot(9, 1), at: 1, knowing: vector(), [0: 0, 1: 50], changed: [1]))

        #expect(world.shown == [1, 7, 8])
        #expect(world.losers == [dot(9, 1)])
    }
}
