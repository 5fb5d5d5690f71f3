/// Why the hub's service could not be set up or could not run. What a client did wrong is a `Problem`, never one of
/// these.
package struct HubServiceError: Error, CustomStringConvertible {
    /// What went wrong, as far as the program above decides on it.
    package enum Code: String, Sendable, CaseIterable {
        /// A setting is missing or cannot be used as it is written.
        case badSetting = "bad-setting"
        /// A code that cannot name a folder.
        case badName = "bad-name"
        /// A file that `zona-server init` makes is not there.
        case missing
        /// A file is there that must not be written over.
        case exists
        /// A file or folder cannot be read or written.
        case files
        /// A key or certificate is there and is not what it should be.
        case badKey = "bad-key"
        /// Sealed keys that do not open.
        case badPassphrase = "bad-passphrase"
        /// A backup that is not as it was written.
        case damaged
        /// The data folder is in use by another program.
        case busy
        /// The address is taken, or is not one of this machine.
        case cannotListen = "cannot-listen"
        /// A service ended that should have gone on.
        case stopped
    }

    /// What went wrong.
    package let code: Code
    /// For people: what, where, and the next step. Holds no contents of records and no keys.
    package let context: String
    /// What the layer below said, if it said anything.
    package let underlying: (any Error)?

    /// An error from its parts.
    package init(_ code: Code, _ context: String, underlying: (any Error)? = nil) {
        self.code = code
        self.context = context
        self.underlying = underlying
    }

    /// Code and context on one line.
    package var description: String {
        guard let underlying else { return "\(code.rawValue): \(context)" }
        return "\(code.rawValue): \(context) (\(underlying))"
    }
}
