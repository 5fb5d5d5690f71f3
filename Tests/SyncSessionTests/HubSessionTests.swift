import SyncCore
import SyncSession
import SyncWire
import Testing

@Suite struct HubSessionTests {
    private let session = HubSession(
        ambito: Fixture.ambito, ambitoKey: Fixture.ambitoKey.publicKey, schemaVersion: 2)
    private let peer = HubSession.Peer(
        certificate: Fixture.certificate,
        greeting: Fixture.clientGreeting(former: [ReplicaNumber(rawValue: 70)]))
    private let facts = HubSession.NumberFacts(storedCounter: 3, storedHash: Fixture.hash(3), isStored: false)

    private func identifying(_ bytes: [UInt8], isOurs: Bool = true) -> Problem.Code? {
        do throws(Problem) {
            _ = try session.identify(bytes) { isOurs && $0 == Fixture.nonceBytes }
            return nil
        } catch {
            return error.code
        }
    }

    private func judging(_ header: BatchHeader, facts: HubSession.NumberFacts? = nil) -> Problem.Code? {
        do throws(Problem) {
            _ = try session.judge(header, from: peer, incarnation: Fixture.incarnation, facts: facts ?? self.facts)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `who shows a certificate of this ambito and signs with its key is known`() throws {
        let greeting = Fixture.clientGreeting()

        let peer = try session.identify(greeting.frame(key: Fixture.replicaKey).bytes) { $0 == Fixture.nonceBytes }

        #expect(peer.greeting == greeting)
        #expect(peer.certificate == Fixture.certificate)
        #expect(!peer.writer.isCapofila)
        #expect(peer.writer.comune == Writer(comune: Fixture.comune, isCapofila: false).comune)
    }

    @Test func `a greeting signed by another key is refused`() {
        #expect(identifying(Fixture.clientGreeting().frame(key: Fixture.key(9)).bytes) == .wrongSignature)
    }

    @Test func `a certificate that the ambito did not sign is refused`() {
        let own = Fixture.certificate.frame(key: Fixture.replicaKey)

        let bytes = Fixture.clientGreeting(certificate: own).frame(key: Fixture.replicaKey).bytes

        #expect(identifying(bytes) == .wrongSignature)
    }

    @Test func `a certificate of another ambito is refused though its key signed it`() {
        let elsewhere = Certificate(
            ambito: RecordID(high: 9, low: 9), key: Fixture.replicaKey.publicKey, comune: Fixture.comune,
            isCapofila: true, issuedAt: 0)

        let bytes = Fixture.clientGreeting(certificate: elsewhere.frame(key: Fixture.ambitoKey))
            .frame(key: Fixture.replicaKey).bytes

        #expect(identifying(bytes) == .wrongAmbito)
    }

    @Test func `a greeting over a nonce that is not ours, or was used, is refused`() {
        #expect(
            identifying(Fixture.clientGreeting().frame(key: Fixture.replicaKey).bytes, isOurs: false) == .sessionUnknown
        )
    }

    @Test func `a nonce is not used up by who cannot sign it`() {
        var asked = 0

        _ = try? session.identify(Fixture.clientGreeting().frame(key: Fixture.key(9)).bytes) { _ in
            asked += 1
            return true
        }

        #expect(asked == 0)
    }

    @Test func `a replica newer than the hub is told to wait, and an older one is not`() {
        func greeting(_ version: Int) -> [UInt8] {
            Fixture.clientGreeting(schemaVersion: version).frame(key: Fixture.replicaKey).bytes
        }

        #expect(identifying(greeting(3)) == .schemaTooNew)
        #expect(identifying(greeting(1)) == nil)
    }

    @Test func `what is no greeting is malformed`() {
        let other = Fixture.nonce.frame(key: Fixture.replicaKey).bytes
        let paper = Fixture.clientGreeting(certificate: Fixture.nonce.frame(key: Fixture.ambitoKey))

        #expect(identifying([]) == .malformed)
        #expect(identifying(other) == .malformed)
        #expect(identifying(paper.frame(key: Fixture.replicaKey).bytes) == .malformed)
    }

    @Test func `the batch that follows the last one is stored`() throws {
        let directive = try session.judge(Fixture.batch(), from: peer, incarnation: Fixture.incarnation, facts: facts)

        #expect(directive == .store)
    }

    @Test func `a batch that is here is acknowledged again, whatever has come since`() throws {
        let stored = HubSession.NumberFacts(storedCounter: 30, storedHash: Fixture.hash(30), isStored: true)
        let old = Fixture.batch(incarnation: Incarnation(rawValue: 4))

        for header in [Fixture.batch(), old] {
            let directive = try session.judge(header, from: peer, incarnation: Fixture.incarnation, facts: stored)
            #expect(directive == .acknowledgeAgain)
        }
    }

    @Test func `a former number that was greeted with may send`() {
        let former = HubSession.NumberFacts(storedCounter: 3, storedHash: Fixture.hash(3), isStored: false)

        #expect(judging(Fixture.batch(number: ReplicaNumber(rawValue: 70)), facts: former) == nil)
    }

    /// A batch, and why it is not stored.
    static let refused: [(BatchHeader, Problem.Code)] = [
        (Fixture.batch(ambito: RecordID(high: 9, low: 9)), .wrongAmbito),
        (Fixture.batch(number: ReplicaNumber(rawValue: 71)), .unknownReplica),
        (Fixture.batch(schemaVersion: 3), .schemaTooNew),
        (Fixture.batch(first: 3), .forked),
        (Fixture.batch(first: 1), .forked),
        (Fixture.batch(first: 5), .gap),
        (Fixture.batch(previous: 99), .forked),
        (Fixture.batch(incarnation: Incarnation(rawValue: 4)), .incarnationChanged),
    ]

    @Test(arguments: refused.indices) func `a batch that does not follow is refused with its reason`(_ index: Int) {
        let (header, code) = Self.refused[index]

        #expect(judging(header) == code)
    }

    @Test func `the first batch of a number follows nothing`() {
        let none = HubSession.NumberFacts(storedCounter: 0, storedHash: Hash.none, isStored: false)

        #expect(judging(Fixture.batch(first: 1, previous: 0), facts: none) == nil)
        #expect(judging(Fixture.batch(first: 1, previous: 1), facts: none) == .forked)
        #expect(judging(Fixture.batch(first: 2, previous: 0), facts: none) == .gap)
    }

    @Test func `a message names the next step and no content`() {
        do throws(Problem) {
            _ = try session.judge(
                Fixture.batch(schemaVersion: 3), from: peer, incarnation: Fixture.incarnation, facts: facts)
            Issue.record("stored")
        } catch {
            #expect(error.message == "the batch has schema 3, this hub 2: upgrade the hub")
        }
    }
}
