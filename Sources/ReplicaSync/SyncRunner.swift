import CurlTransport
import Foundation
package import ReplicaStore
import SyncCore
import SyncSession
import Texts
package import SyncWire

/// Carries out a sync over HTTPS: one conversation, and another one when who this file is, or who the hub is, has
/// changed in it. Safe to stop at any instruction and to repeat.
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
    /// - Parameters:
    ///   - pulls: false to push only.
    ///   - budget: what it may cost; when it is spent the summary says so.
    package func run(
        pulls: Bool = true, budget: SyncBudget = SyncBudget(),
        onProgress: (@Sendable (SyncProgress) -> Void)? = nil
    ) async throws(SyncFault) -> SyncSummary {
        let lock = try SyncLock(path: store.path + ".lock")
        defer { lock.release() }
        var address = settings.hubURL ?? ""
        do throws(SyncFault) {
            try stored { () throws(ReplicaStoreError) in
                if address.isEmpty { address = try store.state().hubURL }
            }
            let summary = try await converse(pulls: pulls, budget: budget, onProgress: onProgress)
            try stored { () throws(ReplicaStoreError) in
                if let url = settings.hubURL { try store.moveHub(to: url) }
                try store.noteContact(at: Self.now, offset: summary.clockOffset, fault: nil)
            }
            return summary
        } catch {
            let fault = error.refined(hub: address)
            // An address that was only given wrongly here says nothing of the hub.
            if fault.code != .cancelled && (fault.code != .badAddress || settings.hubURL == nil) {
                try? store.noteContact(at: Self.now, offset: nil, fault: fault.context, cause: fault.cause.rawValue)
            }
            throw fault
        }
    }

    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    /// A copied file that meets a restored hub which then turns out to be stale needs four conversations; more are a
    /// fault.
    private static let conversations = 8

    private func converse(
        pulls: Bool, budget: SyncBudget, onProgress: (@Sendable (SyncProgress) -> Void)?
    ) async throws(SyncFault) -> SyncSummary {
        var earlier = SyncSummary()
        var last: SyncFault?
        let clock = ContinuousClock()
        let begun = clock.now
        var spending = Spending(budget: budget)
        for round in 0..<Self.conversations {
            let state = try stored { () throws(ReplicaStoreError) in try store.state() }
            let hub = try HubConnection(state, settings)
            if round == 0, pulls, try await isQuiet(hub) { return SyncSummary(quietAt: hub.traffic, state.clockOffset) }
            var conversation = try Conversation(
                store: store, key: key, pulls: pulls, exchangesKeys: true, now: Self.now)
            let before = earlier.wireSent + earlier.wireReceived
            var stop: Stop?
            do throws(SyncFault) {
                let line = Line(hub: hub, spentBefore: before, onProgress: onProgress) { clock.now - begun }
                stop = try await line.carry(&conversation, &spending)
                last = nil
            } catch {
                guard error.beginsAgain else { throw error }
                last = error
            }
            var summary = conversation.summary
            summary.wireSent = hub.traffic.sent
            summary.wireReceived = hub.traffic.received
            summary.bytesSent += stop?.batchBytes ?? 0
            summary.batchBytesHeld = stop?.batchBytes ?? 0
            summary.stoppedBy = stop?.limit
            summary.add(earlier)
            guard stop == nil, conversation.beginsAgain || last != nil else { return summary }
            earlier = summary
        }
        throw last
            ?? SyncFault(
                .problem,
                localized(
                    """
                    the hub changed under this sync again and again: tell the technician, and sync again later
                    """))
    }

    /// Whether nothing waits here and the hub has nothing for this file: then no conversation is needed.
    private func isQuiet(_ hub: HubConnection) async throws(SyncFault) -> Bool {
        let presence = try stored { () throws(ReplicaStoreError) in try store.presence(now: Self.now) }
        guard let presence, try await hub.isQuiet(presence.frame(key: key)) else { return false }
        try stored { () throws(ReplicaStoreError) in try store.compareAgain(now: Self.now) }
        return true
    }

    /// Where a budget stopped a conversation.
    struct Stop {
        let limit: SyncBudget.Limit
        /// Bytes that the hub has of a batch which is not whole there.
        var batchBytes: Int64 = 0
    }
}

