import SyncWire
import Texts

/// What a file on a stick is, in words, for both programs. Names come from outside: whoever prints this makes it safe.
package enum StickWords {
    /// - Parameter moment: Unix milliseconds in words.
    package static func text(_ inspection: StickInspection, moment: (Int64) -> String) -> String {
        switch inspection.outside {
        case .bundle(let header): bundle(header, inspection, moment)
        case .receipt(let receipt, let greeting): self.receipt(receipt, greeting, moment)
        case .invitation(let invitation):
            self.invitation(invitation, moment)
        }
    }

    /// A name is one line.
    private static func name(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static func invitation(_ invitation: Invitation, _ moment: (Int64) -> String) -> String {
        let (comune, ambito) = (name(invitation.comuneName), name(invitation.ambitoName))
        var facts = Facts()
        facts.sentence(localized("invitation of \(comune) to \(ambito) (\(name(invitation.ambitoCode)))"))
        facts.add(localized("expires"), moment(invitation.expiresAt))
        facts.add(
            localized("proved"), localized("by the one-time code that belongs to it, and by nothing else"))
        return facts.text
    }

    private static func bundle(
        _ header: BundleHeader, _ inspection: StickInspection, _ moment: (Int64) -> String
    ) -> String {
        let (comune, ambito) = (name(header.comuneName), name(header.ambitoCode))
        var facts = Facts()
        switch header.content {
        case .request:
            facts.add(
                localized("request"), localized("for an enrolment, from \(comune) to the hub of \(ambito)"))
        case .changes:
            facts.add(localized("bundle"), localized("of changes, from \(comune) to the hub of \(ambito)"))
        case .records:
            facts.add(localized("bundle"), localized("of records, from the hub of \(ambito) to \(comune)"))
        case .answer:
            facts.add(localized("answer"), localized("to an enrolment, from the hub of \(ambito) to \(comune)"))
        }
        facts.add(
            localized("made", context: "bundle"), localized("\(moment(header.madeAt)), by the sender's clock"))
        facts.add(
            localized("size"), localized("\(inspection.bytes) bytes, schema \(header.schemaVersion)"))
        facts.add(localized("signed"), localized("by \(Hash.text(header.sender.bytes.prefix(8)))…"))
        facts.add(localized("sealed"), localized("for \(Hash.text(header.recipient.bytes.prefix(8)))…"))
        guard let inside = inspection.inside else {
            facts.add(localized("inside"), localized("only its recipient can read it"))
            return facts.text
        }
        facts.add(localized("whole"), localized("yes: nothing is missing or altered"))
        for frame in inside {
            let range = frame.range.map { " " + localized("\($0.from) to \($0.to)") } ?? ""
            facts.add(localized("inside"), localized("\(words(frame.kind) + range), \(frame.bytes) bytes"))
        }
        return facts.text
    }

    private static func receipt(
        _ receipt: Receipt, _ greeting: HubGreeting, _ moment: (Int64) -> String
    ) -> String {
        let state = greeting.state
        var facts = Facts()
        facts.add(localized("receipt"), localized("of the hub, for replica \(state.number)"))
        facts.add(
            localized("made", context: "bundle"), localized("\(moment(receipt.madeAt)), by the hub's clock"))
        facts.add(
            localized("has"),
            localized("changes up to \(state.storedCounter), merged up to \(state.foldedCounter)"))
        if let problem = receipt.problem { facts.add(localized("problem"), name(problem.message)) }
        return facts.text
    }

    private static func words(_ kind: FrameKind) -> String {
        switch kind {
        case .sealingKey: localized("sealing key")
        case .clientGreeting: localized("greeting")
        case .enrolmentRequest: localized("enrolment request")
        case .enrolmentAnswer: localized("enrolment answer")
        case .batch: localized("batch")
        case .page: localized("page")
        case .certificate: localized("certificate")
        default: "\(kind)"
        }
    }
}
