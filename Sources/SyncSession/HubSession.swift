package import SyncCore
package import SyncWire

/// The hub's side of one conversation, as a value: what to believe, what to store, what to refuse. I/O carries it out.
///
/// One conversation: a nonce, a greeting, batches, pages. Reconnecting is a new session.
package struct HubSession: Sendable {
    /// Who the other side is, once he has proved it.
    package struct Peer: Sendable, Equatable {
        package let certificate: Certificate
        package let greeting: ClientGreeting

        package init(certificate: Certificate, greeting: ClientGreeting) {
            self.certificate = certificate
            self.greeting = greeting
        }

        package var writer: Writer { Writer(comune: certificate.comune, isCapofila: certificate.isCapofila) }
    }

    package let ambito: RecordID
    package let ambitoKey: VerifyingKey
    package let schemaVersion: Int

    package init(ambito: RecordID, ambitoKey: VerifyingKey, schemaVersion: Int) {
        self.ambito = ambito
        self.ambitoKey = ambitoKey
        self.schemaVersion = schemaVersion
    }

    /// Checks who greets: a certificate of this ambito, and a signature by its key over a nonce of ours. Who
    /// cannot, reads nothing.
    package func identify(_ bytes: [UInt8], isOurNonce: ([UInt8]) -> Bool) throws(Problem) -> Peer {
        let frame: Frame
        let greeting: ClientGreeting
        let certificate: Certificate
        do throws(WireError) {
            frame = try Frame(reading: bytes, kind: .clientGreeting, limit: Limits.messageBytes)
            greeting = try ClientGreeting(reading: frame)
            let paper = try Frame(reading: greeting.certificate, kind: .certificate, limit: Limits.messageBytes)
            try paper.verify(by: ambitoKey)
            certificate = try Certificate(reading: paper)
            try frame.verify(by: certificate.key)
        } catch {
            throw Problem(error.code == .wrongSignature ? .wrongSignature : .malformed, error.description)
        }
        guard certificate.ambito == ambito else {
            throw Problem(.wrongAmbito, "this replica belongs to another ambito")
        }
        guard isOurNonce(greeting.nonce) else {
            throw Problem(.sessionUnknown, "the greeting answers no nonce of this hub")
        }
        guard greeting.schemaVersion <= schemaVersion else {
            throw Problem(
                .schemaTooNew,
                "the replica has schema \(greeting.schemaVersion), this hub \(schemaVersion): upgrade the hub")
        }
        return Peer(certificate: certificate, greeting: greeting)
    }

    /// What the hub must know of a number to judge a batch.
    package struct NumberFacts: Sendable {
        package let storedCounter: UInt64
        package let storedHash: [UInt8]
        /// Behind the stored counter while the last batch of a unit is missing.
        package let foldedCounter: UInt64
        /// Whether a batch with this hash is stored.
        package let isStored: Bool

        /// - Parameter foldedCounter: the stored one where it is left out: no unit is open.
        package init(storedCounter: UInt64, storedHash: [UInt8], foldedCounter: UInt64? = nil, isStored: Bool) {
            self.storedCounter = storedCounter
            self.storedHash = storedHash
            self.foldedCounter = foldedCounter ?? storedCounter
            self.isStored = isStored
        }
    }

    package enum BatchDirective: Sendable, Equatable {
        case store
        /// It is here already: say again what is here.
        case acknowledgeAgain
    }

    /// Whether to store a batch: it must follow the last one of its number, by counter and by hash.
    package func judge(
        _ header: BatchHeader, from peer: Peer, incarnation: Incarnation, facts: NumberFacts
    ) throws(Problem) -> BatchDirective {
        guard header.ambito == ambito else { throw Problem(.wrongAmbito, "the batch belongs to another ambito") }
        guard header.number == peer.greeting.number || peer.greeting.formerNumbers.contains(header.number) else {
            throw Problem(.unknownReplica, "the batch is of a number that this replica did not greet with")
        }
        guard header.schemaVersion <= schemaVersion else {
            throw Problem(
                .schemaTooNew,
                "the batch has schema \(header.schemaVersion), this hub \(schemaVersion): upgrade the hub")
        }
        if facts.isStored { return .acknowledgeAgain }
        guard header.firstCounter > facts.storedCounter else {
            throw Problem(
                .forked, "other content under counters that are here: the replica's file was copied or restored")
        }
        guard header.firstCounter == facts.storedCounter + 1 else {
            throw Problem(.gap, "batch starts at \(header.firstCounter), expected \(facts.storedCounter + 1)")
        }
        guard header.previousHash == facts.storedHash || Mutant.isOn(.hashUnchecked) else {
            throw Problem(
                .forked, "the batch follows another one than the last that is here: the file was copied or restored")
        }
        guard header.unit == facts.foldedCounter + 1 else {
            throw Problem(
                .malformed,
                "the batch says that its unit begins at \(header.unit), it is open from \(facts.foldedCounter + 1)")
        }
        // What was captured under a former number for a former life is given back as it was.
        guard header.incarnation == incarnation || header.number != peer.greeting.number else {
            throw Problem(.incarnationChanged, "the batch was captured for another life of the hub: greet again")
        }
        return .store
    }
}