/// One conversation over one connection, with what it may cost.
private struct Line {
    let hub: HubConnection
    let spentBefore: Int64
    let onProgress: (@Sendable (SyncProgress) -> Void)?
    let elapsed: () -> Duration

    private var spent: Int64 { spentBefore + hub.traffic.total }

    /// An answer, with what only HTTPS tells; or the end of what may be spent.
    private enum HubAnswer {
        case nonce(Nonce, CertificateDates?)
        case greeting(HubGreeting, seq: UInt64?)
        case other(Conversation.Answer)
        case stop(SyncRunner.Stop)
    }

    func carry(
        _ conversation: inout Conversation, _ spending: inout Spending
    ) async throws(SyncFault) -> SyncRunner.Stop? {
        onProgress?(conversation.progress)
        var request = try conversation.begin()
        var certificate: CertificateDates?
        while let asked = request {
            guard !Task.isCancelled else {
                throw SyncFault(.cancelled, localized("stopped: what was done is kept; run `zona sync` to go on"))
            }
            let sentAt = SyncRunner.now
            let answer: Conversation.Answer
            switch try await ask(asked, conversation, &spending) {
            case .stop(let stop): return stop
            case .nonce(let nonce, let dates):
                certificate = dates
                answer = .nonce(nonce)
            case .greeting(let greeting, let seq):
                if let seq { try conversation.noteHub(seq: seq) }
                answer = .greeting(greeting)
            case .other(let other): answer = other
            }
            request = try conversation.receive(answer, sentAt: sentAt, now: SyncRunner.now)
            conversation.noteCertificate { certificate?.note(now: SyncRunner.now, offset: $0) }
            onProgress?(conversation.progress)
        }
        return nil
    }

    private func ask(
        _ request: Conversation.Request, _ conversation: Conversation, _ spending: inout Spending
    ) async throws(SyncFault) -> HubAnswer {
        let name = conversation.name
        switch request {
        case .nonce:
            let (nonce, dates) = try await hub.nonce()
            return .nonce(nonce, dates)
        case .greeting(let frame):
            let (greeting, seq) = try await hub.greet(frame)
            return .greeting(greeting, seq: seq)
        case .keys(let card): return .other(.keys(try await hub.exchangeKeys(card, session: name)))
        case .isStored(let hash): return .other(.isStored(try await hub.position(of: hash, session: name).isStored))
        case .bytesHeld(let hash): return .other(.bytesHeld(try await hub.position(of: hash, session: name).held))
        case .upload(let upload): return try await send(upload, conversation, &spending)
        case .page(let after, let size):
            if let limit = spending.limit(elapsed: elapsed(), spent: spent) {
                return .stop(SyncRunner.Stop(limit: limit))
            }
            spending.hasMoved = true
            let (before, onProgress) = (conversation.progress, onProgress)
            let page = try await hub.page(after: after, size: spending.page(size: size, spent: spent), session: name) {
                var now = before
                now.bytesReceived += $0
                onProgress?(now)
            }
            return .other(.page(page))
        }
    }

    /// A batch, in one piece or as far as the budget allows.
    private func send(
        _ upload: Conversation.Upload, _ conversation: Conversation, _ spending: inout Spending
    ) async throws(SyncFault) -> HubAnswer {
        var rest = upload
        let (before, onProgress) = (conversation.progress, onProgress)
        while true {
            if let limit = spending.limit(elapsed: elapsed(), spent: spent) {
                return .stop(SyncRunner.Stop(limit: limit, batchBytes: Int64(rest.start)))
            }
            spending.hasMoved = true
            let end = try await hub.upload(rest, limit: spending.piece(spent: spent), session: conversation.name) {
                var now = before
                now.bytesSent += $0
                onProgress?(now)
            }
            switch end {
            case .stored(let acknowledgement): return .other(.acknowledgement(acknowledgement))
            case .held(let held):
                rest = Conversation.Upload(bytes: upload.bytes, hash: upload.hash, start: held, clock: upload.clock)
            }
        }
    }
}
