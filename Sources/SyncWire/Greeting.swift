package import SyncCore

/// What the hub says first: a nonce to sign, and its clock.
package struct Nonce: Sendable, Equatable {
    package let ambito: RecordID
    package let incarnation: Incarnation
    /// 32 random bytes, good for one greeting.
    package let nonce: [UInt8]
    /// The hub's wall clock, Unix milliseconds.
    package let hubTime: Int64

    package init(ambito: RecordID, incarnation: Incarnation, nonce: [UInt8], hubTime: Int64) {
        self.ambito = ambito
        self.incarnation = incarnation
        self.nonce = nonce
        self.hubTime = hubTime
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        bytes.appendID(ambito)
        bytes.appendFixed(incarnation.rawValue)
        bytes.append(contentsOf: nonce)
        bytes.appendSigned(hubTime)
        return Frame(.nonce, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let ambito = try reader.id()
            let incarnation = Incarnation(rawValue: try reader.fixed())
            let nonce = try reader.take(32)
            return Nonce(ambito: ambito, incarnation: incarnation, nonce: nonce, hubTime: try reader.signed())
        }
    }
}

/// The ambito's word that a key belongs to a comune. A restored hub believes it though its backup never heard of
/// the replica.
package struct Certificate: Sendable, Equatable {
    package let ambito: RecordID
    package let key: VerifyingKey
    package let comune: RecordID
    package let isCapofila: Bool
    /// Unix milliseconds.
    package let issuedAt: Int64

    package init(ambito: RecordID, key: VerifyingKey, comune: RecordID, isCapofila: Bool, issuedAt: Int64) {
        self.ambito = ambito
        self.key = key
        self.comune = comune
        self.isCapofila = isCapofila
        self.issuedAt = issuedAt
    }

    package func frame(key ambitoKey: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        bytes.appendID(ambito)
        bytes.append(contentsOf: key.bytes)
        bytes.appendID(comune)
        bytes.append(isCapofila ? 1 : 0)
        bytes.appendSigned(issuedAt)
        return Frame(.certificate, header: bytes, key: ambitoKey)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let ambito = try reader.id()
            guard let key = VerifyingKey(try reader.take(32)) else {
                throw MalformedBytes("no key", at: reader.position)
            }
            let comune = try reader.id()
            let flags = try reader.byte()
            guard flags < 2 else { throw MalformedBytes("unknown flags", at: reader.position) }
            return Certificate(
                ambito: ambito, key: key, comune: comune, isCapofila: flags == 1, issuedAt: try reader.signed())
        }
    }
}

/// The replica's half of a conversation: who he is and what he knows, signed over the hub's nonce.
package struct ClientGreeting: Sendable, Equatable {
    package var nonce: [UInt8]
    /// The bytes of his certificate's frame.
    package var certificate: [UInt8]
    package var number: ReplicaNumber
    package var formerNumbers: [ReplicaNumber]
    package var incarnation: Incarnation
    package var acknowledgedCounter: UInt64
    package var acknowledgedHash: [UInt8]
    package var cursor: UInt64
    /// The hub's log hash at the cursor, or after it where pages of an interrupted pull wait: proof that he was there.
    package var logHash: [UInt8]
    /// The `seq` of the oldest context that a pending, behind or touched row still holds.
    package var oldest: UInt64
    package var schemaVersion: Int
    /// Whether he has met this restored hub and will compare his rows with its: then pages name a dot with each record.
    package var compares: Bool
    /// Whether each page shall name the hub's log hash; programs before this one cannot read it.
    package var wantsLogHashes: Bool

    package init(
        nonce: [UInt8], certificate: [UInt8], number: ReplicaNumber, formerNumbers: [ReplicaNumber] = [],
        incarnation: Incarnation, acknowledgedCounter: UInt64, acknowledgedHash: [UInt8], cursor: UInt64,
        logHash: [UInt8],
        oldest: UInt64, schemaVersion: Int, compares: Bool = false, wantsLogHashes: Bool = false
    ) {
        self.compares = compares
        self.wantsLogHashes = wantsLogHashes
        self.nonce = nonce
        self.certificate = certificate
        self.number = number
        self.formerNumbers = formerNumbers
        self.incarnation = incarnation
        self.acknowledgedCounter = acknowledgedCounter
        self.acknowledgedHash = acknowledgedHash
        self.cursor = cursor
        self.logHash = logHash
        self.oldest = oldest
        self.schemaVersion = schemaVersion
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        bytes.append(contentsOf: nonce)
        bytes.appendCounted(certificate)
        bytes.appendFixed(number.rawValue)
        bytes.appendVarint(UInt64(formerNumbers.count))
        for former in formerNumbers { bytes.appendFixed(former.rawValue) }
        bytes.appendFixed(incarnation.rawValue)
        bytes.appendVarint(acknowledgedCounter)
        bytes.append(contentsOf: acknowledgedHash)
        bytes.appendVarint(cursor)
        bytes.append(contentsOf: logHash)
        bytes.appendVarint(oldest)
        bytes.appendVarint(UInt64(schemaVersion))
        bytes.append((compares ? 1 : 0) | (wantsLogHashes ? 2 : 0))
        return Frame(.clientGreeting, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let nonce = try reader.take(32)
            let certificate = try reader.counted(limit: 4096, of: "bytes of a certificate")
            let number = ReplicaNumber(rawValue: try reader.fixed())
            var former: [ReplicaNumber] = []
            for _ in 0..<(try reader.count(limit: Limits.formerNumbers, of: "former numbers")) {
                former.append(ReplicaNumber(rawValue: try reader.fixed()))
            }
            let incarnation = Incarnation(rawValue: try reader.fixed())
            let counter = try reader.varint()
            let hash = try reader.take(Hash.size)
            let cursor = try reader.varint()
            let logHash = try reader.take(Hash.size)
            let oldest = try reader.varint()
            let version = try reader.count(limit: 1 << 20, of: "as schema version")
            let flags = try reader.byte()
            guard flags < 4 else { throw MalformedBytes("unknown flags", at: reader.position) }
            return ClientGreeting(
                nonce: nonce, certificate: certificate, number: number, formerNumbers: former, incarnation: incarnation,
                acknowledgedCounter: counter, acknowledgedHash: hash, cursor: cursor, logHash: logHash, oldest: oldest,
                schemaVersion: version, compares: flags & 1 == 1, wantsLogHashes: flags & 2 == 2)
        }
    }
}

