import Consolidation
import ReplicaStore
import SyncCore
import SyncWire
import Testing

@Suite
struct RefreshTests {
    private struct Unreachable: Error {}

    @Test
    func `pages are asked from the cursor, growing, and applied when the last has come`() throws {
        let sample = try SampleAmbito()
        let table = try #require(sample.store.catalog.table(named: "vocabolario"))
        var asked: [UInt64] = []
        var sizes: [Int] = []

        let summary = try Consolidation.refresh(
            sample.store,
            from: { after, size in
                asked.append(after)
                sizes.append(size)
                return SamplePages.page(from: after, to: after + 10, isComplete: after == 52) {
                    $0.append(
                        .init(table: table.number, id: SampleAmbito.id(after)),
                        Row([.text("fonte"), .text("F\(after)"), .text("x"), .null, .null, .null, .null, .null, .null]))
                }
            }, now: SampleAmbito.night)

        #expect(asked == [42, 52])
        #expect(sizes == [Limits.pageBytesFirst, Limits.pageBytesFirst * 2])
        #expect(summary.rows == 2)
        #expect(try sample.store.state().cursor == 62)
        #expect(try sample.store.count(of: table) == 2)
    }

    @Test
    func `pages that an interrupted pull left are gone on from`() throws {
        let sample = try SampleAmbito()
        #expect(throws: ConsolidationError.self) {
            try Consolidation.refresh(
                sample.store,
                from: { after, _ in
                    guard after == 42 else { throw Unreachable() }
                    return SamplePages.page(from: 42, to: 47, isComplete: false)
                }, now: 1)
        }

        var asked: [UInt64] = []
        _ = try Consolidation.refresh(
            sample.store,
            from: { after, _ in
                asked.append(after)
                return SamplePages.page(from: after, to: 60)
            }, now: 1)

        #expect(asked == [47])
        #expect(try sample.store.state().cursor == 60)
    }

    @Test
    func `a pull that does not fit begins anew once`() throws {
        let sample = try SampleAmbito()
        let table = try #require(sample.store.catalog.table(named: "vocabolario"))
        _ = try? Consolidation.refresh(
            sample.store,
            from: { after, _ in
                guard after == 42 else { throw Unreachable() }
                return SamplePages.page(from: 42, to: 47, isComplete: false)
            }, now: 1)

        var asked: [UInt64] = []
        _ = try Consolidation.refresh(
            sample.store,
            from: { after, _ in
                asked.append(after)
                return SamplePages.page(from: 42, to: 60)
            }, now: 1)

        #expect(asked == [47, 42])
        #expect(try sample.store.state().cursor == 60)
        #expect(try sample.store.count(of: table) == 0)
    }

    @Test
    func `pages that never fit end with an error and change nothing`() throws {
        let sample = try SampleAmbito()
        var asked = 0

        let fault = #expect(throws: ConsolidationError.self) {
            try Consolidation.refresh(
                sample.store,
                from: { _, _ in
                    asked += 1
                    return SamplePages.page(from: 50, to: 60)
                }, now: 1)
        }

        #expect(fault?.code == .replica)
        #expect(asked == 2)
        #expect(try sample.store.state().cursor == 42)
    }

    @Test
    func `a page without an end that leads nowhere does not turn round for ever`() throws {
        let sample = try SampleAmbito()

        let fault = #expect(throws: ConsolidationError.self) {
            try Consolidation.refresh(
                sample.store, from: { after, _ in SamplePages.page(from: after, to: after, isComplete: false) }, now: 1)
        }

        #expect(fault?.code == .pages)
    }

    @Test
    func `pages of a comune's scope are not taken`() throws {
        let sample = try SampleAmbito()

        let fault = #expect(throws: ConsolidationError.self) {
            try Consolidation.refresh(
                sample.store, from: { after, _ in SamplePages.page(from: after, to: 60, isCapofila: false) }, now: 1)
        }

        #expect(fault?.code == .notCapofila)
        #expect(try sample.store.state().cursor == 42)
    }
}
