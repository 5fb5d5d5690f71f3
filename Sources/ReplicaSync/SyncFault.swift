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
            code, "This computer has no network at all: connect its cable or its wireless network, then try again.")
        fault.cause = .noNetwork
        return fault
    }

    package init(_ stop: ClientSession.Stop) {
        switch stop {
        case .wrongAmbito:
            self.init(
                .wrongAmbito,
                "this hub serves another ambito than this replica's: check the address, or enrol with a new code")
        case .formerHub:
            self.init(
                .incarnationChanged,
                "this is an old hub: this file has met the one that replaced it. Nothing was changed: check the "
                    + "hub's address, and tell the technician that the old hub is still running")
        case .hubKnowsLess:
            self.init(
                .incarnationChanged,
                "the hub knows less than it has acknowledged: it was put back from an old copy. Nothing was changed "
                    + "and nothing is lost: keep this file, sync again, and tell the technician if it stays so")
        case .hubTooOld(let hub, let replica):
            self.init(
                .hubTooOld,
                "the hub knows schema \(hub), this replica has \(replica): it waits until the hub is upgraded")
        case .pageElsewhere:
            self.init(.interrupted, "what came does not follow what is here: run the sync again")
        case .unexpected(let what):
            self.init(
                .problem,
                "the hub answered out of turn (\(what)): run the sync again; if it stays so, tell the technician")
        }
    }

    package init(_ problem: Problem) {
        defer {
            beginsAgain = [.sessionUnknown, .gap, .forked, .incarnationChanged].contains(problem.code)
            if problem.code == .hubFault || problem.code == .shuttingDown { cause = .hubFault }
        }
        switch problem.code {
        case .revoked: self.init(.revoked, problem.message)
        case .codeUnknown, .codeUsed, .codeExpired: self.init(.badCode, problem.message)
        case .forked: self.init(.forked, problem.message)
        case .incarnationChanged: self.init(.incarnationChanged, problem.message)
        case .schemaTooNew: self.init(.hubTooOld, problem.message)
        case .wrongAmbito: self.init(.wrongAmbito, problem.message)
        case .sessionUnknown, .shuttingDown, .offsetMismatch, .gap, .notFound:
            self.init(.interrupted, "\(problem.message): run the sync again")
        case .wrongSignature:
            self.init(
                .problem,
                "the hub refused: \(problem.message). Is the key file beside the replica its own? Nothing was "
                    + "changed: put the right one back, or tell the technician")
        case .hubFault:
            self.init(
                .problem,
                "the hub could not do it: \(problem.message). What waits here is kept: tell the technician, and "
                    + "sync again later")
        case .malformed, .overLimit, .unknownReplica, .clockUnusable:
            self.init(
                .problem,
                "the hub refused: \(problem.message). What waits here is kept: run the sync again; if it stays "
                    + "so, tell the technician")
        }
    }

    package init(_ error: StickError) {
        self.init(.stick, error.context)
        stick = error
    }

    package init(_ error: ReplicaStoreError) {
        self.init(error.code == .stale ? .interrupted : .file, error.context, underlying: error)
    }
}
