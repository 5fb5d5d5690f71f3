package import ReplicaStore
import SyncCore
import SyncSession
import Texts
package import SyncWire

/// One conversation from the replica's side, without a line: the session decides, the file does, and each request is
/// answered from outside. `SyncRunner` answers over HTTPS; a test or a simulation by function calls.
///
/// Every step is at most one transaction of the file, so that the conversation may end between any two. The clock and
/// new numbers come from outside.
package struct Conversation {
    /// What to ask the hub next.
    package enum Request: Sendable {
        case nonce
        case greeting(Frame)
        /// My sealing key, for the hub's.
        case keys(Frame)
        /// Whether the hub has stored a batch of mine.
        case isStored(hash: [UInt8])
        /// How many bytes of a batch the hub has from an upload that was cut.
        case bytesHeld(hash: [UInt8])
        case upload(Upload)
        case page(after: UInt64, size: Int)
    }

    /// A batch's bytes from `start` on. `clock`: milliseconds that this PC should add to its clock.
    package struct Upload: Sendable {
        package let bytes: [UInt8]
        package let hash: [UInt8]
        package let start: Int
        package let clock: Int64
    }

    package enum Answer: Sendable {
        case nonce(Nonce)
        case greeting(HubGreeting)
        /// Nothing from a hub that does not know the question yet.
        case keys(SealingKey?)
        case isStored(Bool)
        case bytesHeld(Int)
        case acknowledgement(Acknowledgement)
        case page(Frame)
    }

    package private(set) var summary = SyncSummary()
    /// Names the conversation in requests after the greeting.
    package private(set) var name: [UInt8] = []
    package private(set) var progress = SyncProgress()
    /// Whether, now that it is over, a new conversation is to follow: who this file is, or who the hub is, has changed.
    package private(set) var beginsAgain = false
    /// By stick: whether the hub must first be given what the next bundle holds.
    package private(set) var waitsForBundle = false
    private var session: ClientSession
    private let store: ReplicaStore
    private let key: SigningKey
    private let newNumber: () -> UInt64
    private var state: ReplicaState
    private var mayResume = true
    private var page: (frame: Frame, header: PageHeader)?
    private var waiting: (bytes: [UInt8], hash: [UInt8], counter: UInt64, clock: Int64)?
    private let exchangesKeys: Bool
    /// What to do once the keys are exchanged.
    private var afterKeys: ClientSession.Directive?

    /// Captures what is pending and reads what the file knows.
    ///
    /// - Parameters:
    ///   - pulls: false to push only.
    ///   - pushes: false by stick.
    ///   - start: by stick, where its pages begin: at the cursor or before it. What a pull that was cut has left is
    ///     dropped then.
    ///   - exchangesKeys: whether the sealing keys are exchanged, where they were not yet.
    ///   - now: the PC's clock, Unix milliseconds.
    ///   - newNumber: 63 random bits, never 0, for the case that this file needs a new number.
    package init(
        store: ReplicaStore, key: SigningKey, pulls: Bool = true, pushes: Bool = true, from start: UInt64? = nil,
        exchangesKeys: Bool = false, now: Int64,
        newNumber: @escaping () -> UInt64 = { UInt64.random(in: 1...UInt64(Int64.max)) }
    ) throws(SyncFault) {
        self.store = store
        self.key = key
        self.newNumber = newNumber
        self.exchangesKeys = exchangesKeys
        do throws(ReplicaStoreError) {
            summary.captured = try store.capture(key: key, now: now)
            state = try store.state()
            if start != nil { try store.dropInbox() }
            var local = try store.local()
            local.cursor = start ?? local.cursor
            session = ClientSession(local: local, pulls: pulls, pushes: pushes)
            let waiting = try store.waiting()
            progress.batchesTotal = waiting.batches
            progress.bytesToSend = Int64(waiting.bytes)
            progress.changesTotal = waiting.changes
            progress.seqGoal = state.hubSeq
        } catch {
            throw SyncFault(error)
        }
    }

    /// The first request.
    package mutating func begin() throws(SyncFault) -> Request? {
        try carryOut(session.start(), now: 0)
    }

    /// Begins by stick, with the hub's greeting that lies there: no nonce, no clock, and nothing is sent.
    package mutating func begin(with greeting: HubGreeting, now: Int64) throws(SyncFault) -> Request? {
        try forgetDurable(greeting)
        return try carryOut(session.start(with: greeting), now: now)
    }

    /// Takes the answer to the last request and gives the next, or nothing when the conversation is over.
    ///
    /// - Parameters:
    ///   - sentAt: the PC's clock when the request left; `now`: when the answer was here. Unix milliseconds.
    package mutating func receive(_ answer: Answer, sentAt: Int64, now: Int64) throws(SyncFault) -> Request? {
        let directive: ClientSession.Directive
        switch answer {
        case .nonce(let nonce):
            directive = session.onNonce(nonce, sentAt: sentAt, receivedAt: now)
            summary.clockOffset = session.measuredOffset ?? 0
        case .greeting(let greeting):
            name = greeting.session
            try forgetDurable(greeting)
            directive = session.onGreeting(greeting)
            if let request = try askKeys(before: directive) { return request }
        case .keys(let key):
            try keep(key)
            directive = afterKeys ?? .finish
        case .isStored(let isStored):
            directive = session.onStored(isStored)
        case .bytesHeld(let held):
            return try upload(from: held)
        case .acknowledgement(let acknowledgement):
            noteSent()
            directive = session.onAcknowledgement(acknowledgement)
        case .page(let frame):
            directive = try receivePage(frame)
        }
        return try carryOut(directive, now: now)
    }

    /// Does what the session says, and gives what to ask the hub.
    private mutating func carryOut(_ directive: ClientSession.Directive, now: Int64) throws(SyncFault) -> Request? {
        var next = directive
        while true {
            switch next {
            case .askNonce: return .nonce
            case .greet(let nonce): return .greeting(try greeting(answering: nonce).frame(key: key))
            case .askStored(let link): return .isStored(hash: link.hash)
            case .findOwed(let numbers): next = try findOwed(numbers)
            case .giveBack: return try beginUpload()
            case .send:
                // The hub has said that what it has of mine is mine: what waits may now leave this file.
                try stored { store throws(ReplicaStoreError) in try store.offer() }
                return try beginUpload()
            case .acknowledge(let folded, let stored): next = try acknowledge(folded: folded, stored: stored)
            case .askPage(let after, let size): return askPage(after: after, size: size)
            case .keepAndAsk(let after, let size):
                try keepPage()
                return askPage(after: after, size: size)
            case .keepAndApply:
                try keepPage()
                progress.phase = .applying
                summary.applied = try stored { store throws(ReplicaStoreError) in try store.applyInbox(now: now) }
                next = session.onApplied()
            case .meet, .fork, .startAfresh, .beginAgain:
                try changeIdentity(next, now: now)
                beginsAgain = true
                return nil
            case .finish: return nil
            case .waitForBundle:
                waitsForBundle = true
                return nil
            case .stop(let stop):
                if stop == .pageElsewhere { try stored { store throws(ReplicaStoreError) in try store.dropInbox() } }
                throw SyncFault(stop)
            }
        }
    }

    /// Keeps how far the hub says it is, for people to read.
    mutating func noteHub(seq: UInt64) throws(SyncFault) {
        progress.seqGoal = seq
        try stored { store throws(ReplicaStoreError) in try store.noteHub(seq: seq) }
    }

    /// Keeps what the hub's certificate gives cause to say, once the clock's difference is known.
    mutating func noteCertificate(_ note: (_ offset: Int64) -> String?) {
        summary.certificateNote = note(summary.clockOffset)
    }

    private mutating func changeIdentity(_ directive: ClientSession.Directive, now: Int64) throws(SyncFault) {
        let (number, chain) = (ReplicaNumber(rawValue: newNumber()), session.chain)
        let event: IdentityEvent? = try stored { store throws(ReplicaStoreError) in
            switch directive {
            case .meet(let hub):
                try store.meet(hub, as: number, now: now)
                return .metHub
            case .fork(let known):
                return try store.goOnAfterFork(known: known, of: chain, as: number) ? .forked : nil
            case .startAfresh(let folded):
                try store.startAfresh(folded: folded, as: number)
                return .startedAfresh
            default:
                try store.dropInbox()
                return nil
            }
        }
        if let event { summary.events.append(event) }
    }

    private func greeting(answering nonce: Nonce) throws(SyncFault) -> ClientGreeting {
        try stored { store throws(ReplicaStoreError) in try store.greeting(answering: nonce.nonce) }
    }

    /// Only a hub in the life that this file knows may say what is in its backups.
    private func forgetDurable(_ greeting: HubGreeting) throws(SyncFault) {
        guard greeting.state.incarnation == state.incarnation else { return }
        try stored { store throws(ReplicaStoreError) in
            try store.forgetDurable([NumberState(greeting.state)] + greeting.numbers)
        }
    }

    // MARK: Keys

    /// Only who will go on under his number asks: a hub that was just met is asked in the conversation that follows.
    private mutating func askKeys(before directive: ClientSession.Directive) throws(SyncFault) -> Request? {
        guard exchangesKeys, try !stored({ store throws(ReplicaStoreError) in try store.hubSealingKey() }).isExchanged
        else { return nil }
        switch directive {
        case .stop, .meet, .fork, .startAfresh, .beginAgain: return nil
        default: break
        }
        afterKeys = directive
        return .keys(KeyCard(ambito: state.ambito, of: key).frame(key: key))
    }

    private func keep(_ key: SealingKey?) throws(SyncFault) {
        guard let key else { return }
        try stored { store throws(ReplicaStoreError) in
            try store.keepHubSealingKey(key, exchangedWith: state.incarnation)
        }
    }

    // MARK: Sending

    private mutating func acknowledge(folded: UInt64, stored counter: UInt64) throws(SyncFault)
        -> ClientSession.Directive
    {
        let clock = session.measuredOffset
        let batch = try stored { store throws(ReplicaStoreError) in
            try store.acknowledge(folded: folded, clock: clock)
            return try store.batch(after: counter)
        }
        waiting = batch.map { ($0.bytes, $0.hash, $0.lastCounter, clock ?? 0) }
        if counter > state.acknowledgedCounter {
            progress.changesSent = Int(clamping: counter - state.acknowledgedCounter)
        }
        return session.onOutbox(next: batch?.lastCounter)
    }

    private mutating func findOwed(_ numbers: [NumberState]) throws(SyncFault) -> ClientSession.Directive {
        let owed = try stored { store throws(ReplicaStoreError) in try store.owed(numbers) }
        waiting = owed.map { ($0.bytes, $0.hash, $0.lastCounter, $0.clock) }
        if owed != nil { summary.batchesGivenBack += 1 }
        return session.onOwed(owed.map { ($0.number, $0.lastCounter) })
    }

    /// Only the first batch of a conversation can have been cut in an earlier one.
    private mutating func beginUpload() throws(SyncFault) -> Request? {
        guard let waiting else { throw SyncFault(ClientSession.Stop.unexpected("a batch that is not in the outbox")) }
        progress.phase = .sending
        guard mayResume else { return try upload(from: 0) }
        mayResume = false
        return .bytesHeld(hash: waiting.hash)
    }

    /// All of a batch may be at the hub and not stored, because its disk was full or it was killed: then nothing is
    /// left to send but the question.
    private mutating func upload(from held: Int) throws(SyncFault) -> Request? {
        guard let waiting else { throw SyncFault(ClientSession.Stop.unexpected("a batch that is not in the outbox")) }
        let start = held <= waiting.bytes.count ? held : 0
        summary.bytesSent -= Int64(start)
        return .upload(Upload(bytes: waiting.bytes, hash: waiting.hash, start: start, clock: waiting.clock))
    }

    private mutating func noteSent() {
        guard let waiting else { return }
        progress.batchesSent += 1
        progress.bytesSent += Int64(waiting.bytes.count)
        summary.batchesSent += 1
        summary.bytesSent += Int64(waiting.bytes.count)
    }

    // MARK: Receiving

    private mutating func askPage(after: UInt64, size: Int) -> Request {
        progress.phase = .receiving
        if progress.seqBegin == nil { progress.seqBegin = after }
        progress.seqReached = after
        return .page(after: after, size: size)
    }

    private mutating func receivePage(_ frame: Frame) throws(SyncFault) -> ClientSession.Directive {
        progress.bytesReceived += Int64(frame.bytes.count)
        summary.bytesReceived += Int64(frame.bytes.count)
        summary.pages += 1
        let header: PageHeader
        do throws(WireError) { header = try PageHeader(reading: frame) } catch {
            throw SyncFault(.problem, localized("the hub's page cannot be read (\(error)): run the sync again"))
        }
        page = (frame, header)
        progress.recordsReceived += (try? PageReader(frame, header: header))?.count ?? 0
        return session.onPage(header)
    }

    private mutating func keepPage() throws(SyncFault) {
        guard let page else { return }
        self.page = nil
        try stored { store throws(ReplicaStoreError) in try store.keep(page.frame, header: page.header) }
    }

    private func stored<Result>(_ body: (ReplicaStore) throws(ReplicaStoreError) -> Result) throws(SyncFault) -> Result
    {
        do throws(ReplicaStoreError) { return try body(store) } catch { throw SyncFault(error) }
    }
}
