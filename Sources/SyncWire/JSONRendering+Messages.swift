import SyncCore

// The messages of a conversation and of an enrolment. Secrets are left out: the text may be mailed to somebody who
// helps.
extension JSONRendering {
    static func message(_ frame: Frame) throws(WireError) -> [(key: String, value: JSONText)] {
        switch frame.kind {
        case .nonce: nonce(try Nonce(reading: frame))
        case .certificate: certificate(try Certificate(reading: frame))
        case .clientGreeting: try greeting(try ClientGreeting(reading: frame))
        case .hubGreeting: greeting(try HubGreeting(reading: frame))
        case .acknowledgement: [("hub", state(try Acknowledgement(reading: frame).state))]
        case .enrolmentRequest: enrolment(try EnrolmentRequest(reading: frame))
        case .enrolmentAnswer: try enrolment(try EnrolmentAnswer(reading: frame))
        case .problem: problem(try Problem(reading: frame))
        case .checkpoint: checkpoint(try Checkpoint(reading: frame))
        case .comparisonRequest: comparison(try ComparisonRequest(reading: frame))
        case .comparisonAnswer: comparison(try ComparisonAnswer(reading: frame))
        case .historyRequest: history(try HistoryRequest(reading: frame))
        case .historyAnswer: history(try HistoryAnswer(reading: frame))
        case .presence: presence(try Presence(reading: frame))
        case .batch, .page, .bundle, .receipt, .sealingKey, .invitation: []
        }
    }

    private static func nonce(_ nonce: Nonce) -> [(key: String, value: JSONText)] {
        [
            ("ambito", id(nonce.ambito)), ("incarnation", .text(nonce.incarnation.description)),
            ("nonce", .hex(nonce.nonce)), ("hubTime", .integer(nonce.hubTime)),
        ]
    }

    private static func certificate(_ certificate: Certificate) -> [(key: String, value: JSONText)] {
        [
            ("ambito", id(certificate.ambito)), ("key", .hex(certificate.key.bytes)),
            ("comune", id(certificate.comune)),
            ("isCapofila", .flag(certificate.isCapofila)), ("issuedAt", .integer(certificate.issuedAt)),
        ]
    }

    private static func certificate(in bytes: [UInt8]) throws(WireError) -> JSONText {
        .object(certificate(try Certificate(reading: try Frame(reading: bytes, kind: .certificate))))
    }

    private static func greeting(_ greeting: ClientGreeting) throws(WireError) -> [(key: String, value: JSONText)] {
        [
            ("nonce", .hex(greeting.nonce)), ("certificate", try certificate(in: greeting.certificate)),
            ("number", name(greeting.number)), ("formerNumbers", .list(greeting.formerNumbers.map { name($0) })),
            ("incarnation", .text(greeting.incarnation.description)),
            ("acknowledgedCounter", .counter(greeting.acknowledgedCounter)),
            ("acknowledgedHash", .hex(greeting.acknowledgedHash)), ("cursor", .counter(greeting.cursor)),
            ("logHash", .hex(greeting.logHash)), ("oldest", .counter(greeting.oldest)),
            ("schemaVersion", .integer(greeting.schemaVersion)), ("compares", .flag(greeting.compares)),
            ("wantsLogHashes", .flag(greeting.wantsLogHashes)),
        ]
    }

    private static func presence(_ presence: Presence) -> [(key: String, value: JSONText)] {
        [
            ("ambito", id(presence.ambito)), ("number", name(presence.number)),
            ("incarnation", .text(presence.incarnation.description)), ("time", .integer(presence.time)),
            ("acknowledgedCounter", .counter(presence.acknowledgedCounter)),
            ("acknowledgedHash", .hex(presence.acknowledgedHash)), ("cursor", .counter(presence.cursor)),
            ("logHash", .hex(presence.logHash)), ("schemaVersion", .integer(presence.schemaVersion)),
        ]
    }

    private static func greeting(_ greeting: HubGreeting) -> [(key: String, value: JSONText)] {
        [
            ("hub", state(greeting.state)), ("schemaVersion", .integer(greeting.schemaVersion)),
            ("formerIncarnations", .list(greeting.formerIncarnations.map { .text($0.description) })),
            ("horizon", .counter(greeting.horizon)), ("numbers", .list(greeting.numbers.map { number($0) })),
        ]
    }

    private static func number(_ state: NumberState) -> JSONText {
        .object([
            ("number", name(state.number)), ("storedCounter", .counter(state.storedCounter)),
            ("storedHash", .hex(state.storedHash)), ("durableCounter", .counter(state.durableCounter)),
        ])
    }

    private static func enrolment(_ request: EnrolmentRequest) -> [(key: String, value: JSONText)] {
        [
            ("key", .hex(request.key.bytes)), ("number", name(request.number)),
            ("schemaVersion", .integer(request.schemaVersion)),
        ]
    }

    private static func enrolment(_ answer: EnrolmentAnswer) throws(WireError) -> [(key: String, value: JSONText)] {
        [
            ("certificate", try certificate(in: answer.certificate)), ("ambitoKey", .hex(answer.ambitoKey.bytes)),
            ("ambito", id(answer.ambito)), ("ambitoCode", .text(answer.ambitoCode)),
            ("ambitoName", .text(answer.ambitoName)), ("comuneName", .text(answer.comuneName)),
            ("incarnation", .text(answer.incarnation.description)), ("schemaVersion", .integer(answer.schemaVersion)),
        ]
    }

    private static func problem(_ problem: Problem) -> [(key: String, value: JSONText)] {
        [("code", .text("\(problem.code)")), ("message", .text(problem.message))]
    }
}
