import ReplicaStore

/// Why nothing was published. What was published before is as it was.
package struct ConsolidationError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The caller gave something that cannot be used.
        case badRequest = "bad-request"
        /// The replica does not see the whole ambito.
        case notCapofila = "not-capofila"
        /// The replica has never been brought up to date: its picture would be of nothing.
        case neverPulled = "never-pulled"
        /// Another publication into the same folder is under way.
        case busy
        /// The folder or a file in it cannot be read or written.
        case folder
        /// The replica's file could not do its part; `underlying` says why.
        case replica
        /// The hub's pages could not be had or used.
        case pages
    }

    package let code: Code
    package let context: String
    package let underlying: (any Error)?

    package init(_ code: Code, _ context: String, _ underlying: (any Error)? = nil) {
        self.code = code
        self.context = context
        self.underlying = underlying
    }

    /// An error of another module, as this module's.
    init(_ error: any Error) {
        switch error {
        case let error as ConsolidationError: self = error
        case let fault as ReplicaStoreError: self.init(.replica, fault.description, fault)
        default: self.init(.replica, "\(error)", error)
        }
    }

    package var isRetryable: Bool {
        code == .busy || (underlying as? ReplicaStoreError)?.isRetryable == true
    }

    package var description: String { context }
}
