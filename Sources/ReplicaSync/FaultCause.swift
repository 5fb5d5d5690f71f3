import CurlTransport
import ReplicaStore
import SyncWire

/// What a sync failed of, as a stable word: what `status` names, what a script tells apart, and how soon it is worth
/// another attempt.
package enum FaultCause: String, Sendable, CaseIterable {
    /// This PC has no way out at all: no cable, no wireless, no route.
    case noNetwork = "no-network"
    case nameNotFound = "name-not-found"
    /// There is a network, and nothing answers at the hub's address.
    case hubSilent = "hub-silent"
    case proxy
    case proxyLogin = "proxy-login"
    /// Something else answered, such as the login page of a public network.
    case portal
    /// What answers does not have the hub's key.
    case wrongHub = "wrong-hub"
    case tls
    case lineCut = "line-cut"
    case lineStalled = "line-stalled"
    /// The hub is there and could not do it: its disk is full, it is being stopped.
    case hubFault = "hub-fault"
    /// The hub answered what this program does not understand, or refused.
    case problem
    case revoked
    case hubTooOld = "hub-too-old"
    case hubRestored = "hub-restored"
    case wrongAmbito = "wrong-ambito"
    case badAddress = "bad-address"
    case badCode = "bad-code"
    case forked
    case key
    case diskFull = "disk-full"
    case fileLocked = "file-locked"
    case readOnly = "read-only"
    case file
    case otherSync = "other-sync"
    case cancelled

    /// Whether it may pass without anybody doing anything: worth another attempt soon.
    package var isPassing: Bool {
        switch self {
        case .noNetwork, .nameNotFound, .hubSilent, .proxy, .portal, .lineCut, .lineStalled, .hubFault, .diskFull,
            .fileLocked, .readOnly, .otherSync, .cancelled:
            true
        case .proxyLogin, .wrongHub, .tls, .problem, .revoked, .hubTooOld, .hubRestored, .wrongAmbito, .badAddress,
            .badCode, .forked, .key, .file:
            false
        }
    }

    init(_ code: SyncFault.Code) {
        self =
            switch code {
            case .unreachable: .hubSilent
            case .wrongHub: .wrongHub
            case .portal: .portal
            case .proxy: .proxy
            case .interrupted: .lineCut
            case .problem: .problem
            case .busy: .otherSync
            case .forked: .forked
            case .incarnationChanged: .hubRestored
            case .hubTooOld: .hubTooOld
            case .wrongAmbito: .wrongAmbito
            case .file: .file
            case .cancelled: .cancelled
            case .badCode: .badCode
            case .badAddress: .badAddress
            case .revoked: .revoked
            case .noKey: .key
            // Of a file that is carried, not of a sync.
            case .stick, .oldBundle, .missingBundle: .problem
            }
    }

    /// Nothing where the fault's code says enough.
    init?(_ code: TransportError.Code) {
        switch code {
        case .cannotResolve: self = .nameNotFound
        case .proxyNeedsLogin: self = .proxyLogin
        case .tls: self = .tls
        case .stalled: self = .lineStalled
        default: return nil
        }
    }

    init?(_ code: ReplicaStoreError.Code) {
        switch code {
        case .busy: self = .fileLocked
        case .diskFull: self = .diskFull
        case .readOnly: self = .readOnly
        default: return nil
        }
    }
}
