import SyncCore
import SyncSession
import SyncWire

/// A replica and a hub that agree, to be disturbed one thing at a time.
enum Fixture {
    static let ambito = RecordID(high: 1, low: 1)
    static let comune = RecordID(high: 1, low: 2)
    static let number = ReplicaNumber(rawValue: 77)
    static let incarnation = Incarnation(rawValue: 5)
    static let ambitoKey = key(1)
    static let replicaKey = key(2)
    static let nonceBytes = [UInt8](repeating: 9, count: 32)

    static func key(_ byte: UInt8) -> SigningKey {
        guard let key = SigningKey(seed: [UInt8](repeating: byte, count: 32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return key
    }

    static func hash(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    /// Batches up to counter 3 are acknowledged; those that end at 5 and 8 wait.
    static let local = ClientSession.Local(
        ambito: ambito, number: number, incarnation: incarnation, schemaVersion: 2, cursor: 40,
        chain: [link(3), link(5), link(8)], formerIncarnations: [Incarnation(rawValue: 4)], oldest: 38, isFresh: false)

    static func link(_ counter: UInt8) -> ClientSession.ChainLink {
        ClientSession.ChainLink(counter: UInt64(counter), hash: hash(counter))
    }

    static let nonce = Nonce(ambito: ambito, incarnation: incarnation, nonce: nonceBytes, hubTime: 1_000_500)

    static func state(
        folded: UInt64 = 3, stored: UInt64 = 3, hash byte: UInt8 = 3, ambito: RecordID = ambito,
        number: ReplicaNumber = number, incarnation: Incarnation = incarnation
    ) -> HubState {
        HubState(
            ambito: ambito, incarnation: incarnation, number: number, foldedCounter: folded, storedCounter: stored,
            storedHash: hash(byte), durableCounter: 0)
    }

    static func greeting(
        _ state: HubState = state(), schemaVersion: Int = 2, horizon: UInt64 = 0, numbers: [NumberState] = []
    ) -> HubGreeting {
        HubGreeting(
            state: state, session: [UInt8](repeating: 1, count: 16), schemaVersion: schemaVersion, horizon: horizon,
            numbers: numbers)
    }

    static func page(
        from: UInt64, to: UInt64, isComplete: Bool, state: HubState = state(folded: 8, stored: 8, hash: 8)
    ) -> PageHeader {
        PageHeader(
            hub: state, comune: comune, isCapofila: false, schemaVersion: 2, from: from, to: to,
            end: isComplete ? PageEnd(vector: VersionVector(), logHash: hash(0), highestTime: .zero) : nil)
    }

    static let certificate = Certificate(
        ambito: ambito, key: replicaKey.publicKey, comune: comune, isCapofila: false, issuedAt: 0)

    static func clientGreeting(
        certificate: Frame = certificate.frame(key: ambitoKey), schemaVersion: Int = 2, former: [ReplicaNumber] = []
    ) -> ClientGreeting {
        ClientGreeting(
            nonce: nonceBytes, certificate: certificate.bytes, number: number, formerNumbers: former,
            incarnation: incarnation, acknowledgedCounter: 3, acknowledgedHash: hash(3), cursor: 40, logHash: hash(0),
            oldest: 40, schemaVersion: schemaVersion)
    }

    static func batch(
        first: UInt64 = 4, previous byte: UInt8 = 3, ambito: RecordID = ambito, number: ReplicaNumber = number,
        incarnation: Incarnation = incarnation, schemaVersion: Int = 2
    ) -> BatchHeader {
        BatchHeader(
            ambito: ambito, number: number, incarnation: incarnation, schemaVersion: schemaVersion, firstCounter: first,
            count: 2, unit: first, isLastOfUnit: true, context: VersionVector(), floor: .zero, offset: 0,
            previousHash: hash(byte))
    }
}
