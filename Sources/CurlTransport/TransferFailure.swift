import CCurl
import Texts

/// Turns what libcurl and the callbacks know at the end of a transfer into the one error that it amounts to.
struct TransferFailure {
    let host: String
    let configuration: CurlConfiguration
    let record: TransferRecord
    /// The status of the answer's head; 0 if none came.
    let status: Int
    /// The proxy's answer to CONNECT; 0 without a proxy.
    let proxyStatus: Int
    let wasConnected: Bool
    /// libcurl's own words.
    let message: String

    /// `nil` if the hub answered.
    func error(for code: CURLcode) -> TransportError? {
        guard let reason = reason(for: code) else { return nil }
        return error(reason, underlying: code == CURLE_OK ? nil : Int32(bitPattern: code.rawValue))
    }

    /// The error with a code, its sentence, and what arrived before it.
    func error(_ code: TransportError.Code, underlying: Int32? = nil) -> TransportError {
        let isProxy = code == .proxyRefused || code == .proxyNeedsLogin
        let seenStatus = isProxy && proxyStatus != 0 ? proxyStatus : status
        let isHubAnswer = record.head.isFromHub
        return TransportError(
            code: code, context: sentence(for: code), underlying: underlying,
            status: seenStatus == 0 ? nil : seenStatus,
            partialBody: isHubAnswer ? record.answerBody : [],
            partialHeaders: isHubAnswer ? record.head.headers : [])
    }

    /// A cancellation before the transfer began.
    static func cancelled() -> TransportError {
        TransportError(code: .cancelled, context: cancelledSentence)
    }

    /// The system gave no thread or no handle.
    static func noResources() -> TransportError {
        TransportError(
            code: .other,
            context: localized("The system is out of threads or memory: close other programs and try again."))
    }

    private func reason(for code: CURLcode) -> TransportError.Code? {
        // First what we know for certain, then libcurl's codes: a stopped callback, say, is only a "write error".
        switch record.verdict {
        case .tooLarge: return .answerTooLarge
        case .notOurHub: return unmarkedReason
        case .none: break
        }
        if proxyStatus == 407 { return .proxyNeedsLogin }
        if proxyStatus != 0 && !(200...299).contains(proxyStatus) { return .proxyRefused }
        // Something that is not the hub answered, and its page was cut: the page matters, not the cut.
        if status != 0 && !record.head.isFromHub { return unmarkedReason }

        switch code {
        case CURLE_OK:
            return record.head.isFromHub ? nil : unmarkedReason
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return .cannotResolve
        case CURLE_COULDNT_CONNECT:
            return .cannotConnect
        case CURLE_OPERATION_TIMEDOUT:
            return wasConnected ? .stalled : .cannotConnect
        case CURLE_PROXY:
            return .proxyRefused
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return .wrongKey
        case CURLE_SSL_CONNECT_ERROR:
            return handshakeReason
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED:
            return .tls
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
            // The address was checked before: what came is no HTTP.
            return .notOurHub
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_SEND_FAIL_REWIND:
            return .connectionLost
        case CURLE_URL_MALFORMAT:
            return .badAddress
        default:
            return .other
        }
    }

    private var unmarkedReason: TransportError.Code {
        status == 407 ? .proxyNeedsLogin : .notOurHub
    }

    /// libcurl has one code for all that goes wrong in a handshake; only its words tell a broken line from a refusal.
    private var handshakeReason: TransportError.Code {
        let broken = ["unexpected eof", "SSL_ERROR_SYSCALL", "Connection reset", "Broken pipe", "timed out"]
        if broken.contains(where: message.contains) { return .connectionLost }
        // OpenSSL's words for an answer in plain text.
        let plain = ["wrong version number", "http request", "packet length too long"]
        if plain.contains(where: message.contains) { return .notOurHub }
        return .tls
    }

    private static var cancelledSentence: String {
        localized("The exchange was cancelled: start it again when it is wanted.")
    }

    private func sentence(for code: TransportError.Code) -> String {
        switch code {
        case .cannotResolve:
            localized(
                """
                The address of \(host) cannot be looked up: check that this computer is on the network and that \
                the names of the hub and of the proxy are written right.
                """)
        case .cannotConnect:
            localized(
                """
                Nothing answers at \(host): check the network and that the hub is running, then try again.
                """)
        case .connectionLost:
            localized(
                """
                The connection to \(host) broke before the answer was complete: try again, it goes on from where \
                it was.
                """)
        case .stalled:
            localized(
                """
                Nothing has moved between here and \(host) for a while: try again when the network is better.
                """)
        case .proxyRefused:
            localized("The proxy does not open the way to \(host)")
                + (proxyStatus == 0 ? "" : " " + localized("(status \(proxyStatus))")) + ": "
                + localized("ask whoever runs this network to allow it.")
        case .proxyNeedsLogin:
            localized(
                """
                The proxy wants a user and a password: write them in the proxy's address, or ask whoever runs \
                this network.
                """)
        case .wrongKey:
            localized(
                """
                What answers at \(host) does not have the hub's key: log in to this network if it has a login \
                page; if it happens elsewhere too, ask whoever runs the hub and do not enrol again before.
                """)
        case .tls:
            localized(
                """
                No secure connection to \(host) could be made (\(message)): check the clock of this computer and \
                ask whoever runs the hub about its certificate.
                """)
        case .notOurHub:
            localized(
                """
                What answers at \(host) is not a hub of Zona: open a browser and log in to this network, or \
                check the address.
                """)
        case .answerTooLarge:
            localized(
                """
                The answer of \(host) is longer than \(configuration.maximumAnswerBytes) bytes: ask for less at \
                a time.
                """)
        case .cancelled:
            Self.cancelledSentence
        case .badAddress:
            localized("The address of \(host) cannot be used (\(message)): write it as https://host:port.")
        case .other:
            localized(
                """
                The exchange with \(host) failed (\(message)): try again, and report these words if it goes on.
                """)
        }
    }
}
