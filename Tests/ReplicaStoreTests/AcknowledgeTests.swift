import ReplicaStore
import SyncCore
import SyncSession
import SyncWire
import Testing

@Suite struct AcknowledgeTests {
    private let replica: ReplicaFixture
    private let body = "'\(ReplicaFixture.body)'"

    init() throws {
        replica = try ReplicaFixture()
    }

    private func write(_ phone: String) throws {
        try replica.sql("UPDATE soggetto SET telefono = '\(phone)' WHERE id = \(body)")
    }

    @Test func `an acknowledged record is clean and nothing of it stays but its batch`() throws {
        try write("1")
        try replica.capture()

        try replica.store.acknowledge(folded: 1)

        let status = try replica.store.status()
        #expect(status.pendingRecords == 0)
        #expect(status.waitingBatches == 0)
        #expect(try replica.count("SELECT count(*) FROM zona_before_soggetto") == 0)
        #expect(try replica.count("SELECT count(*) FROM zona_outbox") == 1)
    }

    @Test func `a batch goes when every backup of the hub has it, and not before it is acknowledged`() throws {
        try write("1")
        try replica.capture()
        let durable = NumberState(
            number: try replica.store.state().number, storedCounter: 1, storedHash: Hash.none, durableCounter: 1)

        try replica.store.forgetDurable([durable])
        let kept = try replica.count("SELECT count(*) FROM zona_outbox")
        try replica.store.acknowledge(folded: 1)
        try replica.pull([], knows: VersionVector([Dot(number: durable.number, counter: 1)]))
        try replica.store.forgetDurable([durable])

        #expect(kept == 1)
        #expect(try replica.count("SELECT count(*) FROM zona_outbox") == 0)
    }

    @Test func `a record written again stays pending and is compared with what was acknowledged`() throws {
        try write("1")
        try replica.capture()
        try write("2")
        try replica.store.acknowledge(folded: 1)
        let pending = try replica.store.status().pendingRecords

        try write("1")

        #expect(pending == 1)
        #expect(try replica.captured(after: 1).isEmpty)
        #expect(try replica.store.status().pendingRecords == 0)
    }

    @Test func `an old acknowledgement changes nothing`() throws {
        try write("1")
        try replica.capture()
        try replica.store.acknowledge(folded: 1)
        try write("2")
        try replica.capture()

        try replica.store.acknowledge(folded: 1)

        #expect(try replica.store.status().pendingRecords == 1)
        #expect(try replica.store.waiting().changes == 1)
    }

    @Test func `what the conversation is told names the acknowledged batch and those that wait`() throws {
        try write("1")
        try replica.capture()
        try replica.store.acknowledge(folded: 1)
        try write("2")
        try replica.capture()

        let local = try replica.store.local()

        #expect(local.chain.map(\.counter) == [1, 2])
        #expect(local.chain.first?.hash == (try replica.store.state().acknowledgedHash))
        #expect(local.chain.last?.hash == (try replica.batches(after: 1).first?.frame.hash))
        #expect(local.cursor == replica.cursor)
    }
}
