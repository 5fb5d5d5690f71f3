import Bundles
import ReplicaStore
import SyncCore
import SyncSession
import Texts
package import SyncWire

/// What an import did.
package struct StickImport: Sendable {
    package enum Kind: String, Sendable {
        case records
        case receipt
        case invitation
    }

    package var kind: Kind
    /// When it was made, by the hub's clock, Unix milliseconds; nothing for an invitation.
    package var madeAt: Int64?
    package var summary = SyncSummary()
    /// Whether it held nothing that was not here already.
    package var wasKnown = false
    /// Changes of this file that it acknowledged.
    package var acknowledged: UInt64 = 0
    /// Why the hub did not take something of the bundle that it answers.
    package var problem: Problem?
    /// Whether the hub must be brought a new bundle before anything more can come: who this file is, or who the hub is,
    /// has changed.
    package var needsExport = false
}

extension StickRunner {
    /// Takes a file from the hub: a bundle of records, a receipt, or an invitation for its keys.
    ///
    /// - Parameter newNumber: 63 random bits, never 0, for the case that this file needs a new number.
    package func take(
        _ path: String, now: Int64, newNumber: @escaping () -> UInt64 = { UInt64.random(in: 1...UInt64(Int64.max)) },
        onProgress: ((Int64) -> Void)? = nil
    ) throws(SyncFault) -> StickImport {
        let lock = try SyncLock(path: store.path + ".lock")
        defer { lock.release() }
        // Left by an enrolment that was killed at its very end.
        PendingEnrolment.forget(for: store.path)
        let state = try stored { store throws(ReplicaStoreError) in try store.state() }
        guard let hub = VerifyingKey(state.ambitoKey) else {
            throw SyncFault(.noKey, localized("this file does not know its hub's key: enrol it again"))
        }
        let file = try onStick { () throws(StickError) in try StickFile.open(path) }
        let intake = Intake(path: path, state: state, hub: hub, now: now, newNumber: newNumber, onProgress: onProgress)
        switch file {
        case .bundle(let bundle): return try take(bundle, intake)
        case .receipt(let frame):
            let content = try onStick { () throws(StickError) in try StickContent(receipt: frame, by: hub, in: path) }
            return try take(content, nil, intake)
        case .invitation(_, let invitation): return try take(invitation, intake)
        }
    }

    /// What all of an import needs.
    private struct Intake {
        let path: String
        let state: ReplicaState
        let hub: VerifyingKey
        let now: Int64
        let newNumber: () -> UInt64
        let onProgress: ((Int64) -> Void)?
    }

    private func take(_ invitation: Invitation, _ intake: Intake) throws(SyncFault) -> StickImport {
        guard invitation.ambito == intake.state.ambito, invitation.ambitoKey == intake.hub else {
            throw Self.wrongAmbito(invitation.ambitoCode, intake.path)
        }
        try stored { store throws(ReplicaStoreError) in try store.keepHubSealingKey(invitation.sealingKey) }
        return StickImport(kind: .invitation)
    }

    private func take(_ bundle: BundleReader, _ intake: Intake) throws(SyncFault) -> StickImport {
        let header = bundle.header
        guard header.content == .records || header.content == .answer else {
            throw SyncFault(
                .stick,
                localized(
                    """
                    \(intake.path) is a bundle for the hub: take it to the Ufficio di Piano, where `zona-server \
                    bundle import` takes it in
                    """))
        }
        guard header.ambito == intake.state.ambito else { throw Self.wrongAmbito(header.ambitoCode, intake.path) }
        guard header.sender == intake.hub else {
            throw SyncFault(
                StickError(WireError(.wrongSignature, "not signed by this ambito's hub"), in: intake.path))
        }
        let content = try onStick { () throws(StickError) in
            try StickContent(checking: bundle, key: key.openingKey, by: intake.hub)
        }
        return try take(content, bundle, intake)
    }

    private static func wrongAmbito(_ code: String, _ path: String) -> SyncFault {
        SyncFault(
            .wrongAmbito,
            localized("\(path) is of another ambito (\(code)) than this replica's: nothing of it was taken"))
    }

