import Foundation
package import ReplicaStore
import SyncCore
import SyncSession
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

    /// A copied file that meets a restored hub which then turns out to be stale needs four conversations; more are a
    /// fault.
    private static let conversations = 8

    private func converse(
        pulls: Bool, onProgress: (@Sendable (SyncProgress) -> Void)?
    ) async throws(SyncFault) -> SyncSummary {
        var earlier = SyncSummary()
        var last: SyncFault?
        for _ in 0..<Self.conversations {
            var conversation = try Conversation(
                store: store, key: key, pulls: pulls, exchangesKeys: true, now: Self.now)
            do throws(SyncFault) {
                try await carry(&conversation, onProgress)
                last = nil
            } catch {
                guard error.beginsAgain else { throw error }
                last = error
            }
            var summary = conversation.summary
            summary.add(earlier)
            guard conversation.beginsAgain || last != nil else { return summary }
            earlier = summary
        }
        throw last
            ?? SyncFault(
                .problem, "the hub changed under this sync again and again: tell the technician, and sync again later")
    }

    private func carry(
        _ conversation: inout Conversation, _ onProgress: (@Sendable (SyncProgress) -> Void)?
    ) async throws(SyncFault) {
        let state = try stored { () throws(ReplicaStoreError) in try store.state() }
        let url = settings.hubURL ?? state.hubURL
        guard !url.isEmpty else {
            throw SyncFault(
                .badAddress,
                "this replica was enrolled by stick and does not know where its hub is: give the address once, "
                    + "`zona sync --hub https://HOST:PORT`, or go on by stick (`zona bundle`)")
        }
        let hub = HubConnection(
            url: url, pin: state.pin, ambito: state.ambito,
            ambitoKey: VerifyingKey(state.ambitoKey), settings: settings)
        onProgress?(conversation.progress)
        var request = try conversation.begin()
        while let asked = request {
            guard !Task.isCancelled else {
                throw SyncFault(.cancelled, "stopped: what was done is kept; run `zona sync` to go on")
            }
            let sentAt = Self.now
            let answer = try await Self.ask(hub, asked, conversation, onProgress)
            if case .nonce(_, let dates) = answer {
                conversation.noteCertificate { dates?.note(now: Self.now, offset: $0) }
            }
            request = try conversation.receive(answer.plain, sentAt: sentAt, now: Self.now)
            onProgress?(conversation.progress)
        }
    }

    /// An answer, with what only HTTPS tells.
    private enum HubAnswer {
        case nonce(Nonce, CertificateDates?)
        case other(Conversation.Answer)

        var plain: Conversation.Answer {
            switch self {
            case .nonce(let nonce, _): .nonce(nonce)
            case .other(let answer): answer
            }
        }
    }

    private static func ask(
        _ hub: HubConnection, _ request: Conversation.Request, _ conversation: Conversation,
        _ onProgress: (@Sendable (SyncProgress) -> Void)?
    ) async throws(SyncFault) -> HubAnswer {
        let (before, name) = (conversation.progress, conversation.name)
        switch request {
        case .nonce:
            let (nonce, dates) = try await hub.nonce()
            return .nonce(nonce, dates)
        case .greeting(let frame): return .other(.greeting(try await hub.greet(frame)))
        case .keys(let card): return .other(.keys(try await hub.exchangeKeys(card, session: name)))
        case .isStored(let hash): return .other(.isStored(try await hub.position(of: hash, session: name).isStored))
        case .bytesHeld(let hash): return .other(.bytesHeld(try await hub.position(of: hash, session: name).held))
        case .upload(let upload):
            let acknowledgement = try await hub.upload(
                upload.bytes, hash: upload.hash, from: upload.start, session: name, clock: upload.clock
            ) { sent in
                var now = before
                now.bytesSent += sent
                onProgress?(now)
            }
            return .other(.acknowledgement(acknowledgement))
        case .page(let after, let size):
            let frame = try await hub.page(after: after, size: size, session: name) { received in
                var now = before
                now.bytesReceived += received
                onProgress?(now)
            }
            return .other(.page(frame))
        }
    }

    private func stored<Result>(_ body: () throws(ReplicaStoreError) -> Result) throws(SyncFault) -> Result {
        do throws(ReplicaStoreError) { return try body() } catch { throw SyncFault(error) }
    }
}
