import Foundation
package import ReplicaStore
import SyncCore
import SyncSession
import SyncWire
import Texts

/// What a pull would bring from a hub: bytes of its pages, without HTTP.
package struct HubForecast: Sendable, Equatable {
    package let pages: Int
    package let records: Int
    package let bytes: Int64
}

/// Whether a sync would reach the hub now: the file, the key, the network, the hub's word. Sends and applies nothing.
package struct HubCheck: Sendable {
    /// What the hub said.
    package struct Answer: Sendable {
        package let seq: UInt64?
        /// Milliseconds to add to this PC's clock.
        package let clockOffset: Int64
        package let certificateNote: String?
        /// What the next sync has to do first, if anything.
        package let event: IdentityEvent?
        /// What a pull would bring, when it was asked; nothing from a hub that cannot say.
        package let forecast: HubForecast?
    }

    private let store: ReplicaStore
    private let settings: SyncSettings
    private let bound: Duration
    private let forecasts: Bool

    /// - Parameters:
    ///   - bound: after which the hub counts as silent.
    ///   - forecasts: whether the hub is asked what a pull would bring.
    package init(
        store: ReplicaStore, settings: SyncSettings = SyncSettings(), bound: Duration = .seconds(9),
        forecasts: Bool = false
    ) {
        self.store = store
        self.forecasts = forecasts
        self.bound = bound
        self.settings = settings
    }

    package func run() async throws(SyncFault) -> Answer {
        try LocalDisk.probe(beside: store.path)
        do throws(ReplicaStoreError) { try store.probe() } catch { throw SyncFault(error) }
        let key = try ReplicaKey.load(for: store.path)
        let lock = try SyncLock(path: store.path + ".lock")
        defer { lock.release() }
        let answer = await withTaskGroup(of: Result<Answer, SyncFault>.self) { [bound] group in
            group.addTask {
                do throws(SyncFault) { return .success(try await ask(key)) } catch { return .failure(error) }
            }
            group.addTask {
                // Cancelled as soon as the hub has answered; else the hub's time is over.
                try? await Task.sleep(for: bound)
                return .failure(
                    SyncFault(
                        .unreachable,
                        localized(
                            """
                            The hub has not answered for \(bound.components.seconds) seconds: check the network \
                            and that the hub is running, then try again.
                            """)))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(SyncFault(.cancelled, "stopped"))
        }
        return try answer.get()
    }

    private func ask(_ key: SigningKey) async throws(SyncFault) -> Answer {
        let state: ReplicaState
        let local: ClientSession.Local
        do throws(ReplicaStoreError) {
            state = try store.state()
            local = try store.local()
        } catch {
            throw SyncFault(error)
        }
        let hub = try HubConnection(state, settings)
        do throws(SyncFault) {
            let sentAt = SyncRunner.now
            let (nonce, dates) = try await hub.nonce()
            var session = ClientSession(local: local)
            _ = session.start()
            _ = session.onNonce(nonce, sentAt: sentAt, receivedAt: SyncRunner.now)
            let greeting = try stored { () throws(ReplicaStoreError) in
                try store.greeting(answering: nonce.nonce)
            }
            let (answer, seq) = try await hub.greet(greeting.frame(key: key))
            let offset = session.measuredOffset ?? 0
            let event = try Self.event(session.onGreeting(answer))
            let asks = forecasts && event == nil
            let forecast = asks ? try await hub.forecast(after: local.cursor, session: answer.session) : nil
            return Answer(
                seq: seq, clockOffset: offset, certificateNote: dates?.note(now: SyncRunner.now, offset: offset),
                event: event, forecast: forecast)
        } catch {
            throw error.refined(hub: hub.url)
        }
    }

    private static func event(_ directive: ClientSession.Directive) throws(SyncFault) -> IdentityEvent? {
        switch directive {
        case .meet: .metHub
        case .fork, .askStored: .forked
        case .startAfresh: .startedAfresh
        case .stop(let stop): throw SyncFault(stop)
        default: nil
        }
    }
}

/// The disk that a replica lies on.
enum LocalDisk {
    /// Writes a small file beside the replica and takes it away again: what is left on a disk is known by writing only.
    static func probe(beside path: String) throws(SyncFault) {
        let probe = path + ".probe"
        let file = open(probe, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        var reason = errno
        if file >= 0 {
            let bytes = [UInt8](repeating: 0, count: 65_536)
            let written = write(file, bytes, bytes.count)
            reason = written == bytes.count ? 0 : written < 0 ? errno : ENOSPC
            close(file)
            unlink(probe)
        }
        guard file < 0 || reason != 0 else { return }
        let isFull = [ENOSPC, EDQUOT, EFBIG].contains(reason)
        let error = ReplicaStoreError(
            isFull ? .diskFull : .readOnly,
            isFull
                ? localized("the disk of \(path) is full: free some space; nothing was changed")
                : localized(
                    """
                    the folder of \(path) cannot be written (\(String(cString: strerror(reason)))): check its \
                    permissions
                    """)
        )
        throw SyncFault(error)
    }
}
