import SyncCore

/// What a stick brings back from the hub: what it has of a replica, as a greeting says it, signed by the ambito. On its
/// own it acknowledges; before the pages of a bundle it greets.
package struct Receipt: Sendable, Equatable {
    /// The bytes of a hub greeting's frame. Its session is zeros: no conversation can be held with it.
    package var greeting: [UInt8]
    /// The hash of the header frame of the bundle that it answers; `Hash.none` where it answers none.
    package var bundle: [UInt8]
    /// Batches that the hub has beyond what the replica knew to be acknowledged, by hash, in counter order.
    package var stored: [[UInt8]]
    /// Why something of that bundle was not taken.
    package var problem: Problem?
    /// Unix milliseconds by the hub's clock. For people.
    package var madeAt: Int64

    /// Hashes in one receipt; the rest shows in the next.
    package static let storedMaximum = 10_000
    package static let noSession = [UInt8](repeating: 0, count: 16)

    package init(
        greeting: [UInt8], bundle: [UInt8] = Hash.none, stored: [[UInt8]] = [], problem: Problem? = nil, madeAt: Int64
    ) {
        self.greeting = greeting
        self.bundle = bundle
        self.stored = stored
        self.problem = problem
        self.madeAt = madeAt
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        bytes.appendCounted(greeting)
        bytes.append(contentsOf: bundle)
        bytes.appendVarint(UInt64(stored.count))
        for hash in stored { bytes.append(contentsOf: hash) }
        bytes.append(problem?.code.rawValue ?? 0)
        if let problem { bytes.appendCounted(Array(problem.message.utf8.prefix(2000))) }
        bytes.appendSigned(madeAt)
        return Frame(.receipt, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let greeting = try reader.counted(limit: Limits.messageBytes, of: "bytes of a greeting")
            let bundle = try reader.take(Hash.size)
            var stored: [[UInt8]] = []
            for _ in 0..<(try reader.count(limit: Self.storedMaximum, of: "batches")) {
                stored.append(try reader.take(Hash.size))
            }
            let code = try reader.byte()
            let problem =
                code == 0
                ? nil
                : Problem(
                    Problem.Code(rawValue: code) ?? .hubFault,
                    String(decoding: try reader.counted(limit: 2000, of: "bytes of a message"), as: UTF8.self))
            return Receipt(
                greeting: greeting, bundle: bundle, stored: stored, problem: problem, madeAt: try reader.signed())
        }
    }

    /// Reads a receipt, and the greeting in it, both signed by the ambito's key.
    package static func read(
        _ frame: Frame, by key: VerifyingKey
    ) throws(WireError) -> (receipt: Receipt, greeting: HubGreeting) {
        let receipt = try Receipt(reading: frame)
        try frame.verify(by: key)
        let inner = try Frame(reading: receipt.greeting, kind: .hubGreeting, limit: Limits.messageBytes)
        try inner.verify(by: key)
        return (receipt, try HubGreeting(reading: inner))
    }
}

extension ClientGreeting {
    /// What stands in the place of the hub's nonce in a greeting on a stick. No hub draws it, so nobody can open a
    /// conversation with such a greeting.
    package static let stickNonce = [UInt8](repeating: 0, count: 32)
}
