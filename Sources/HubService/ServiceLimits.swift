/// Every limit of the service in one place, each with its unit and its reason. What travels is bounded by `Limits`.
enum ServiceLimits {
    /// Milliseconds that a nonce waits for its greeting: a bad line needs seconds, a person nothing.
    static let nonceMilliseconds: Int64 = 120_000
    /// Nonces that wait. Above it the oldest goes: whoever asks for many only hurries strangers.
    static let nonces = 10_000
    /// Milliseconds after its last use that a session lives.
    static let sessionMilliseconds: Int64 = 600_000
    /// Sessions in memory. Above it the one unused for longest goes.
    static let sessions = 10_000
    /// Bytes of all the pages kept so that a cut one can be resumed.
    static let keptPageBytes = 32 << 20
    /// Bytes of all the unfinished batches of one ambito: 64 of the largest.
    static let partBytes = 256 << 20
    /// Milliseconds after which an unfinished batch is given up: its sender begins it again.
    static let partMilliseconds: Int64 = 86_400_000
    /// Seconds that a conversation may go on after the hub was told to stop.
    static let stopSeconds = 10
    /// Seconds that all services together may take to stop.
    static let stopAllSeconds = 30
    /// Seconds for a new connection to finish its handshake.
    static let handshakeSeconds: Int64 = 30
    /// Seconds after which a connection or request on which nothing moves is closed.
    static let idleSeconds: Int64 = 120
    /// Seconds after which a client may try again when the hub is busy or stopping.
    static let retrySeconds = 10
}
