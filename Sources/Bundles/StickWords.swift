import SyncWire

/// What a file on a stick is, in words, for both programs. Names come from outside: whoever prints this makes it safe.
package enum StickWords {
    /// - Parameter moment: Unix milliseconds in words.
    package static func text(_ inspection: StickInspection, moment: (Int64) -> String) -> String {
        switch inspection.outside {
        case .bundle(let header): bundle(header, inspection, moment).joined(separator: "\n")
        case .receipt(let receipt, let greeting): self.receipt(receipt, greeting, moment).joined(separator: "\n")
        case .invitation(let invitation):
            """
            invitation of \(name(invitation.comuneName)) to \(name(invitation.ambitoName)) \
            (\(name(invitation.ambitoCode)))
            expires    \(moment(invitation.expiresAt))
            proved     by the one-time code that belongs to it, and by nothing else
            """
        }
    }

    /// A name is one line.
    private static func name(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static func bundle(
        _ header: BundleHeader, _ inspection: StickInspection, _ moment: (Int64) -> String
    ) -> [String] {
        let (comune, ambito) = (name(header.comuneName), name(header.ambitoCode))
        let what =
            switch header.content {
            case .request: "request    for an enrolment, from \(comune) to the hub of \(ambito)"
            case .changes: "bundle     of changes, from \(comune) to the hub of \(ambito)"
            case .records: "bundle     of records, from the hub of \(ambito) to \(comune)"
            case .answer: "answer     to an enrolment, from the hub of \(ambito) to \(comune)"
            }
        var lines = [
            what, "made       \(moment(header.madeAt)), by the sender's clock",
            "size       \(inspection.bytes) bytes, schema \(header.schemaVersion)",
            "signed     by \(Hash.text(header.sender.bytes.prefix(8)))…",
            "sealed     for \(Hash.text(header.recipient.bytes.prefix(8)))…",
        ]
        guard let inside = inspection.inside else {
            return lines + ["inside     only its recipient can read it"]
        }
        lines.append("whole      yes: nothing is missing or altered")
        for frame in inside {
            let range = frame.range.map { " \($0.from) to \($0.to)" } ?? ""
            lines.append("inside     \(words(frame.kind))\(range), \(frame.bytes) bytes")
        }
        return lines
    }

    private static func receipt(
        _ receipt: Receipt, _ greeting: HubGreeting, _ moment: (Int64) -> String
    ) -> [String] {
        var lines = [
            "receipt    of the hub, for replica \(greeting.state.number)",
            "made       \(moment(receipt.madeAt)), by the hub's clock",
            "has        changes up to \(greeting.state.storedCounter), merged up to \(greeting.state.foldedCounter)",
        ]
        if let problem = receipt.problem { lines.append("problem    \(name(problem.message))") }
        return lines
    }

    private static func words(_ kind: FrameKind) -> String {
        switch kind {
        case .sealingKey: "sealing key"
        case .clientGreeting: "greeting"
        case .enrolmentRequest: "enrolment request"
        case .enrolmentAnswer: "enrolment answer"
        default: "\(kind)"
        }
    }
}