/// The hub's answer to a greeting.
package struct HubGreeting: Sendable, Equatable {
    package var state: HubState
    /// Names the conversation in the requests that follow; 16 random bytes.
    package var session: [UInt8]
    package var schemaVersion: Int
    /// Incarnations that this one replaces.
    package var formerIncarnations: [Incarnation]
    /// The highest `seq` of a deleted record that was collected.
    package var horizon: UInt64
    /// What the hub has of the asker's former numbers, in the order in which he named them.
    package var numbers: [NumberState]

    package init(
        state: HubState, session: [UInt8], schemaVersion: Int, formerIncarnations: [Incarnation] = [],
        horizon: UInt64 = 0, numbers: [NumberState] = []
    ) {
        self.numbers = numbers
        self.state = state
        self.session = session
        self.schemaVersion = schemaVersion
        self.formerIncarnations = formerIncarnations
        self.horizon = horizon
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        state.append(to: &bytes)
        bytes.append(contentsOf: session)
        bytes.appendVarint(UInt64(schemaVersion))
        bytes.appendVarint(UInt64(formerIncarnations.count))
        for former in formerIncarnations { bytes.appendFixed(former.rawValue) }
        bytes.appendVarint(horizon)
        bytes.appendVarint(UInt64(numbers.count))
        for number in numbers { number.append(to: &bytes) }
        return Frame(.hubGreeting, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let state = try HubState(reading: &reader)
            let session = try reader.take(16)
            let version = try reader.count(limit: 1 << 20, of: "as schema version")
            var former: [Incarnation] = []
            for _ in 0..<(try reader.count(limit: Limits.formerNumbers, of: "former incarnations")) {
                former.append(Incarnation(rawValue: try reader.fixed()))
            }
            let horizon = try reader.varint()
            var numbers: [NumberState] = []
            for _ in 0..<(try reader.count(limit: Limits.formerNumbers, of: "former numbers")) {
                numbers.append(try NumberState(reading: &reader))
            }
            return HubGreeting(
                state: state, session: session, schemaVersion: version, formerIncarnations: former,
                horizon: horizon, numbers: numbers)
        }
    }
}

/// What the hub says after a batch: what it has of the number now.
package struct Acknowledgement: Sendable, Equatable {
    package let state: HubState

    package init(state: HubState) {
        self.state = state
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        state.append(to: &bytes)
        return Frame(.acknowledgement, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            Acknowledgement(state: try HubState(reading: &reader))
        }
    }
}

extension Frame {
    /// Reads a header that must be used up, with its errors as the wire's.
    func readHeader<Message>(
        _ read: (inout ByteReader) throws(MalformedBytes) -> Message
    ) throws(WireError) -> Message {
        var reader = header
        do throws(MalformedBytes) {
            let message = try read(&reader)
            guard reader.isAtEnd else { throw MalformedBytes("message longer than it should be", at: reader.position) }
            return message
        } catch {
            throw WireError(error)
        }
    }

    /// Reads a message that has a body: its header, which ends with how many bytes the body has once unpacked, then the
    /// body. Nothing may be left of either.
    func readWhole<Head, Message>(
        _ head: (inout ByteReader) throws(MalformedBytes) -> Head,
        _ read: (Head, inout ByteReader) throws(MalformedBytes) -> Message
    ) throws(WireError) -> Message {
        let (known, size) = try readHeader { reader throws(MalformedBytes) in
            (try head(&reader), try reader.count(limit: Limits.unpackedBytes, of: "bytes once unpacked"))
        }
        var body = ByteReader(try body(size: size))
        do throws(MalformedBytes) {
            let message = try read(known, &body)
            guard body.isAtEnd else { throw MalformedBytes("body longer than it should be", at: body.position) }
            return message
        } catch {
            throw WireError(error)
        }
    }
}
