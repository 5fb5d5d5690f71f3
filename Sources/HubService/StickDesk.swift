import Bundles
package import HubStore
package import SyncCore
import SyncSession
package import SyncWire

/// The hub's side of a stick: takes bundles in, and makes those for replicas. Works on the stores' files, so the hub
/// may be serving at the same time.
package struct StickDesk: Sendable {
    /// The hubs of a data folder.
    private let hubs: [HubStore]
    /// Unix milliseconds.
    private let now: @Sendable () -> Int64

    package init(hubs: [HubStore], now: @escaping @Sendable () -> Int64) {
        self.hubs = hubs
        self.now = now
    }

    // MARK: Taking

    /// What came of one bundle.
    package struct Taken: Sendable {
        package enum Content: String, Sendable { case enrolment, changes }

        package let content: Content
        package let ambitoCode: String
        package let comuneName: String
        package var number: ReplicaNumber
        /// Whether the hub has heard more of this replica since.
        package var isOlder = false
        /// Batches that were new, and the changes in them; batches that were here already.
        package var stored = 0
        package var changes = 0
        package var known = 0
        /// Why the rest was not taken.
        package var problem: Problem?
        /// What to bring back: the answer to an enrolment, or a receipt.
        package var answer = ""
    }

    /// Takes a bundle in, and writes what is to be brought back.
    ///
    /// - Parameter folder: where to write it.
    /// - Throws: `StickError`, `HubServiceError`, or a `Problem` when nothing of it could be taken.
    package func take(_ path: String, answersTo folder: String) throws -> Taken {
        guard case .bundle(let bundle) = try StickFile.open(path),
            bundle.header.content == .changes || bundle.header.content == .request
        else {
            throw StickError(
                .notOurs, "\(path) is for a comune and not for the hub: `zona bundle import` takes it there")
        }
        let hub = try hub(of: bundle.header, path)
        let card = try check(bundle, hub)
        switch bundle.header.content {
        case .request: return try enrol(bundle, card, hub, answersTo: folder)
        default: return try take(bundle, card, hub, answersTo: folder)
        }
    }

    private func hub(of header: BundleHeader, _ path: String) throws -> HubStore {
        guard let hub = hubs.first(where: { $0.identity.ambito == header.ambito }) else {
            throw Problem(
                .wrongAmbito,
                "\(path) is for the ambito \(header.ambitoCode), which this hub does not have: nothing of it was taken")
        }
        return hub
    }

    /// All of it must be as it was written and signed by its sender, before anything is taken.
    private func check(_ bundle: BundleReader, _ hub: HubStore) throws -> KeyCard {
        try bundle.begin(with: hub.signingKey.openingKey)
        let card = try bundle.card()
        let isRequest = bundle.header.content == .request
        let first = try bundle.next(isRequest ? .enrolmentRequest : .clientGreeting)
        try verify(first, bundle)
        while let bytes = try bundle.next() {
            guard !isRequest else { throw StickError(WireError(.malformed, "more than a request"), in: bundle.path) }
            try verify(try bundle.frame(bytes, .batch, limit: Limits.batchBytes), bundle)
        }
        return card
    }

    private func verify(_ frame: Frame, _ bundle: BundleReader) throws(StickError) {
        do { try frame.verify(by: bundle.header.sender) } catch { throw StickError(error, in: bundle.path) }
    }

    /// Begins again behind the card.
    private func reopen(_ bundle: BundleReader, _ hub: HubStore) throws(StickError) {
        try bundle.begin(with: hub.signingKey.openingKey)
        _ = try bundle.next()
    }

    private func enrol(
        _ bundle: BundleReader, _ card: KeyCard, _ hub: HubStore, answersTo folder: String
    ) throws -> Taken {
        try reopen(bundle, hub)
        let frame = try bundle.next(.enrolmentRequest)
        let request = try EnrolmentRequest(reading: frame)
        let answer = try hub.enrol(frame.bytes, now: now())
        try hub.keep(card)
        let words = try EnrolmentAnswer(reading: answer)
        let peer = try hub.peer(enrolledBy: words, request)
        let path = try StickPath.path(in: folder, as: StickPath.name("answer", of: words.comuneName))
        _ = try write(
            path, content: .answer, first: answer, for: peer, sealedFor: card.sealingKey, comune: words.comuneName, hub,
            answering: bundle.name)
        return Taken(
            content: .enrolment, ambitoCode: words.ambitoCode, comuneName: words.comuneName, number: request.number,
            answer: path)
    }

    private func take(
        _ bundle: BundleReader, _ card: KeyCard, _ hub: HubStore, answersTo folder: String
    ) throws -> Taken {
        try reopen(bundle, hub)
        let (peer, isOlder) = try hub.greetFromStick(bundle.next(.clientGreeting).bytes, now: now())
        guard peer.certificate.key == bundle.header.sender else {
            throw StickError(WireError(.wrongSignature, "greeting and bundle are of two senders"), in: bundle.path)
        }
        try hub.keep(card)
        let comune = try hub.comuni().first { $0.id == peer.certificate.comune }?.name ?? bundle.header.comuneName
        var taken = Taken(
            content: .changes, ambitoCode: hub.identity.code, comuneName: comune, number: peer.greeting.number)
        taken.isOlder = isOlder
        // What was captured for an earlier life of the hub comes under a former number, once its writer knows of this
        // one.
        if peer.greeting.incarnation != hub.incarnation {
            taken.problem = Problem(
                .incarnationChanged,
                "it was made for an earlier life of this hub: bring the receipt back and take it in there, then bring "
                    + "a new bundle, which gives back what this hub lacks")
        }
        while taken.problem == nil, let batch = try bundle.next() { try take(batch, from: peer, hub, &taken) }
        if taken.problem == nil && !isOlder { try hub.concludeStick(peer, now: now()) }
        taken.answer = try StickPath.path(in: folder, as: StickPath.name("receipt", of: comune))
        let receipt = try receipt(for: peer, hub, answering: bundle.name, problem: taken.problem)
        do { try StickWriter.write(receipt, to: taken.answer) } catch let fault {
            throw StickError(
                fault.code,
                "what the bundle holds is taken, and only the receipt is missing (\(fault.context)): take the bundle "
                    + "in again, with --receipt and a folder that can be written")
        }
        return taken
    }

    /// Of former numbers, whoever gives back does not know what is here: what does not follow it is not needed.
    private func take(
        _ batch: [UInt8], from peer: HubSession.Peer, _ hub: HubStore, _ taken: inout Taken
    ) throws {
        do throws(Problem) {
            let (isNew, changes) = try hub.acceptFromStick(batch, from: peer, now: now())
            taken.stored += isNew ? 1 : 0
            taken.changes += isNew ? changes : 0
            taken.known += isNew ? 0 : 1
        } catch {
            let number = try number(of: batch)
            switch error.code {
            case .hubFault, .shuttingDown: throw error
            case .gap where number != peer.greeting.number, .forked where number != peer.greeting.number: break
            default: taken.problem = error
            }
        }
    }

    private func number(of batch: [UInt8]) throws -> ReplicaNumber {
        var reader = try Frame(reading: batch, kind: .batch).header
        return try BatchHeader(reading: &reader, after: VersionVector()).number
    }

    private func receipt(
        for peer: HubSession.Peer, _ hub: HubStore, answering bundle: [UInt8], problem: Problem? = nil
    ) throws -> Frame {
        let (greeting, stored) = try hub.stickGreeting(for: peer)
        return Receipt(greeting: greeting.bytes, bundle: bundle, stored: stored, problem: problem, madeAt: now())
            .frame(key: hub.signingKey)
    }

    // MARK: Giving

    /// A bundle that was made for a replica, or why none could be.
    package struct Given: Sendable {
        package enum Outcome: Sendable {
            case written(path: String, bytes: Int64, pages: Int, from: UInt64, to: UInt64)
            /// It has not told whom to seal for, or not said where it is: by a first sync, or a first bundle.
            case unknown
        }

        package let comuneName: String
        package let number: ReplicaNumber
        package let outcome: Outcome
    }

    /// Makes a bundle for each replica of an ambito, or of one comune of it: what moved since its last greeting.
    ///
    /// - Parameter comune: its id; all without.
    package func give(_ hub: HubStore, comune: RecordID?, to folder: String) throws -> [Given] {
        var places: [RecordID: Int] = [:]
        return try hub.stickRecipients().filter { comune == nil || $0.comune == comune }.map { recipient in
            places[recipient.comune, default: 0] += 1
            let place = places[recipient.comune, default: 1]
            guard let key = recipient.sealingKey, let greeting = recipient.greeting else {
                return Given(comuneName: recipient.comuneName, number: recipient.number, outcome: .unknown)
            }
            let peer = try hub.peer(in: greeting)
            // A second PC of the comune has a file of its own.
            let name = recipient.comuneName + (place == 1 ? "" : " \(place)")
            let path = try StickPath.path(in: folder, as: StickPath.name("for", of: name))
            let written = try write(
                path, content: .records, first: nil, for: peer, sealedFor: key, comune: recipient.comuneName, hub,
                answering: Hash.none)
            return Given(comuneName: recipient.comuneName, number: recipient.number, outcome: written)
        }
    }

    private func write(
        _ path: String, content: BundleHeader.Content, first: Frame?, for peer: HubSession.Peer,
        sealedFor key: SealingKey, comune: String, _ hub: HubStore, answering bundle: [UInt8]
    ) throws -> Given.Outcome {
        let header = BundleHeader(
            content: content, ambito: hub.identity.ambito, sender: hub.signingKey.publicKey, recipient: key,
            schemaVersion: min(peer.greeting.schemaVersion, hub.catalog.version), madeAt: now(),
            ambitoCode: hub.identity.code, comuneName: comune, encapsulatedKey: [])
        // Dropped without being finished, it leaves nothing on the stick.
        let writer = try BundleWriter(path, header: header, key: hub.signingKey)
        if let first { try writer.add(first.bytes) }
        try writer.add(try receipt(for: peer, hub, answering: bundle).bytes)
        var (pages, to) = (0, peer.greeting.cursor)
        // Of a replica that has not met this life of the hub nobody can say what it lacks: it is only greeted.
        var isComplete = peer.greeting.incarnation != hub.incarnation
        while !isComplete {
            let page = try hub.stickPage(for: peer, after: to)
            let described = try PageHeader(reading: page)
            try writer.add(page.bytes)
            (pages, to, isComplete) = (pages + 1, described.to, described.isComplete)
        }
        try writer.finish()
        return .written(
            path: writer.path, bytes: writer.bytesWritten, pages: pages, from: peer.greeting.cursor, to: to)
    }
}
