import SyncCore
import Testing

/// One record that stands for two: who had seen what of the other.
@Suite struct MergeUnionTests {
    private let own = RecordID(high: 1, low: 2)
    private let other = RecordID(high: 1, low: 3)
    private let further = RecordID(high: 1, low: 4)
    private let merge = dot(9, 2)
    private let first = Write.insert(dot(1, 1), at: 1, [0, 0])

    private var unions: RecordUnions { RecordUnions([.init(gone: other, stays: own, dot: merge)]) }

    /// The record as it is when 10 was written to the other one, and then 20 to this one by somebody who had seen
    /// neither that nor the merge: 20 shows, 10 is listed.
    private func world() throws -> HubWorld {
        var world = try HubWorld(SampleCatalog.fields, first)
        try deliver(.update(merge, at: 1, knowing: vector(dot(1, 1)), [1: 0]), to: &world)
        try deliver(.update(dot(2, 1), at: 2, knowing: VersionVector(), [0: 10]), to: &world, at: other)
        try deliver(.update(dot(4, 1), at: 3, knowing: vector(dot(1, 1)), [0: 20]), to: &world)
        return world
    }

    private func deliver(_ write: Write, to world: inout HubWorld, at record: RecordID? = nil) throws {
        let stamp = record.map(write.stamp.written(to:)) ?? write.stamp
        try world.deliver(write.change, stamp: stamp, unions: unions)
    }

    @Test func `what was written to the other record stands beside, and its listing stays open`() throws {
        var world = try world()
        #expect(world.losers == [dot(2, 1)])

        try deliver(.update(dot(3, 1), at: 5, knowing: vector(dot(1, 1), dot(2, 1)), [0: 77]), to: &world)

        #expect(world.shown == [77, 0])
        #expect(world.losers == [dot(2, 1), dot(4, 1)])
        #expect(world.last?.closed.isEmpty == true)
    }

    @Test func `a listing that is known stays open for who saw its loser at the other record, replaced or not`() throws
    {
        var world = try world()
        try deliver(.update(dot(5, 1), at: 4, knowing: world.vector, [0: 30]), to: &world)
        #expect(world.losers == [dot(2, 1)])

        try deliver(.update(dot(3, 1), at: 5, knowing: vector(dot(1, 1), dot(2, 1)), [0: 77]), to: &world)

        #expect(world.losers.contains(dot(2, 1)))
        #expect(world.last?.closed.isEmpty == true)
    }

    @Test func `a listing of what one wrote himself to the other record stays open while that stands beside`() throws {
        var world = try HubWorld(SampleCatalog.fields, first)
        try deliver(.update(merge, at: 1, knowing: vector(dot(1, 1)), [1: 0]), to: &world)
        try deliver(.update(dot(3, 1), at: 2, knowing: VersionVector(), [0: 10]), to: &world, at: other)
        try deliver(.update(dot(4, 1), at: 3, knowing: vector(dot(1, 1)), [0: 20]), to: &world)
        #expect(world.losers == [dot(3, 1)])

        try deliver(.update(dot(3, 2), at: 5, knowing: vector(dot(1, 1), merge), [0: 77]), to: &world)

        #expect(world.losers.contains(dot(3, 1)))
        #expect(world.last?.closed.isEmpty == true)
    }

    @Test func `who wrote to the record that is gone has seen nothing of this one`() throws {
        var world = try world()

        try deliver(
            .update(dot(3, 1), at: 5, knowing: vector(dot(2, 1), dot(4, 1)), [0: 77]), to: &world, at: other)

        #expect(world.shown == [77, 0])
        #expect(world.losers == [dot(4, 1)])
    }

    @Test func `who knew of the merge had both on screen`() throws {
        var world = try world()

        try deliver(.update(dot(3, 1), at: 5, knowing: vector(dot(1, 1), dot(2, 1), merge), [0: 77]), to: &world)

        #expect(world.losers == [dot(4, 1)])
    }

    @Test func `a decision covers what it names, wherever that was written`() throws {
        var world = try world()
        let group = try #require(SampleCatalog.fields.groups.first { $0.columns.contains(0) }).index
        let named = NamedConflict(
            conflict: HubWorld.conflictID(group: group, loser: dot(2, 1)), group: group, dots: [dot(2, 1), dot(4, 1)])

        try deliver(.update(dot(3, 1), at: 5, knowing: vector(dot(1, 1)), [0: 30], decides: [named]), to: &world)

        #expect(world.shown == [30, 0])
        #expect(world.losers.isEmpty)
        #expect(world.state?.register(group)?.siblings.map(\.stamp.dot) == [dot(3, 1)])
    }

    @Test func `two records are one for who knows every merge between them`() {
        let unions = RecordUnions([
            .init(gone: further, stays: other, dot: merge), .init(gone: other, stays: own, dot: dot(8, 1)),
        ])
        func saw(_ known: Dot...) -> Bool {
            let stamp = Write.update(dot(3, 1), at: 5, knowing: VersionVector(known), [0: 1]).stamp
            return unions.saw(stamp, at: own, dot(2, 1), at: further)
        }

        #expect(saw(dot(2, 1), merge, dot(8, 1)))
        #expect(!saw(dot(2, 1), merge))
        #expect(!saw(dot(2, 1), dot(8, 1)))
        #expect(!saw(merge, dot(8, 1)))
    }

    @Test func `own earlier changes of the other record are seen only by the own merge`() {
        let before = dot(9, 1)
        let mine = Write.update(merge, at: 5, knowing: VersionVector(), [0: 1]).stamp
        let later = Write.update(dot(9, 3), at: 6, knowing: VersionVector(), [0: 1]).stamp

        #expect(unions.saw(mine, at: own, before, at: other))
        #expect(!unions.saw(later, at: own, before, at: other))
    }
}
