import SyncCore

// What travels on a stick beside batches and pages.
extension JSONRendering {
    /// A bundle's header, where its frame is not at hand.
    package static func text(of header: BundleHeader) -> String {
        JSONText.object([("kind", .text("bundle"))] + bundle(header)).rendered
    }

    static func stick(_ frame: Frame) throws(WireError) -> [(key: String, value: JSONText)] {
        switch frame.kind {
        case .bundle: bundle(try BundleHeader(reading: frame))
        case .receipt: try receipt(try Receipt(reading: frame))
        case .sealingKey: card(try KeyCard(reading: frame))
        case .invitation: invitation(try Invitation(reading: frame))
        default: []
        }
    }

    private static func bundle(_ header: BundleHeader) -> [(key: String, value: JSONText)] {
        [
            ("content", .text("\(header.content)")), ("ambito", id(header.ambito)),
            ("ambitoCode", .text(header.ambitoCode)), ("comuneName", .text(header.comuneName)),
            ("sender", .hex(header.sender.bytes)), ("recipient", .hex(header.recipient.bytes)),
            ("schemaVersion", .integer(header.schemaVersion)), ("madeAt", .integer(header.madeAt)),
        ]
    }

    private static func receipt(_ receipt: Receipt) throws(WireError) -> [(key: String, value: JSONText)] {
        let greeting = try Frame(reading: receipt.greeting, kind: .hubGreeting, limit: Limits.messageBytes)
        var members: [(key: String, value: JSONText)] = [
            ("greeting", .object(try message(greeting))), ("bundle", .hex(receipt.bundle)),
            ("stored", .list(receipt.stored.map { .hex($0) })), ("madeAt", .integer(receipt.madeAt)),
        ]
        if let problem = receipt.problem {
            members.append(
                ("problem", .object([("code", .text("\(problem.code)")), ("message", .text(problem.message))])))
        }
        return members
    }

    private static func card(_ card: KeyCard) -> [(key: String, value: JSONText)] {
        [
            ("ambito", id(card.ambito)), ("holder", .hex(card.holder.bytes)),
            ("sealingKey", .hex(card.sealingKey.bytes)),
        ]
    }

    private static func invitation(_ invitation: Invitation) -> [(key: String, value: JSONText)] {
        [
            ("ambito", id(invitation.ambito)), ("ambitoKey", .hex(invitation.ambitoKey.bytes)),
            ("sealingKey", .hex(invitation.sealingKey.bytes)), ("ambitoCode", .text(invitation.ambitoCode)),
            ("ambitoName", .text(invitation.ambitoName)), ("comuneName", .text(invitation.comuneName)),
            ("expiresAt", .integer(invitation.expiresAt)), ("schemaVersion", .integer(invitation.schemaVersion)),
            ("fingerprint", .hex(Hash.of(invitation.tlsKey))),
        ]
    }
}
