package import SyncCore

/// A one-time code as a person types it: the fingerprint of the hub's TLS key, and a secret. Base32 (RFC 4648) in
/// groups of five, with a check so that a typing error is told apart from a wrong code.
package struct EnrolmentCode: Sendable, Equatable {
    package static let secretSize = 10
    /// SHA-256 of the hub's SubjectPublicKeyInfo, 32 bytes.
    package let fingerprint: [UInt8]
    package let secret: [UInt8]

    package init(fingerprint: [UInt8], secret: [UInt8]) {
        self.fingerprint = fingerprint
        self.secret = secret
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    package var text: String {
        let payload = fingerprint + secret
        var bits: UInt32 = 0
        var held = 0
        var characters: [UInt8] = []
        for byte in payload + Hash.of(payload).prefix(3) {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 5 {
                held -= 5
                characters.append(Self.digits[Int(bits >> UInt32(held) & 31)])
            }
        }
        let groups = stride(from: 0, to: characters.count, by: 5).map {
            String(decoding: characters[$0..<min($0 + 5, characters.count)], as: UTF8.self)
        }
        return groups.joined(separator: "-")
    }

    /// Reads what `text` wrote, in any case, with or without hyphens and spaces. Nothing when it is not one, or
    /// mistyped.
    package init?(_ text: String) {
        var bits: UInt32 = 0
        var held = 0
        var bytes: [UInt8] = []
        for character in text.utf8 where character != 0x2D && character != 0x20 {
            let upper = character >= 0x61 && character <= 0x7A ? character - 0x20 : character
            guard let digit = Self.digits.firstIndex(of: upper) else { return nil }
            bits = bits << 5 | UInt32(digit)
            held += 5
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        let size = 32 + Self.secretSize
        guard bytes.count == size + 3, held == 0 else { return nil }
        let payload = Array(bytes[..<size])
        guard Hash.of(payload).prefix(3).elementsEqual(bytes[size...]) else { return nil }
        self.init(fingerprint: Array(payload[..<32]), secret: Array(payload[32...]))
    }
}

/// What a new replica sends: the code's secret and its key, signed by that key.
package struct EnrolmentRequest: Sendable, Equatable {
    package let secret: [UInt8]
    package let key: VerifyingKey
    package let number: ReplicaNumber
    package let schemaVersion: Int

    package init(secret: [UInt8], key: VerifyingKey, number: ReplicaNumber, schemaVersion: Int) {
        self.secret = secret
        self.key = key
        self.number = number
        self.schemaVersion = schemaVersion
    }

    package func frame(key signing: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        bytes.append(contentsOf: secret)
        bytes.append(contentsOf: key.bytes)
        bytes.appendFixed(number.rawValue)
        bytes.appendVarint(UInt64(schemaVersion))
        return Frame(.enrolmentRequest, header: bytes, key: signing)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let secret = try reader.take(EnrolmentCode.secretSize)
            guard let key = VerifyingKey(try reader.take(32)) else {
                throw MalformedBytes("no key", at: reader.position)
            }
            let number = ReplicaNumber(rawValue: try reader.fixed())
            return EnrolmentRequest(
                secret: secret, key: key, number: number,
                schemaVersion: try reader.count(limit: 1 << 20, of: "as schema version"))
        }
    }
}

/// What the hub answers: the certificate, and what the replica must know of its ambito. Signed by the ambito's key.
package struct EnrolmentAnswer: Sendable, Equatable {
    package let certificate: [UInt8]
    package let ambitoKey: VerifyingKey
    package let ambito: RecordID
    package let ambitoCode: String
    package let ambitoName: String
    package let comuneName: String
    package let incarnation: Incarnation
    package let schemaVersion: Int

    package init(
        certificate: [UInt8], ambitoKey: VerifyingKey, ambito: RecordID, ambitoCode: String, ambitoName: String,
        comuneName: String, incarnation: Incarnation, schemaVersion: Int
    ) {
        self.certificate = certificate
        self.ambitoKey = ambitoKey
        self.ambito = ambito
        self.ambitoCode = ambitoCode
        self.ambitoName = ambitoName
        self.comuneName = comuneName
        self.incarnation = incarnation
        self.schemaVersion = schemaVersion
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        bytes.appendCounted(certificate)
        bytes.append(contentsOf: ambitoKey.bytes)
        bytes.appendID(ambito)
        for text in [ambitoCode, ambitoName, comuneName] { bytes.appendCounted(Array(text.utf8)) }
        bytes.appendFixed(incarnation.rawValue)
        bytes.appendVarint(UInt64(schemaVersion))
        return Frame(.enrolmentAnswer, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let certificate = try reader.counted(limit: 4096, of: "bytes of a certificate")
            guard let key = VerifyingKey(try reader.take(32)) else {
                throw MalformedBytes("no key", at: reader.position)
            }
            let ambito = try reader.id()
            var texts: [String] = []
            for _ in 0..<3 {
                texts.append(String(decoding: try reader.counted(limit: 1000, of: "bytes of a name"), as: UTF8.self))
            }
            let incarnation = Incarnation(rawValue: try reader.fixed())
            return EnrolmentAnswer(
                certificate: certificate, ambitoKey: key, ambito: ambito, ambitoCode: texts[0], ambitoName: texts[1],
                comuneName: texts[2], incarnation: incarnation,
                schemaVersion: try reader.count(limit: 1 << 20, of: "as schema version"))
        }
    }
}

/// Why the hub did not do what it was asked. The code is stable; the message is for people.
package struct Problem: Error, Sendable, Equatable {
    package enum Code: UInt8, Sendable, CaseIterable {
        case malformed = 1
        case overLimit = 2
        case wrongAmbito = 3
        case wrongSignature = 4
        case unknownReplica = 5
        case revoked = 6
        case codeUnknown = 7
        case codeUsed = 8
        case codeExpired = 9
        case sessionUnknown = 10
        case gap = 11
        case forked = 12
        case incarnationChanged = 13
        case schemaTooNew = 14
        case offsetMismatch = 15
        case notFound = 16
        case shuttingDown = 17
        case hubFault = 18
        case clockUnusable = 19
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = [code.rawValue]
        bytes.appendCounted(Array(message.utf8.prefix(2000)))
        return Frame(.problem, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let code = Code(rawValue: try reader.byte()) ?? .hubFault
            return Problem(
                code, String(decoding: try reader.counted(limit: 2000, of: "bytes of a message"), as: UTF8.self))
        }
    }
}
