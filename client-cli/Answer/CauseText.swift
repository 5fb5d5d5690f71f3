import ReplicaSync
import Texts

/// What a sync failed of, in a few words; the message beside it says what to do.
enum CauseText {
    static func words(_ cause: FaultCause) -> String {
        switch cause {
        case .noNetwork: localized("no network on this PC")
        case .nameNotFound: localized("the hub's name is not found (DNS)")
        case .hubSilent: localized("nothing answers at the hub's address")
        case .proxy: localized("the proxy does not let through")
        case .proxyLogin: localized("the proxy wants a user and a password")
        case .portal: localized("a login page, or something else, answers instead of the hub")
        case .wrongHub: localized("what answers is not this hub: another TLS key")
        case .tls: localized("no secure connection (TLS)")
        case .lineCut: localized("the line was cut")
        case .lineStalled: localized("the line stood still")
        case .hubFault: localized("the hub is there but could not do it")
        case .problem: localized("the hub refused, or was not understood")
        case .revoked: localized("this replica was revoked")
        case .hubTooOld: localized("the hub must be upgraded")
        case .hubRestored: localized("the hub was restored, or is an old copy")
        case .wrongAmbito: localized("the hub of another ambito")
        case .badAddress: localized("the hub's address cannot be used")
        case .badCode: localized("the code")
        case .forked: localized("this file was copied or put back")
        case .key: localized("the key file beside the replica")
        case .diskFull: localized("the disk of this PC is full")
        case .fileLocked: localized("another program holds the file")
        case .readOnly: localized("the file or its folder cannot be written")
        case .file: localized("the file")
        case .otherSync: localized("another sync of this file is running")
        case .cancelled: localized("it was stopped")
        }
    }

    /// A stored word; one of a newer program is shown as it is.
    static func words(_ word: String) -> String {
        FaultCause(rawValue: word).map(words) ?? SafeText.line(word)
    }
}
