import Foundation
package import ReplicaStore
import SyncCore
import SyncSession
package import SyncWire

/// How a sync is getting on.
package struct SyncProgress: Sendable, Equatable {
    package enum Phase: String, Sendable { case connecting, sending, receiving, applying }

    package var phase: Phase = .connecting
    package var batchesSent = 0
    package var batchesTotal = 0
    package var bytesSent: Int64 = 0
    package var bytesToSend: Int64 = 0
    package var bytesReceived: Int64 = 0
}

/// What a sync did.
package struct SyncSummary: Sendable {
    package var captured = CaptureSummary()
    package var batchesSent = 0
    package var bytesSent: Int64 = 0
    package var bytesReceived: Int64 = 0
    package var pages = 0
    package var applied = ApplySummary()
    /// Milliseconds to add to this PC's clock.
    package var clockOffset: Int64 = 0
    package var certificateNote: String?
}

/// Carries out one conversation: the session decides, this does. Safe to stop at any instruction and to repeat.
package struct SyncRunner: Sendable {
    private let store: ReplicaStore
    private let key: SigningKey
    private let settings: SyncSettings

    package init(store: ReplicaStore, key: SigningKey, settings: SyncSettings = SyncSettings()) {
        self.store = store
        self.key = key
        self.settings = settings
    }

    /// Captures, pushes, pulls and applies.
    ///
    /// - Parameter pulls: false to push only.
    package func run(
        pulls: Bool = true, onProgress: (@Sendable (SyncProgress) -> Void)? = nil
    ) async throws(SyncFault) -> SyncSummary {
        let lock = try SyncLock(path: store.path + ".lock")
        defer { lock.release() }
        do throws(SyncFault) {
            let summary = try await converse(pulls: pulls, onProgress: onProgress)
            try stored { () throws(ReplicaStoreError) in
                if let url = settings.hubURL { try store.moveHub(to: url) }
                try store.noteContact(at: Self.now, offset: summary.clockOffset, fault: nil)
            }
            return summary
        } catch {
            if error.code != .cancelled { try? store.noteContact(at: Self.now, offset: nil, fault: error.context) }
            throw error
        }
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    private func converse(
        pulls: Bool, onProgress: (@Sendable (SyncProgress) -> Void)?
    ) async throws(SyncFault) -> SyncSummary {
        var conversation = try Conversation(
            store: store, key: key, settings: settings, pulls: pulls, onProgress: onProgress)
        var directive = conversation.session.start()
        while true {
            guard !Task.isCancelled else {
                throw SyncFault(.cancelled, "stopped: what was done is kept; run `zona sync` to go on")
            }
            guard let next = try await conversation.carryOut(directive) else { return conversation.summary }
            directive = next
        }
    }

    private func stored<Result>(_ body: () throws(ReplicaStoreError) -> Result) throws(SyncFault) -> Result {
        do throws(ReplicaStoreError) { return try body() } catch { throw SyncFault(error) }
    }
}

/// One conversation under way: the session, and what its shell must remember between two directives.
private struct Conversation {
    var session: ClientSession
    var summary = SyncSummary()
    private let store: ReplicaStore
    private let key: SigningKey
    private let hub: HubConnection
    private var state: ReplicaState
    private var name: [UInt8] = []
    private var progress = SyncProgress()
    private let onProgress: (@Sendable (SyncProgress) -> Void)?
    private var mayResume: Bool = true
    private var page: (frame: Frame, header: PageHeader)?

    init(
        store: ReplicaStore, key: SigningKey, settings: SyncSettings, pulls: Bool,
        onProgress: (@Sendable (SyncProgress) -> Void)?
    ) throws(SyncFault) {
        self.store = store
        self.key = key
        self.onProgress = onProgress
        do throws(ReplicaStoreError) {
            summary.captured = try store.capture(key: key, now: Self.now)
            state = try store.state()
            session = ClientSession(local: try store.local(), pulls: pulls)
            let waiting = try store.waiting()
            progress.batchesTotal = waiting.batches
            progress.bytesToSend = Int64(waiting.bytes)
        } catch {
            throw SyncFault(error)
        }
        hub = HubConnection(
            url: settings.hubURL ?? state.hubURL, pin: state.pin, ambito: state.ambito,
            ambitoKey: VerifyingKey(state.ambitoKey),
            settings: settings)
        onProgress?(progress)
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    /// Does what the session says and tells it what came of it; nothing when the conversation is over.
    mutating func carryOut(_ directive: ClientSession.Directive) async throws(SyncFault) -> ClientSession.Directive? {
        switch directive {
        case .askNonce:
            let sentAt = Self.now
            let (nonce, certificate) = try await hub.nonce()
            let next = session.onNonce(nonce, sentAt: sentAt, receivedAt: Self.now)
            summary.clockOffset = session.measuredOffset ?? 0
            summary.certificateNote = certificate?.note(now: Self.now, offset: summary.clockOffset)
            return next
        case .greet(let nonce):
            let greeting = try greeting(answering: nonce)
            let answer = try await hub.greet(greeting.frame(key: key))
            name = answer.session
            try forgetDurable(answer.state)
            return session.onGreeting(answer)
        case .acknowledge(let folded, let stored):
            return try acknowledge(folded: folded, stored: stored)
        case .send(let counter):
            return try await send(counter)
        case .askPage(let after, let size):
            return try await ask(after: after, size: size)
        case .keepAndAsk(let after, let size):
            try keepPage()
            return try await ask(after: after, size: size)
        case .keepAndApply:
            try keepPage()
            progress.phase = .applying
            onProgress?(progress)
            summary.applied = try stored { store throws(ReplicaStoreError) in try store.applyInbox(now: Self.now) }
            return session.onApplied()
        case .finish:
            return nil
        case .stop(let stop):
            if stop == .pageElsewhere { try stored { store throws(ReplicaStoreError) in try store.dropInbox() } }
            throw SyncFault(stop)
        }
    }

    private func greeting(answering nonce: Nonce) throws(SyncFault) -> ClientGreeting {
        ClientGreeting(
            nonce: nonce.nonce, certificate: state.certificate, number: state.number, incarnation: state.incarnation,
            acknowledgedCounter: state.acknowledgedCounter, acknowledgedHash: state.acknowledgedHash,
            cursor: state.cursor,
            logHash: state.logHash, oldest: try stored { store throws(ReplicaStoreError) in try store.oldestContext() },
            schemaVersion: state.schemaVersion)
    }

    private func forgetDurable(_ hub: HubState) throws(SyncFault) {
        try stored { store throws(ReplicaStoreError) in try store.forgetDurable(through: hub.durableCounter) }
    }

    private mutating func acknowledge(folded: UInt64, stored counter: UInt64) throws(SyncFault)
        -> ClientSession.Directive
    {
        let batch = try stored { store throws(ReplicaStoreError) in
            try store.acknowledge(folded: folded)
            return try store.batch(after: counter)
        }
        waitingBatch = batch
        return session.onOutbox(next: batch?.lastCounter)
    }

    private var waitingBatch: OutboxBatch?

    private mutating func send(_ counter: UInt64) async throws(SyncFault) -> ClientSession.Directive {
        guard let batch = waitingBatch, batch.lastCounter == counter else {
            return .stop(.unexpected("a batch that is not in the outbox"))
        }
        progress.phase = .sending
        let start = try await startOfUpload(batch)
        let (before, report) = (progress, onProgress)
        let acknowledgement = try await hub.upload(
            batch.bytes, hash: batch.hash, from: start, session: name, clock: summary.clockOffset
        ) { sent in
            var now = before
            now.bytesSent += sent
            report?(now)
        }
        progress.batchesSent += 1
        progress.bytesSent += Int64(batch.bytes.count)
        summary.batchesSent += 1
        summary.bytesSent += Int64(batch.bytes.count - start)
        onProgress?(progress)
        return session.onAcknowledgement(acknowledgement)
    }

    /// Only the first batch of a conversation can have been cut in an earlier one.
    private mutating func startOfUpload(_ batch: OutboxBatch) async throws(SyncFault) -> Int {
        guard mayResume else { return 0 }
        mayResume = false
        let held = try await hub.bytesHeld(of: batch.hash, session: name)
        // All of it may be there and not stored, because the hub's disk was full or it was killed: then nothing is left
        // to send but the question.
        return held <= batch.bytes.count ? held : 0
    }

    private mutating func ask(after: UInt64, size: Int) async throws(SyncFault) -> ClientSession.Directive {
        progress.phase = .receiving
        let (before, report) = (progress, onProgress)
        let frame = try await hub.page(after: after, size: size, session: name) { received in
            var now = before
            now.bytesReceived += received
            report?(now)
        }
        progress.bytesReceived += Int64(frame.bytes.count)
        summary.bytesReceived += Int64(frame.bytes.count)
        summary.pages += 1
        onProgress?(progress)
        let header: PageHeader
        do throws(WireError) { header = try PageHeader(reading: frame) } catch {
            throw SyncFault(.problem, "the hub's page cannot be read (\(error)): run the sync again")
        }
        page = (frame, header)
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
