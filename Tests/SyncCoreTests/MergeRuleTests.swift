import SyncCore
import Testing

/// Which of two concurrent values shows, rule by rule.
@Suite struct MergeRuleTests {
    private func pick(
        _ table: TableDescription, _ one: Write, _ other: Write
    ) throws -> (shown: [Int64]?, losers: [Dot]) {
        let first = Write.insert(dot(1, 1), at: 1, table.columns.map { _ in 0 })
        let world = try HubWorld(table, first, one, other)
        let reversed = try HubWorld(table, first, other, one)
        #expect(world.summary == reversed.summary)
        return (world.shown, world.losers)
    }

    private func update(
        _ number: UInt64, at time: UInt64, _ values: [Int: Int64], changed: [Int]? = nil, side: WriterSide = []
    ) -> Write {
        .update(dot(number, 1), at: time, knowing: vector(dot(1, 1)), side: side, values, changed: changed)
    }

    @Test(arguments: [SampleCatalog.lastWriterWins, SampleCatalog.manual])
    func `last-writer-wins and manual show the later row whole`(_ table: TableDescription) throws {
        let result = try pick(
            table, update(2, at: 5, [0: 10, 1: 0], changed: [0]), update(3, at: 4, [0: 0, 1: 20], changed: [1]))

        #expect(result.shown == [10, 0])
        #expect(result.losers == [dot(3, 1)])
    }

    @Test func `a tie of the clock goes to the higher number, as an integer`() throws {
        let result = try pick(
            SampleCatalog.lastWriterWins, update(9, at: 5, [0: 10, 1: 0]), update(10, at: 5, [0: 20, 1: 0]))

        #expect(result.shown == [20, 0])
    }

    @Test(arguments: [SampleCatalog.lastWriterWins, SampleCatalog.fields], [false, true])
    func `a value is later than those that it replaced in front of its writer, whatever his clock said`(
        _ table: TableDescription, isLast: Bool
    ) throws {
        let first = Write.insert(dot(1, 1), at: 1, [0, 0])
        let ahead = update(2, at: 100, [0: 10, 1: 10])
        let right = Write.update(dot(2, 2), at: 10, knowing: vector(dot(1, 1)), [0: 11, 1: 11])
        let other = update(3, at: 50, [0: 20, 1: 20])

        let world =
            isLast ? try HubWorld(table, first, ahead, right, other) : try HubWorld(table, first, ahead, other, right)

        #expect(world.shown == [11, 11])
        #expect(Set(world.losers) == [dot(3, 1)])
    }

    @Test func `fields keeps what each side changed alone`() throws {
        let result = try pick(SampleCatalog.fields, update(2, at: 5, [0: 10]), update(3, at: 4, [1: 20]))

        #expect(result.shown == [10, 20])
        #expect(result.losers.isEmpty)
    }

    @Test func `fields gives a column that both changed to the later one and lists the other`() throws {
        let result = try pick(SampleCatalog.fields, update(2, at: 5, [0: 10]), update(3, at: 4, [0: 11, 1: 20]))

        #expect(result.shown == [10, 20])
        #expect(result.losers == [dot(3, 1)])
    }

    @Test func `a declared group is one value: no half of each side`() throws {
        let result = try pick(
            SampleCatalog.grouped, update(2, at: 5, [0: 10, 1: 0], changed: [0]),
            update(3, at: 4, [0: 0, 1: 20, 2: 30], changed: [1, 2]))

        #expect(result.shown == [10, 0, 30])
        #expect(result.losers == [dot(3, 1)])
    }

    @Test func `capofila wins whatever the clock says`() throws {
        let result = try pick(
            SampleCatalog.capofila, update(2, at: 2, [0: 10, 1: 0], side: .capofila),
            update(3, at: 9, [0: 20, 1: 0], side: .owner))

        #expect(result.shown == [10, 0])
        #expect(result.losers == [dot(3, 1)])
    }

    @Test func `owner wins whatever the clock says`() throws {
        let result = try pick(
            SampleCatalog.owner, update(2, at: 9, [0: 10, 1: 0], side: .capofila),
            update(3, at: 2, [0: 20, 1: 0], side: .owner))

        #expect(result.shown == [20, 0])
        #expect(result.losers == [dot(2, 1)])
    }

    @Test func `of two on the same side the later shows`() throws {
        let result = try pick(
            SampleCatalog.capofila, update(2, at: 9, [0: 10, 1: 0], side: .capofila),
            update(3, at: 2, [0: 20, 1: 0], side: [.capofila, .owner]))

        #expect(result.shown == [10, 0])
    }

    @Test func `ordered goes to the value that is later in the declared order, not in time`() throws {
        let order = SampleCatalog.order
        let result = try pick(
            SampleCatalog.ordered, update(2, at: 2, [0: order[60], 1: 0], changed: [0]),
            update(3, at: 9, [0: order[40], 1: 5]))

        #expect(result.shown == [order[60], 5])
        #expect(result.losers == [dot(2, 1), dot(3, 1)])
    }

    @Test func `a value outside the declared order never wins over one inside`() throws {
        let result = try pick(
            SampleCatalog.ordered, update(2, at: 2, [0: SampleCatalog.order[0], 1: 0], changed: [0]),
            update(3, at: 9, [0: 1_000, 1: 0], changed: [0]))

        #expect(result.shown == [SampleCatalog.order[0], 0])
    }

    @Test func `an update of a record rule writes a column with its own rule only where it changed there`() throws {
        let order = SampleCatalog.order
        let result = try pick(
            SampleCatalog.ordered, update(2, at: 2, [0: order[60], 1: 0], changed: [0]),
            update(3, at: 9, [0: 0, 1: 5], changed: [1]))

        #expect(result.shown == [order[60], 5])
    }

    @Test func `in a set a delete removes only what its writer had seen`() throws {
        let world = try HubWorld(
            SampleCatalog.set, .insert(dot(1, 1), at: 1, [7, 7]), .insert(dot(2, 1), at: 2, [7, 7]),
            .delete(dot(1, 2), at: 5, knowing: vector(dot(1, 1))))

        #expect(world.shown == [7, 7])
    }

    @Test func `equal inserts of an append-only row are one row and no conflict`() throws {
        let world = try HubWorld(
            SampleCatalog.appendOnly, .insert(dot(1, 1), at: 1, [7, 7]), .insert(dot(2, 1), at: 2, [7, 7]))

        #expect(world.shown == [7, 7])
        #expect(world.listed.isEmpty)
    }
}
