/// Why an exchange gave no answer of the hub. An answer with an error status is not one of these: it is an answer.
package struct TransportError: Error {
    /// What went wrong, as far as the layer above decides on it.
    package enum Code: String, Sendable, CaseIterable {
        /// The name of the hub, or of the proxy, is not known here.
        case cannotResolve
        /// Nothing accepts the connection, or not within the time for it.
        case cannotConnect
        /// The connection broke after it had been made.
        case connectionLost
        /// Connected, but nothing moved for the configured time.
        case stalled
        /// The proxy did not open the way to the hub; `status` says how it answered.
        case proxyRefused
        /// The proxy wants a user and a password (407).
        case proxyNeedsLogin
        /// What answers does not have the pinned key.
        case wrongKey
        /// No secure connection: no common version, or a certificate that does not verify where none is pinned.
        case tls
        /// Something answered that is not a hub of Zona: most often the login page of a public network.
        case notOurHub
        /// The answer is longer than the configured limit.
        case answerTooLarge
        /// The task was cancelled.
        case cancelled
        /// The address, the pin, the proxy or a part of the request cannot be used as it is written.
        case badAddress
        /// Anything else; `underlying` says what libcurl made of it.
        case other
    }

    /// What went wrong.
    package var code: Code
    /// One sentence for people, with what to do next. It holds no part of a body.
    package var context: String
    /// libcurl's own code, if it comes from there.
    package var underlying: Int32?
    /// The status that came, if one did: of the hub, or of the proxy for `proxyRefused` and `proxyNeedsLogin`.
    package var status: Int?
    /// The part of the hub's body that came before the end, so that the caller can ask for the rest with `Range`. It is
    /// empty unless the hub marked the answer as its own.
    package var partialBody: [UInt8]
    /// The headers that belong to `partialBody`, names in lower case.
    package var partialHeaders: [(String, String)]

    /// An error from its parts.
    package init(
        code: Code,
        context: String,
        underlying: Int32? = nil,
        status: Int? = nil,
        partialBody: [UInt8] = [],
        partialHeaders: [(String, String)] = []
    ) {
        self.code = code
        self.context = context
        self.underlying = underlying
        self.status = status
        self.partialBody = partialBody
        self.partialHeaders = partialHeaders
    }

    /// Whether the same exchange may succeed later although nobody changes anything on this computer.
    package var isRetryable: Bool {
        switch code {
        case .cannotResolve, .cannotConnect, .connectionLost, .stalled, .proxyRefused, .notOurHub:
            true
        case .proxyNeedsLogin, .wrongKey, .tls, .answerTooLarge, .cancelled, .badAddress, .other:
            false
        }
    }
}

extension TransportError: CustomStringConvertible {
    /// The sentence for people and the codes, without bodies and headers.
    package var description: String {
        var text = "\(context) [\(code.rawValue)"
        if let status { text += ", status \(status)" }
        if let underlying { text += ", curl \(underlying)" }
        return text + "]"
    }
}
