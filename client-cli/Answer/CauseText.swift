import ReplicaSync

/// What a sync failed of, in a few words; the message beside it says what to do.
enum CauseText {
    static func words(_ cause: FaultCause) -> String {
        switch cause {
        case .noNetwork: "no network on this PC"
        case .nameNotFound: "the hub's name is not found (DNS)"
        case .hubSilent: "nothing answers at the hub's address"
        case .proxy: "the proxy does not let through"
        case .proxyLogin: "the proxy wants a user and a password"
        case .portal: "a login page, or something else, answers instead of the hub"
        case .wrongHub: "what answers is not this hub: another TLS key"
        case .tls: "no secure connection (TLS)"
        case .lineCut: "the line was cut"
        case .lineStalled: "the line stood still"
        case .hubFault: "the hub is there but could not do it"
        case .problem: "the hub refused, or was not understood"
        case .revoked: "this replica was revoked"
        case .hubTooOld: "the hub must be upgraded"
        case .hubRestored: "the hub was restored, or is an old copy"
        case .wrongAmbito: "the hub of another ambito"
        case .badAddress: "the hub's address cannot be used"
        case .badCode: "the code"
        case .forked: "this file was copied or put back"
        case .key: "the key file beside the replica"
        case .diskFull: "the disk of this PC is full"
        case .fileLocked: "another program holds the file"
        case .readOnly: "the file or its folder cannot be written"
        case .file: "the file"
        case .otherSync: "another sync of this file is running"
        case .cancelled: "it was stopped"
        }
    }

    /// A stored word; one of a newer program is shown as it is.
    static func words(_ word: String) -> String {
        FaultCause(rawValue: word).map(words) ?? SafeText.line(word)
    }
}
