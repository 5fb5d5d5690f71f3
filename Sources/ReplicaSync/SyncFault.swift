import Platform
import Texts

package import Bundles
package import CurlTransport
package import ReplicaStore
package import SyncSession
package import SyncWire

/// Why a sync did not do all its work. What was done stays done; the next one goes on from there.
package struct SyncFault: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case unreachable
        case wrongHub = "wrong-hub"
        case portal
        case proxy
        case interrupted
        case problem
        case busy
        case forked
        case incarnationChanged = "incarnation-changed"
        case hubTooOld = "hub-too-old"
        case wrongAmbito = "wrong-ambito"
        case file
        case cancelled
        case badCode = "bad-code"
        case badAddress = "bad-address"
        case revoked
        case noKey = "no-key"
        /// The file on the stick cannot be written, read or believed; `stick` says why.
        case stick
        /// A bundle or receipt that says less than this file knows already.
        case oldBundle = "old-bundle"
        /// A bundle before it is missing.
        case missingBundle = "missing-bundle"
    }

    package let code: Code
    package let context: String
    /// Whether a new conversation may set it right: the hub did not know this file, or its session, as it is now.
    package private(set) var beginsAgain = false
    /// What it failed of.
    package private(set) var cause: FaultCause
    /// What the replica's file said, when it was the file.
    package let underlying: ReplicaStoreError?
    /// What the stick's file said, when it was that file.
    package private(set) var stick: StickError?

    package init(_ code: Code, _ context: String, underlying: ReplicaStoreError? = nil) {
        cause = underlying.flatMap { FaultCause($0.code) } ?? FaultCause(code)
        self.code = code
        self.context = context
        self.underlying = underlying
    }

    package var isRetryable: Bool {
        switch code {
        case .unreachable, .interrupted, .portal, .proxy, .busy, .cancelled: true
        case .file: underlying?.isRetryable ?? false
        case .wrongHub, .problem, .forked, .incarnationChanged, .hubTooOld, .wrongAmbito, .badCode, .badAddress,
            .revoked, .noKey, .stick, .oldBundle, .missingBundle:
            false
        }
    }

    package var description: String { context }

    package init(_ error: TransportError) {
        let code: Code =
            switch error.code {
            case .cannotResolve, .cannotConnect: .unreachable
            case .connectionLost, .stalled: .interrupted
            case .proxyRefused, .proxyNeedsLogin: .proxy
            case .wrongKey, .tls: .wrongHub
            case .notOurHub: .portal
            case .cancelled: .cancelled
            case .badAddress: .badAddress
            case .answerTooLarge, .other: .problem
            }
        self.init(code, error.context)
        if let cause = FaultCause(error.code) { self.cause = cause }
    }

    /// The same fault, told apart by what this PC knows: without any way out nobody's name is to be found.
    ///
    /// - Parameter hub: the hub's address.
    func refined(hub: String) -> SyncFault {
        guard cause == .nameNotFound || cause == .hubSilent, !NetworkState.isHere(hub), !NetworkState.now().hasRoute
        else { return self }
        var fault = SyncFault(
            code,
            localized(
                """
                This computer has no network at all: connect its cable or its wireless network, then try again.
                """))
        fault.cause = .noNetwork
        return fault
    }

    package init(_ stop: ClientSession.Stop) {
        switch stop {
        case .wrongAmbito:
            self.init(
                .wrongAmbito,
                localized(
                    """
                    this hub serves another ambito than this replica's: check the address, or enrol with a new \
                    code
                    """))
        case .formerHub:
            self.init(
                .incarnationChanged,
                localized(
                    """
                    this is an old hub: this file has met the one that replaced it. Nothing was changed: check \
                    the hub's address, and tell the technician that the old hub is still running
                    """))
        case .hubKnowsLess:
            self.init(
                .incarnationChanged,
                localized(
                    """
                    the hub knows less than it has acknowledged: it was put back from an old copy. Nothing was \
                    changed and nothing is lost: keep this file, sync again, and tell the technician if it stays \
                    so
                    """))
        case .hubTooOld(let hub, let replica):
            self.init(
                .hubTooOld,
                localized(
                    """
                    the hub knows schema \(hub), this replica has \(replica): it waits until the hub is upgraded
                    """))
        case .pageElsewhere:
            self.init(.interrupted, localized("what came does not follow what is here: run the sync again"))
        case .unexpected(let what):
            self.init(
                .problem,
                localized(
                    """
                    the hub answered out of turn (\(what)): run the sync again; if it stays so, tell the \
                    technician
                    """))
        }
    }

    package init(_ problem: Problem) {
        defer {
            beginsAgain = [.sessionUnknown, .gap, .forked, .incarnationChanged].contains(problem.code)
            if problem.code == .hubFault || problem.code == .shuttingDown { cause = .hubFault }
        }
        switch problem.code {
        case .revoked: self.init(.revoked, Self.words(problem))
        case .codeUnknown, .codeUsed, .codeExpired: self.init(.badCode, Self.words(problem))
        case .forked: self.init(.forked, Self.words(problem))
        case .incarnationChanged: self.init(.incarnationChanged, Self.words(problem))
        case .schemaTooNew: self.init(.hubTooOld, Self.words(problem))
        case .wrongAmbito: self.init(.wrongAmbito, Self.words(problem))
        case .sessionUnknown, .shuttingDown, .offsetMismatch, .gap, .notFound:
            self.init(.interrupted, localized("\(Self.words(problem)): run the sync again"))
        case .wrongSignature:
            self.init(
                .problem,
                localized(
                    """
                    the hub refused: \(Self.words(problem)). Is the key file beside the replica its own? Nothing was \
                    changed: put the right one back, or tell the technician
                    """))
        case .hubFault:
            self.init(
                .problem,
                localized(
                    """
                    the hub could not do it: \(Self.words(problem)). What waits here is kept: tell the technician, \
                    and sync again later
                    """))
        case .malformed:
            self.init(
                .problem,
                localized(
                    """
                    the hub refused: \(Self.words(problem)). What waits here is kept: if the hub's program is older \
                    than this one, it must be upgraded; else tell the technician
                    """))
        case .overLimit, .unknownReplica, .clockUnusable:
            self.init(
                .problem,
                localized(
                    """
                    the hub refused: \(Self.words(problem)). What waits here is kept: run the sync again; if it \
                    stays so, tell the technician
                    """))
        }
    }

    /// The hub speaks English, which is enough in English. In another language this program's own words for the code
    /// come first, and the hub's behind them.
    private static func words(_ problem: Problem) -> String {
        guard Language.current != .english else { return problem.message }
        let own =
            switch problem.code {
            case .malformed: localized("it could not read what was sent")
            case .overLimit: localized("what was sent is over a limit")
            case .wrongAmbito: localized("what was sent is of another ambito")
            case .wrongSignature: localized("the signature is not right")
            case .unknownReplica: localized("it does not know this replica")
            case .revoked: localized("this replica was revoked: ask the Ufficio di Piano")
            case .codeUnknown: localized("the code is not known here: ask the Ufficio di Piano for a new one")
            case .codeUsed: localized("the code was used already: ask the Ufficio di Piano for a new one")
            case .codeExpired: localized("the code has expired: ask the Ufficio di Piano for a new one")
            case .sessionUnknown: localized("the conversation with the hub was lost")
            case .gap: localized("changes before these are missing at the hub")
            case .forked: localized("the replica's file was copied, or put back from a backup")
            case .incarnationChanged: localized("the hub was restored meanwhile")
            case .schemaTooNew:
                localized("the hub's program is older than this one: it waits until the hub is upgraded")
            case .offsetMismatch: localized("the hub has another part of it than was thought")
            case .notFound: localized("the hub does not have it, or not any more")
            case .shuttingDown: localized("the hub is being stopped")
            case .hubFault: localized("a fault at the hub")
            case .clockUnusable: localized("this PC's clock is so wrong that it cannot be used: set it")
            }
        return localized("\(own) (the hub: \(problem.message))")
    }

    package init(_ error: StickError) {
        self.init(.stick, error.context)
        stick = error
    }

    package init(_ error: ReplicaStoreError) {
        let code: Code =
            switch error.code {
            case .stale: .interrupted
            case .otherKey: .noKey
            default: .file
            }
        self.init(code, error.context, underlying: error)
    }
}

/// What the file does, with its errors as the sync's.
func stored<Result>(_ body: () throws(ReplicaStoreError) -> Result) throws(SyncFault) -> Result {
    do throws(ReplicaStoreError) { return try body() } catch { throw SyncFault(error) }
}
