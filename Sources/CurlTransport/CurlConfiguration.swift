/// Where the hub is, how its key is known and how long to wait for it.
package struct CurlConfiguration: Sendable {
    /// The address of the hub: `https://host:port`, with an optional path in front of every exchange's own.
    package var baseURL: String
    /// SHA-256 (32 bytes) of the hub's SubjectPublicKeyInfo in DER. With it the key is the identity: chain, name and
    /// dates of the certificate are not looked at, so that neither a renewed certificate nor a wrong clock of this
    /// computer stops the exchange. Without it (`nil`) everything is verified with the system's authorities.
    package var pinnedKeySHA256: [UInt8]?
    /// The address of a proxy, with its user and password if it wants them; empty for none; `nil` for what the
    /// environment says (`https_proxy`, `no_proxy`), read by libcurl.
    package var proxy: String?
    /// The longest wait for name, connection and handshake together.
    package var connectTimeout: Duration
    /// A connected transfer in which less than a byte a second moves for this long has stalled. Whole seconds, rounded
    /// up. It must be longer than the hub may think about an answer; libcurl averages the speed over the last five
    /// seconds, so that a stall in the middle of a body is seen up to that much later.
    package var stallTimeout: Duration
    /// The longest body of an answer, in bytes. What is longer is refused as soon as that is known.
    package var maximumAnswerBytes: Int
    /// The value of the `User-Agent` header.
    package var userAgent: String

    /// Nothing is checked here: a bad address or pin is an error of the first `send`.
    package init(
        baseURL: String,
        pinnedKeySHA256: [UInt8]?,
        proxy: String? = nil,
        connectTimeout: Duration = .seconds(15),
        stallTimeout: Duration = .seconds(60),
        maximumAnswerBytes: Int,
        userAgent: String
    ) {
        self.baseURL = baseURL
        self.pinnedKeySHA256 = pinnedKeySHA256
        self.proxy = proxy
        self.connectTimeout = connectTimeout
        self.stallTimeout = stallTimeout
        self.maximumAnswerBytes = maximumAnswerBytes
        self.userAgent = userAgent
    }
}