    private func take(
        _ content: StickContent, _ bundle: BundleReader?, _ intake: Intake
    ) throws(SyncFault) -> StickImport {
        let state = intake.state
        let pages = content.pages
        let judgement = try stored { store throws(ReplicaStoreError) in
            StickJudgement(
                content.greeting, pages: pages.map { ($0.from, $0.to) }, local: try store.local(),
                formerNumbers: try store.formerNumbers(), cursor: state.cursor)
        }
        var done = StickImport(kind: bundle == nil ? .receipt : .records)
        (done.madeAt, done.problem) = (content.receipt.madeAt, content.receipt.problem)
        let start: UInt64?
        switch judgement {
        case .refused(let reason): throw SyncFault(reason, intake.path)
        case .receipt: start = nil
        case .pull(let from): start = from
        }
        if let card = content.card {
            try stored { store throws(ReplicaStoreError) in try store.keepHubSealingKey(card.sealingKey) }
        }
        try converse(content, start == nil ? nil : bundle, from: start, intake, &done)
        let after = try stored { store throws(ReplicaStoreError) in
            try store.noteContact(at: intake.now, offset: nil, fault: nil)
            return try store.state()
        }
        if after.number == state.number { done.acknowledged = after.acknowledgedCounter - state.acknowledgedCounter }
        done.wasKnown =
            !done.needsExport && done.acknowledged == 0 && (done.summary.pages == 0 || after.cursor == state.cursor)
        return done
    }

    /// The same conversation as over a line: what lies on the stick answers.
    private func converse(
        _ content: StickContent, _ bundle: BundleReader?, from start: UInt64?, _ intake: Intake,
        _ done: inout StickImport
    ) throws(SyncFault) {
        try onStick { () throws(StickError) in
            try bundle?.begin(with: key.openingKey)
            for _ in 0..<(bundle == nil ? 0 : content.framesBeforePages) { _ = try bundle?.next() }
        }
        var conversation = try Conversation(
            store: store, key: key, pulls: bundle != nil, pushes: false, from: start, now: intake.now,
            newNumber: intake.newNumber)
        var request = try conversation.begin(with: content.greeting, now: intake.now)
        let stored = Set(content.receipt.stored)
        while let asked = request {
            try Self.refuseWhenCancelled(
                localized("stopped: nothing of the pages was applied. Import the same file again"))
            let answer: Conversation.Answer
            switch asked {
            case .isStored(let hash): answer = .isStored(stored.contains(hash))
            case .page:
                answer = .page(
                    try onStick { () throws(StickError) in
                        guard let bundle else { throw StickError(.damaged, localized("\(intake.path) has no pages")) }
                        return try bundle.next(.page, limit: Limits.unpackedBytes)
                    })
            case .nonce, .greeting, .keys, .bytesHeld, .upload:
                throw SyncFault(ClientSession.Stop.unexpected("a question that a stick does not answer"))
            }
            request = try conversation.receive(answer, sentAt: intake.now, now: intake.now)
            intake.onProgress?(conversation.progress.bytesReceived)
        }
        done.summary = conversation.summary
        done.needsExport = conversation.beginsAgain || conversation.waitsForBundle
    }
}

extension SyncFault {
    init(_ reason: StickJudgement.Reason, _ path: String) {
        switch reason {
        case .otherAmbito:
            self.init(
                .wrongAmbito, localized("\(path) is of another ambito than this replica's: nothing of it was taken"))
        case .otherReplica:
            self.init(.wrongAmbito, localized("\(path) is for another file than this one: nothing of it was taken"))
        case .formerNumber:
            self.init(
                .oldBundle,
                localized(
                    """
                    \(path) is an older one, of before this file went on under a new number: nothing of it was \
                    taken. Bring the hub a new bundle (`zona bundle export`), and take what comes back
                    """))
        case .formerHub:
            self.init(
                .oldBundle,
                localized(
                    """
                    \(path) is an older one, of before the hub was restored: nothing of it was taken. Bring the \
                    hub a new bundle (`zona bundle export`), and take what comes back
                    """))
        case .older:
            self.init(
                .oldBundle,
                localized(
                    """
                    \(path) is an older one: the hub has said more since, and nothing of it was taken. Take a \
                    newer one
                    """))
        case .missing(let from, let cursor):
            self.init(
                .missingBundle,
                localized(
                    """
                    \(path) begins at \(from), and this file is at \(cursor): a bundle before it is missing, and \
                    nothing of this one was taken. Take that one first, or bring the hub a new bundle (`zona \
                    bundle export`)
                    """)
            )
        }
    }
}
